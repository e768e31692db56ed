"""Workflows, with a form to start each."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from praktika.model.facts import InputValue
from praktika.model.routes import Input, Route, RoutingTable
from praktika.web.http.exchange import Visit
from praktika.web.pages.forms import form_of
from praktika.web.pages.frame import page
from praktika.web.pages.markup import Child, Markup, h
from praktika.web.shapes import DispatchWish

_INPUT = "input."
_STARTED = "dispatch"
"""The event of workflows that people start."""


async def workflows_page(visit: Visit) -> Response:
    """All workflows of all repositories."""
    login = await visit.reader()
    tables = await visit.house.threads.do(visit.house.surface.desk.workflows)
    every = visit.house.surface.starts_all
    parts = [_repository(table, every=every, may_start=bool(login)) for table in tables]
    return page("Workflows", parts or h("p", "No repository is known yet."), login=login)


async def dispatch(visit: Visit) -> Response:
    """Start what the form asks for, and show it."""
    login = await visit.writer()
    form = await form_of(visit)
    inputs: dict[str, InputValue] = {
        name.removeprefix(_INPUT): text
        for name, text in form.items()
        if name.startswith(_INPUT) and text
    }
    wish = DispatchWish(
        repository=form.get("repository", "")[:300],
        workflow=form.get("workflow", "")[:300],
        branch=form.get("branch", "")[:300],
        inputs=inputs,
    )
    asked = await visit.house.threads.do(visit.house.surface.desk.dispatch, wish, login)
    return RedirectResponse(f"/runs/{asked.run}/jobs?asked", 303)


def _repository(table: RoutingTable, *, every: bool, may_start: bool) -> Markup:
    trouble = h("pre", table.problems, class_="trouble") if table.problems else None
    title = h("h2", table.repository, " ", h("code", table.sha[:10]))
    forms = [
        _workflow(
            table.repository, route, has_form=may_start and (every or route.event == _STARTED)
        )
        for route in table.routes
    ]
    return h("section", title, trouble, forms)


def _workflow(repository: str, route: Route, *, has_form: bool) -> Markup:
    when = [route.event, *route.branches, *route.base_branches, *route.schedules]
    about = h("p", " · ".join(when), class_="dim")
    heading = h("h3", route.workflow)
    if not has_form:
        return h("article", heading, about)
    return h(
        "article",
        heading,
        about,
        h(
            "form",
            h("input", type="hidden", name="repository", value=repository),
            h("input", type="hidden", name="workflow", value=route.workflow),
            h("label", "Branch", h("input", name="branch", placeholder="default")),
            [_field(each) for each in route.inputs],
            h("button", "Run"),
            method="post",
            action="/workflows/dispatch",
            class_="stacked",
        ),
    )


def _field(asked: Input) -> Markup:
    note = h("small", asked.description) if asked.description else None
    mark = " *" if asked.required else None
    return h("label", asked.name, mark, note, _control(asked))


def _control(asked: Input) -> Child:
    name, default = _INPUT + asked.name, "" if asked.default is None else str(asked.default)
    match asked.kind:
        case "boolean":
            return _choice(name, ("true", "false"), default.lower(), required=asked.required)
        case "choice":
            return _choice(name, asked.options, default, required=asked.required)
        case _:
            is_number = asked.kind == "number"
            return h(
                "input",
                name=name,
                type="number" if is_number else "text",
                step="any" if is_number else None,
                value=default,
                required=asked.required,
            )


def _choice(name: str, options: tuple[str, ...], default: str, *, required: bool) -> Markup:
    empty = None if default else h("option", "", value="")
    found = [h("option", one, value=one, selected=one == default) for one in options]
    return h("select", empty, found, name=name, required=required)
