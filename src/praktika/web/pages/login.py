"""Logging in: a token is pasted once, and a cookie brings it along from then on."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from praktika.web.http.exchange import Visit
from praktika.web.pages.forms import form_of
from praktika.web.pages.frame import page
from praktika.web.pages.markup import Markup, h


async def login_page(visit: Visit) -> Response:
    """The form."""
    return page("Log in", _form(visit.request.query_params.get("next", "/")))


async def log_in(visit: Visit) -> Response:
    """Check the token, and remember it in the browser."""
    form = await form_of(visit)
    token = form.get("token", "").strip()
    login = await visit.house.threads.do(visit.house.guard.login_of, token) if token else ""
    if not login:
        trouble = h("p", "This token is not known here.", class_="trouble", role="alert")
        return page("Log in", trouble, _form(form.get("next", "/")), status=401)
    response = RedirectResponse(_local(form.get("next", "/")), 303)
    visit.house.guard.remember(response, token)
    return response


async def log_out(visit: Visit) -> Response:
    """Let the browser forget it."""
    visit.house.guard.check_origin(visit.request)
    response = RedirectResponse("/login", 303)
    visit.house.guard.remember(response, "")
    return response


def _form(target: str) -> Markup:
    return h(
        "form",
        h("p", "The operator of this server makes tokens: ", h("code", "praktika serve token")),
        h("input", type="hidden", name="next", value=_local(target)),
        h(
            "label",
            "Token",
            h(
                "input",
                type="password",
                name="token",
                autocomplete="off",
                required=True,
            ),
        ),
        h("button", "Log in"),
        method="post",
        action="/login",
        class_="stacked",
    )


def _local(target: str) -> str:
    """The address if it is one of this server, else that of the first page."""
    is_local = target.startswith("/") and target[1:2] not in {"/", "\\"} and target.isprintable()
    return target if is_local and len(target) < 2000 else "/"
