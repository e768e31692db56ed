"""A Result as JSON that can stand inside a script element of a page."""

from __future__ import annotations

from typing import Any

import msgspec

from praktika.model.result import Result

MAX_DEPTH = 100
_TOO_DEEP = "(nested too deep to show)"

# What could end the element or open a comment, and what ends a line in JavaScript. In JSON each
# occurs only inside strings, where an escape means the same.
_ESCAPES = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def embed(result: Result) -> bytes:
    """Compact JSON of the tree, without `<`, `>`, `&` or line separators.

    Whatever the tree holds, there is JSON: lone surrogates become U+FFFD, values that JSON does
    not know become text, and what lies deeper than `MAX_DEPTH` is left out.
    """
    try:
        data = msgspec.json.encode(result)
    except (TypeError, ValueError, OverflowError, RecursionError):
        data = msgspec.json.encode(_plain(result, MAX_DEPTH))
    for raw, escaped in _ESCAPES:
        data = data.replace(raw, escaped)
    return data


def _plain(value: object, depth: int) -> Any:
    """The value as something that JSON can express, at most `depth` levels of it."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < 2**63 else str(value)
        case str():
            return _text(value)
        case _ if depth == 0:
            return _TOO_DEEP
        case Result():
            return _fields(value, depth)
        case dict():
            return {_text(str(key)): _plain(item, depth - 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item, depth - 1) for item in value]
        case _:
            return _text(str(value))


def _fields(result: Result, depth: int) -> dict[str, Any]:
    """The node as a mapping; a part is one level, so that a cut never leaves half a node."""
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    parts = fields.pop("results") if depth > 1 else ()
    plain = {name: _plain(item, depth) for name, item in fields.items()}
    plain["results"] = [_plain(part, depth - 1) for part in parts]
    return plain


def _text(value: str) -> str:
    """The text with U+FFFD in place of each lone surrogate."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
