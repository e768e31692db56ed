"""Text that anybody may have written, made harmless for the forge.

In Markdown it stands in code: there, and only there, GitHub looks for nothing: no HTML, links,
pictures, references to people or issues.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_ESCAPES = re.compile(
    "\x1b(?:\\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\\\)?|\\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])"
)
_BREAKS = re.compile("[\t\r\n\x0b\x0c\x85\u2028\u2029 ]+")
# Control characters, lone surrogates, and what turns the direction of text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_TICKS = re.compile("`+")
_URL = 1500
_SAFE = "/:?#&=%~+,;"


def clean(text: str) -> str:
    """The text without escape sequences, and with U+FFFD for what must not leave."""
    if text.isascii() and text.isprintable():
        return text
    return _FORBIDDEN.sub("\ufffd", _ESCAPES.sub("", text).replace("\r\n", "\n"))


def line(text: str, limit: int = 200) -> str:
    """The cleaned text on one line of at most `limit` characters."""
    return _cut(_BREAKS.sub(" ", clean(_BREAKS.sub(" ", text[: limit * 4]))).strip(), limit)


def code(text: str, limit: int = 200) -> str:
    """One line of Markdown that shows the text as it is."""
    plain = line(text, limit)
    if not plain:
        return ""
    ticks = "`" * (max((len(run) for run in _TICKS.findall(plain)), default=0) + 1)
    pad = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def cell(text: str, limit: int = 200) -> str:
    """The same, fit for a cell of a table.

    There is no way to write a "|" there that no backslash before it undoes: it looks different.
    """
    return code(text.replace("|", "\u00a6"), limit)


def block(text: str, limit: int = 8000) -> str:
    """A block of Markdown that shows the end of the text as it is; "" if there is none."""
    plain = clean(text[-limit * 2 :]).replace("\r", "\n").strip("\n")[-limit:]
    if not plain.strip():
        return ""
    ticks = "`" * max(3, max((len(run) for run in _TICKS.findall(plain)), default=0) + 1)
    return f"{ticks}text\n{plain}\n{ticks}\n"


def link(shown: str, url: str) -> str:
    """Markdown of a link, or of what is shown if there is no address.

    Args:
        shown: Markdown.
        url: as `address` gives it.
    """
    return f"[{shown}]({url})" if shown and url else shown


def address(url: str, fragment: str = "") -> str:
    """An address for Markdown and the forge; "" if it is none of the web.

    Where it would become too long, it is one without the fragment.
    """
    if urlsplit(url[:8]).scheme not in {"http", "https"} or len(url) > _URL:
        return ""
    whole = quote(f"{url}{fragment}", safe=_SAFE, errors="replace")
    return whole if len(whole) <= _URL or not fragment else address(url)


def duration(seconds: float) -> str:
    """A duration for people, `1 h 02 min`; "" if there is none."""
    if seconds <= 0:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{max(1, whole)} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 job`, `1,200 jobs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def bounded(parts: list[str], limit: int) -> str:
    """The parts one after another as long as they fit into `limit` bytes of UTF-8."""
    kept, room = [], limit
    for part in parts:
        room -= len(part.encode()) + 1
        if room < 0:
            break
        kept.append(part)
    return "\n".join(kept)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"
