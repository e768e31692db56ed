"""YAML, as much of it as is needed: block mappings and sequences of JSON scalars."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN = re.compile(r"(?!(?:on|off|yes|no|y|n|true|false|null)$)[a-z][a-z0-9_-]*", re.IGNORECASE)
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_STEP = "  "


def emit(value: Mapping[str, Value]) -> str:
    """A document; strings are quoted, whatever they hold."""
    return "".join(f"{line}\n" for line in _mapping(value))


def literal(text: str) -> str:
    """A text in which GitHub finds no expression."""
    return text.replace("${{", "${{ '${{' }}")


def _mapping(value: Mapping[str, Value]) -> Iterator[str]:
    for key, item in value.items():
        name = key if _PLAIN.fullmatch(key) else _scalar(key)
        yield from _behind(f"{name}:", item)


def _behind(start: str, item: Value) -> Iterator[str]:
    """A value behind the key that it belongs to."""
    if isinstance(item, Mapping) and item:
        yield start
        yield from (_STEP + line for line in _mapping(item))
    elif isinstance(item, Sequence) and not isinstance(item, str) and item:
        yield start
        yield from (_STEP + line for line in _sequence(item))
    else:
        yield f"{start} {_scalar(item)}"


def _sequence(items: Sequence[Value]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = _mapping(item)
            yield f"- {first}"
            yield from (_STEP + line for line in rest)
        else:
            yield f"- {_scalar(item)}"


def _scalar(value: Value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
