"""Plain data: what JSON can hold, from whatever an author has put into a field."""

from __future__ import annotations

from typing import Any

from praktika.pipeline.declare.declared import Declared, fields_of

_DEEPEST = 20
_BIGGEST = 2**63


def plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON has it; what JSON cannot hold becomes its text."""
    if value is None or isinstance(value, bool | str | int | float):
        return _scalar(value)
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_scalar(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Declared):
        return plain_fields(value, depth + 1)
    return str(getattr(value, "__name__", type(value).__name__))


def plain_fields(thing: Declared, depth: int = 0) -> dict[str, Any]:
    """The fields of a declared object that differ from their defaults."""
    kind = type(thing)
    state = vars(thing)
    found = {}
    for name in fields_of(kind):
        value = state.get(name)
        if value or (name in state and value != getattr(kind, name, value) and value != []):
            found[name] = plain(value, depth)
    return found


def is_plain(value: object) -> bool:
    """Whether JSON can hold the value, sets as lists."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, str | bool | int | float)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if type(value) is int and not -_BIGGEST <= value < _BIGGEST:
        return hex(value)
    return value
