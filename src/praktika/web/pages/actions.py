"""What the buttons of a run's page ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import RedirectResponse, Response

from praktika.model.wire import convert
from praktika.web.http.exchange import Visit
from praktika.web.pages.forms import form_of
from praktika.web.shapes import ApproveWish, CancelWish, RerunWish


async def cancel(visit: Visit) -> Response:
    """Stop the run."""
    login = await visit.writer()
    form = await form_of(visit)
    wish, run = convert(form, CancelWish), visit.request.path_params["run"]
    await visit.house.threads.do(visit.house.surface.desk.cancel, run, wish, login)
    return _back(run)


async def rerun(visit: Visit) -> Response:
    """Run jobs of it again."""
    login = await visit.writer()
    form = await form_of(visit)
    wish, run = convert(form, RerunWish), visit.request.path_params["run"]
    await visit.house.threads.do(visit.house.surface.desk.rerun, run, wish, login)
    return _back(run)


async def approve(visit: Visit) -> Response:
    """Let it begin."""
    login = await visit.writer()
    form = await form_of(visit)
    wish, run = convert(form, ApproveWish), visit.request.path_params["run"]
    await visit.house.threads.do(visit.house.surface.desk.approve, run, wish, login)
    return _back(run)


def _back(run: str) -> Response:
    return RedirectResponse(f"/runs/{run}/jobs", 303)


ACTIONS: dict[str, Callable[[Visit], Awaitable[Response]]] = {
    "approve": approve,
    "cancel": cancel,
    "rerun": rerun,
}
