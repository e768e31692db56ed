"""Sections of a comment: each between two marks that readers do not see. Pure text."""

from __future__ import annotations

from collections.abc import Mapping


def section(tag: str, body: str) -> str:
    """A body between the marks of its tag."""
    return f"{_mark('start', tag)}\n{body}\n{_mark('end', tag)}"


def has_section(comment: str, tag: str) -> bool:
    """Whether a comment has a section of that tag."""
    return _mark("start", tag) in comment


def with_sections(comment: str, sections: Mapping[str, str]) -> str:
    """The comment with these sections in the place of those of the same tags, or at its end.

    Everything else in it stays.
    """
    for tag, body in sections.items():
        start, end = _mark("start", tag), _mark("end", tag)
        before, found, rest = comment.partition(start)
        _, closed, after = rest.partition(end)
        if found and closed:
            comment = f"{before}{section(tag, body)}{after}"
        else:
            comment = f"{comment}\n{section(tag, body)}" if comment else section(tag, body)
    return comment


def _mark(which: str, tag: str) -> str:
    return f"<!-- CI automatic comment {which} :{tag}: -->"
