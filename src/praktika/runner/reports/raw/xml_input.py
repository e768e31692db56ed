"""XML made safe and acceptable before a parser sees it.

Tools write characters that XML forbids (colour codes of a terminal, NUL), raw or as references;
they become U+FFFD (ESC: a sign of its own), because one bad byte must not hide a thousand results.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from praktika.runner.reports.raw.text import ESCAPE_SIGN

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,10});")
_CUT_REFERENCE = re.compile(r"&(#(x[0-9a-fA-F]{0,8}|[0-9]{0,10})?)?$")
_START = re.compile(r"<\?xml|<!--|<!DOCTYPE|<testsuite")


def acceptable(chunks: Iterable[str]) -> Iterator[str]:
    """The text without what comes before its first tag, and without forbidden characters."""
    held = ""
    begun = False
    for chunk in chunks:
        text = held + chunk
        if not begun:
            text = _from_first_tag(text)
            begun = bool(text)
        cut = _CUT_REFERENCE.search(text, max(0, len(text) - 16))
        held = text[cut.start() :] if cut else ""
        yield _mended(text[: len(text) - len(held)])
    yield _mended(held)


def _from_first_tag(text: str) -> str:
    """The text without the banner that a wrapper such as npm printed before the XML."""
    text = text.lstrip("\ufeff \t\r\n")
    start = None if text.startswith("<") else _START.search(text)
    return text[start.start() :] if start else text


def _mended(text: str) -> str:
    return _REFERENCE.sub(_reference, _FORBIDDEN.sub(_sign, text))


def _sign(found: re.Match[str]) -> str:
    return ESCAPE_SIGN if found[0] == "\x1b" else "\ufffd"


def _reference(found: re.Match[str]) -> str:
    digits = found[1]
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    if code > 0x10FFFF:
        return "\ufffd"
    return _sign(forbidden) if (forbidden := _FORBIDDEN.match(chr(code))) else found[0]
