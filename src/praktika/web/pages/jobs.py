"""The jobs of a run, their logs, and what can be asked of them."""

from __future__ import annotations

from starlette.responses import Response

from praktika.errors import Absent
from praktika.web.http.exchange import Visit
from praktika.web.pages.frame import badge, change, moment, page, seconds, state
from praktika.web.pages.markup import Child, Markup, h
from praktika.web.shapes import JobSummary, RunDetails

_TITLES = ("Status", "Job", "Why", "Attempt", "Runner", "Since (UTC)")

_AWAITS = (
    "Nothing runs before somebody who may write to the repository has looked at this change and "
    "approved of this very commit."
)

_SOON = "The run is not there yet; this page shows it as soon as it is."


async def jobs_page(visit: Visit) -> Response:
    """The run as it is now, with buttons for those who are known."""
    login = await visit.reader()
    try:
        run = await visit.house.threads.do(
            visit.house.surface.books.details, visit.request.path_params["run"]
        )
    except Absent:
        if "asked" not in visit.request.query_params:
            raise
        return page("Asked for", h("p", _SOON, id="live", data_live="2"), login=login)
    head = h("thead", h("tr", [h("th", title, scope="col") for title in _TITLES]))
    rows = [_row(job) for job in run.jobs]
    live = h(
        "div",
        _facts(run),
        h("div", _buttons(run), class_="buttons") if login else None,
        h("table", head, h("tbody", rows)) if rows else None,
        id="live",
        data_live="2" if run.stage != "concluded" else None,
    )
    return page(run.workflow or run.id, live, login=login)


def _facts(run: RunDetails) -> Markup:
    notes: list[Child] = [
        h("p", state(run), " ", change(run)),
        h("p", "asked for by ", run.by or "somebody", " at ", moment(run.began)),
        h("p", f"{run.stage}, {seconds(run.duration)} · ", h("a", "Report", href="./")),
    ]
    if run.awaits:
        notes.append(h("p", _AWAITS))
    if run.failure:
        notes.append(h("pre", run.failure, class_="trouble"))
    if run.cancelled_by:
        notes.append(h("p", f"cancelled by {run.cancelled_by}"))
    if run.approved_by:
        notes.append(h("p", f"approved by {run.approved_by}"))
    return h("div", notes)


def _buttons(run: RunDetails) -> list[Markup]:
    found = []
    if run.awaits:
        found.append(_button(f"Approve {run.awaits[:10]}", "approve", sha=run.awaits))
    if run.stage == "concluded":
        found.append(_button("Rerun what failed", "rerun", scope="failed"))
        found.append(_button("Rerun all", "rerun", scope="all"))
    else:
        found.append(_button("Cancel", "cancel"))
    return found


def _button(label: str, action: str, **fields: str) -> Markup:
    hidden = [h("input", type="hidden", name=name, value=text) for name, text in fields.items()]
    return h("form", hidden, h("button", label), method="post", action=action)


def _row(job: JobSummary) -> Markup:
    log = f"jobs/{job.key}/{job.attempt}/live"
    return h(
        "tr",
        h("td", badge(job.status)),
        h("td", h("a", job.name, href=log) if job.attempt else job.name),
        h("td", job.reason, class_="dim"),
        h("td", job.attempt or ""),
        h("td", job.runner),
        h("td", moment(job.since), class_="dim"),
    )
