"""Checks as GitHub is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from praktika.adapters.github.board import texts
from praktika.model.forge import Action, Annotation, Check

ANNOTATIONS = 50
"""That many annotations a request can have."""

_MESSAGE = 64 * 1024 - 1
_TITLE = 255


def bodies(check: Check) -> Iterator[dict[str, Any]]:
    """The bodies of the requests that make a check be like this: the first, and those after it.

    Raises:
        ValueError: it is completed without a conclusion, or has one and is not.
    """
    if (check.status == "completed") != bool(check.conclusion):
        raise ValueError(f"a check is {check.status}, with the conclusion '{check.conclusion}'")
    parts = [
        check.annotations[start : start + ANNOTATIONS]
        for start in range(0, len(check.annotations), ANNOTATIONS)
    ]
    yield {**_state(check), **_output(check, parts[0] if parts else ())}
    for part in parts[1:]:
        yield _output(check, part)


def _state(check: Check) -> dict[str, Any]:
    """Everything but the output."""
    known = {
        "name": check.name,
        "external_id": check.external_id,
        "details_url": check.url,
        "started_at": texts.rfc3339(check.started_at) if check.started_at else "",
        "conclusion": check.conclusion,
        "completed_at": (
            texts.rfc3339(check.completed_at) if check.conclusion and check.completed_at else ""
        ),
    }
    told: dict[str, Any] = {key: value for key, value in known.items() if value}
    return {**told, "status": check.status, "actions": [_action(it) for it in check.actions[:3]]}


def _output(check: Check, annotations: tuple[Annotation, ...]) -> dict[str, Any]:
    """The output, which GitHub wants with title and summary each time; nothing if there is none."""
    if not (check.title or check.summary or check.text or annotations):
        return {}
    title = texts.line(check.title or check.name, _TITLE)
    output: dict[str, Any] = {
        "title": title,
        "summary": texts.markdown(check.summary) or title,
    }
    if check.text:
        output["text"] = texts.markdown(check.text)
    if annotations:
        output["annotations"] = [_annotation(it) for it in annotations]
    return {"output": output}


def _annotation(annotation: Annotation) -> dict[str, Any]:
    line = max(1, annotation.line)
    told: dict[str, Any] = {
        "path": texts.clean(annotation.path),
        "start_line": line,
        "end_line": line,
        "annotation_level": annotation.level,
        "message": texts.markdown(annotation.message, _MESSAGE),
    }
    return {**told, "title": texts.line(annotation.title, _TITLE)} if annotation.title else told


def _action(action: Action) -> dict[str, str]:
    return {
        "label": texts.line(action.label, 20),
        "description": texts.line(action.description, 40),
        "identifier": action.identifier,
    }
