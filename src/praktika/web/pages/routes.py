"""The routes of the pages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from praktika.web.http.exchange import Handler, House, Visit
from praktika.web.http.refusal import Refusal
from praktika.web.pages.actions import ACTIONS
from praktika.web.pages.frame import page
from praktika.web.pages.jobs import jobs_page
from praktika.web.pages.login import log_in, log_out, login_page
from praktika.web.pages.logs import file_page, live_page, log_text
from praktika.web.pages.markup import h
from praktika.web.pages.runs import runs_page
from praktika.web.pages.workflows import dispatch, workflows_page

_STATIC = {
    "icon.svg": "image/svg+xml",
    "pages.css": "text/css; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
}
_REPORT = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
_AGAIN = '<!doctype html><meta http-equiv="refresh" content="0"><title>praktika</title>'
_BODY = b"<body>\n"
_AROUND = h(
    "nav",
    h("a", "Runs", href="/"),
    " · ",
    h("a", "Jobs: follow, cancel, run again", href="jobs"),
).encode()
"""What the report cannot know of: where it stands."""


def page_routes(house: House) -> list[Route]:
    """All of them, in the order in which they are tried."""
    attempt = "/runs/{run}/jobs/{key}/{attempt:int}"
    handlers: list[tuple[str, str, Handler]] = [
        ("GET", "/", runs_page),
        ("GET", "/login", login_page),
        ("POST", "/login", log_in),
        ("POST", "/logout", log_out),
        ("GET", "/workflows", workflows_page),
        ("POST", "/workflows/dispatch", dispatch),
        ("GET", "/static/{name}", _static),
        ("GET", "/runs/{run}", _arrive),
        ("GET", "/runs/{run}/", report_page),
        ("GET", "/runs/{run}/report.html", report_page),
        ("GET", "/runs/{run}/jobs", jobs_page),
        ("GET", f"{attempt}/log", log_text),
        ("GET", f"{attempt}/live", live_page),
        *(("POST", f"/runs/{{run}}/{name}", act) for name, act in ACTIONS.items()),
        ("GET", "/runs/{run}/{path:path}", file_page),
    ]
    return [
        Route(path, house.endpoint(path, handler, page_refused), methods=[method])
        for method, path, handler in handlers
    ]


async def report_page(visit: Visit) -> Response:
    """The report: of a run that goes on, as it is now."""
    await visit.reader()
    run = visit.request.path_params["run"]
    shown = await visit.house.threads.do(visit.house.surface.books.report, run)
    shown = shown.replace(_BODY, _BODY + _AROUND, 1)  # what jobs wrote stands further down
    return HTMLResponse(shown, headers={"content-security-policy": _REPORT})


async def _arrive(visit: Visit) -> Response:
    """Where checks lead to: the report, whose links are relative to the run's folder.

    Of a run that waits for approval there is nothing to report, but a button to press.
    """
    await visit.reader()
    run = visit.request.path_params["run"]
    known = await visit.house.threads.do(visit.house.surface.books.details, run)
    return RedirectResponse(f"/runs/{known.id}/{'jobs' if known.awaits else ''}", 307)


async def _static(visit: Visit) -> Response:
    name = visit.request.path_params["name"]
    if name not in _STATIC:
        raise Refusal(404, "not_found", "there is nothing at this address")
    headers = {"content-type": _STATIC[name], "cache-control": "public, max-age=300"}
    return Response(_asset(name), headers=headers)


@cache
def _asset(name: str) -> bytes:
    return files(__package__).joinpath("static", name).read_bytes()


def page_refused(request: Request, refusal: Refusal) -> Response:
    """A refusal for people; who is not known is sent to the login form."""
    if refusal.status == 401 and request.method in {"GET", "HEAD"}:
        if request.headers.get("sec-fetch-site") == "cross-site":
            # A link on another site brings no cookie; the same page, loaded by itself, does.
            return HTMLResponse(_AGAIN)
        target = quote(request.url.path, safe="/")
        return RedirectResponse(f"/login?next={target}", 303)
    back = h("p", h("a", "To the runs", href="/"))
    told = h("p", refusal.text, class_="trouble", role="alert")
    return page(f"{refusal.status}", told, back, status=refusal.status)
