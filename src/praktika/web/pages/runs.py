"""The list of runs."""

from __future__ import annotations

from starlette.responses import Response

from praktika.web.http.exchange import Visit
from praktika.web.pages.frame import change, moment, page, seconds, state
from praktika.web.pages.markup import Markup, h
from praktika.web.shapes import RunSummary

_SHOWN = 50
_TITLES = ("Status", "Workflow", "Of", "Jobs", "Began (UTC)", "Took", "By")


async def runs_page(visit: Visit) -> Response:
    """The latest runs; a script renews the table while somebody looks."""
    login = await visit.reader()
    runs = await visit.house.threads.do(visit.house.surface.books.latest, _SHOWN)
    if not runs:
        empty = "Nothing has run yet. Below “Workflows” something can be started."
        return page("Runs", h("p", empty, id="live", data_live="2"), login=login)
    head = h("thead", h("tr", [h("th", title, scope="col") for title in _TITLES]))
    table = h("table", head, h("tbody", map(_row, runs)), class_="runs")
    return page("Runs", h("div", table, id="live", data_live="2"), login=login)


def _row(run: RunSummary) -> Markup:
    place = f"/runs/{run.id}/{'jobs' if run.stage == 'awaiting' else ''}"
    counts = [h("span", f"{count} {status} ", class_="dim") for status, count in run.jobs.items()]
    return h(
        "tr",
        h("td", state(run)),
        h("td", h("a", run.workflow or run.id, href=place), _control(run)),
        h("td", change(run)),
        h("td", counts),
        h("td", moment(run.began)),
        h("td", seconds(run.duration)),
        h("td", run.by),
    )


def _control(run: RunSummary) -> Markup:
    return h("a", "jobs", href=f"/runs/{run.id}/jobs", class_="aside")
