"""Texts as GitHub takes them. Whoever shows something keeps within the limits; this is the net."""

from __future__ import annotations

from datetime import UTC, datetime

OUTPUT = 65_535
"""Bytes of the summary and of the text of a check: GitHub says characters, and counts bytes."""

COMMENT = 65_536
"""Characters of a comment."""

DESCRIPTION = 140
"""Characters of the description of a status."""

_CUT = "\n\n… cut: the rest is too long for GitHub.\n"
_FENCES = ("```", "~~~")


def clean(text: str) -> str:
    """The text without what no answer in JSON can carry to people: NULs, halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")


def line(text: str, limit: int) -> str:
    """A text in one line, of at most so many characters."""
    text = " ".join(clean(text).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def markdown(text: str, limit: int = OUTPUT) -> str:
    """Markdown of at most so many bytes, cut after a line and outside of a block of code."""
    text = clean(text)
    if len(text.encode()) <= limit:
        return text
    room = limit - len(_CUT.encode()) - len("\n```")
    kept = text.encode()[:room].decode(errors="ignore")
    whole = kept[: kept.rfind("\n") + 1] or kept
    return f"{whole.rstrip()}{_closing(whole)}{_CUT}"


def _closing(text: str) -> str:
    """What ends the block of code that a text ends in, if it does."""
    fence = ""
    for each in text.splitlines():
        mark = each.strip()[:3]
        if mark in _FENCES and mark == (fence or mark):
            fence = "" if fence else mark
    return f"\n{fence}" if fence else ""


def rfc3339(at: float) -> str:
    """A time in seconds since the epoch, as GitHub writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
