"""HTML from values: whatever is no markup yet is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_VOID = {"input", "link", "meta"}


class Markup(str):
    """HTML that was made here."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]


def h(tag: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element. Text is escaped; what steers the reading direction is made visible.

    Args:
        tag: its name.
        children: text, markup, or lists of these; None is nothing.
        attributes: by name, with "_" for "-" and "class_" for "class"; False and None are left out.
    """
    said = "".join(
        f" {name.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{_escaped(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Markup(f"<{tag}{said}>")
    return Markup(f"<{tag}{said}>{join(children)}</{tag}>")


def join(children: Child) -> Markup:
    """Children one after another."""
    match children:
        case None:
            return Markup()
        case Markup():
            return children
        case str() | int():
            return Markup(_escaped(str(children)))
        case _:
            return Markup("".join(join(child) for child in children))


def _escaped(text: str) -> str:
    return html.escape(_UNSEEN.sub("\ufffd", text), quote=True)
