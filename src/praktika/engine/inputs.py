"""What is given when a workflow is dispatched, and what it asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from praktika.model.facts import InputValue
from praktika.model.routes import Input

_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0", ""}
_WORDS = {"boolean": "true or false", "number": "a number", "text": "text"}


def dispatched(
    asked: Sequence[Input], given: Mapping[str, InputValue]
) -> tuple[dict[str, InputValue], list[str]]:
    """The value of each input, and what is wrong with what was given.

    What was not given has its default. Text from a form that says a number or a boolean is taken
    for one.
    """
    known = {each.name for each in asked}
    problems = [f"there is no input '{name}'" for name in given if name not in known]
    values: dict[str, InputValue] = {}
    for each in asked:
        value = given.get(each.name)
        if value is None or (value == "" and each.kind != "text"):
            value = each.default
        if value is None or (value == "" and each.required):
            if each.required:
                problems.append(f"the input '{each.name}' is required")
            continue
        fitting = _fitting(each, value)
        if fitting is None:
            wanted = _WORDS.get(each.kind) or f"one of {', '.join(each.options)}"
            problems.append(f"the input '{each.name}' is {str(value)[:100]!r}; it must be {wanted}")
        else:
            values[each.name] = fitting
    return values, problems


def _fitting(asked: Input, value: InputValue) -> InputValue | None:
    """The value as the kind of its input wants it; None if it is none."""
    match asked.kind:
        case "boolean":
            return _boolean(value)
        case "number":
            return _number(value)
        case "choice":
            return value if str(value) in asked.options else None
        case _:
            return value if isinstance(value, str) else str(value)


def _boolean(value: InputValue) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    return word in _TRUE if word in _TRUE | _FALSE else None


def _number(value: InputValue) -> int | float | None:
    if isinstance(value, bool):
        return None
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
