"""JSON on stdout, one value a line, for programs."""

from __future__ import annotations

from typing import Any

from praktika.cli.console import Console
from praktika.model.wire import encode


def say_json(console: Console, value: dict[str, Any]) -> None:
    """Write one value; what JSON cannot hold (a lone surrogate) is replaced."""
    console.raw(_encoded(value) + b"\n")


def _encoded(value: dict[str, Any]) -> bytes:
    try:
        return encode(value)
    except (UnicodeEncodeError, TypeError, ValueError):
        return encode(_plain(value))


def _plain(value: object) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_plain(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value
