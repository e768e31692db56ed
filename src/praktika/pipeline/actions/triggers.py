"""What starts a workflow, in GitHub's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from praktika.errors import AuthorError
from praktika.model.routes import Input, Route
from praktika.pipeline.actions.emit import Value

_PART = re.compile(r"\*+|\[!?[^]]+\]|.", re.DOTALL)
_SET = re.compile(r"\[[A-Za-z0-9-]+\]")
_KINDS = {"text": "string", "boolean": "boolean", "number": "number", "choice": "choice"}


def triggers(route: Route) -> Mapping[str, Value]:
    """The value of `on`.

    Raises:
        AuthorError: a pattern means what GitHub has no word for.
    """
    match route.event:
        case "schedule":
            return {"schedule": [{"cron": line} for line in route.schedules]}
        case "dispatch":
            inputs = {each.name: _input(each) for each in route.inputs}
            return {"workflow_dispatch": {"inputs": inputs} if inputs else None}
        case "merge_queue":
            return {"merge_group": _filters(branches=_branches(route.base_branches))}
        case "push":
            filters = _filters(branches=_branches(route.branches or ("**",)), paths=_paths(route))
            return {"push": filters}
        case _:
            filters = _filters(branches=_branches(route.base_branches), paths=_paths(route))
            return {"pull_request": filters}


def _filters(**filters: list[str]) -> Value:
    return {name: patterns for name, patterns in filters.items() if patterns} or None


def _branches(patterns: Sequence[str]) -> list[str]:
    return [_glob(pattern) for pattern in patterns]


def _paths(route: Route) -> list[str]:
    """Each pattern, and everything below what it matches."""
    return [glob for pattern in route.paths for glob in _file_globs(pattern)]


def _file_globs(pattern: str) -> Iterator[str]:
    sign = "!" if pattern.startswith("!") else ""
    parts = [part for part in pattern.removeprefix("!").split("/") if part not in {"", "."}]
    if parts[-1:] != ["**"]:
        if parts:
            yield sign + _glob("/".join(parts))
        parts.append("**")
    yield sign + _glob("/".join(parts))


def _glob(pattern: str) -> str:
    """The same in GitHub's syntax, where `?` and `+` are about the character before them.

    A leading `!` stays.
    """
    return "/".join(
        segment if segment == "**" else "".join(_part(it, pattern) for it in _PART.findall(segment))
        for segment in pattern.split("/")
    )


def _part(part: str, pattern: str) -> str:
    if part[0] == "*":
        return "*"
    if part == "?" or (len(part) > 1 and not _SET.fullmatch(part)):
        text = f"GitHub has no word for '{part}' in the pattern '{pattern}'."
        raise AuthorError(text=f"{text} Use '*', or a set of letters and digits.")
    return f"\\{part}" if part in "+[]" else part


def _input(declared: Input) -> Value:
    fields: dict[str, Value] = {"type": _KINDS[declared.kind], "required": declared.required}
    if declared.description:
        fields["description"] = declared.description
    if declared.default is not None:
        fields["default"] = declared.default
    if declared.options:
        fields["options"] = list(declared.options)
    return fields
