"""What all pages have around them."""

from __future__ import annotations

import time

from starlette.responses import HTMLResponse, Response

from praktika.web.pages.markup import Child, Markup, h
from praktika.web.shapes import RunDetails, RunSummary

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(title: str, *children: Child, login: str = "", status: int = 200) -> Response:
    """A page.

    Args:
        title: of the tab, and the heading.
        children: what it shows.
        login: of who looks, or "".
        status: of HTTP.
    """
    return HTMLResponse(
        "<!doctype html>" + _document(title, children, login),
        status,
        {"content-security-policy": POLICY},
    )


def _document(title: str, children: Child, login: str) -> Markup:
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="robots", content="noindex"),
        h("meta", name="color-scheme", content="light dark"),
        h("title", f"{title} · praktika"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h("link", rel="stylesheet", href="/static/pages.css"),
        h("script", src="/static/pages.js", defer=True),
    )
    navigation = h(
        "nav",
        h("a", "Runs", href="/"),
        h("a", "Workflows", href="/workflows"),
        h("span", class_="rest"),
        (h("span", login, class_="dim"), _logout()) if login else h("a", "Log in", href="/login"),
    )
    body = h("body", navigation, h("main", h("h1", title), children))
    return h("html", head, body, lang="en")


def _logout() -> Markup:
    return h("form", h("button", "Log out", class_="plain"), method="post", action="/logout")


def badge(status: str) -> Markup:
    """A status, in its colour and its word."""
    return h("span", status, class_=f"badge {status if status.isalpha() else ''}")


def state(run: RunSummary | RunDetails) -> Markup:
    """The status of a run; of one that waits for somebody, that."""
    return badge("waits for approval" if run.stage == "awaiting" else run.status)


def change(run: RunSummary | RunDetails) -> list[Child]:
    """Which change a run is of, with a link to it on the forge if there is one."""
    place = f"#{run.pr_number}" if run.pr_number else run.branch
    is_address = run.url.startswith(("https://", "http://"))
    linked = h("a", place, href=run.url) if is_address else place
    return [f"{run.repository} ", linked, f" {run.title} ", h("code", run.sha[:10])]


def moment(at: float) -> Markup:
    """A time, for people and for programs."""
    if not 0 < at < 1e11:
        return h("span", "-")
    when = time.gmtime(at)
    return h(
        "time",
        time.strftime("%Y-%m-%d %H:%M:%S", when),
        datetime=time.strftime("%Y-%m-%dT%H:%M:%SZ", when),
    )


def seconds(duration: float) -> str:
    """A length of time in at most two units."""
    whole = int(duration)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
