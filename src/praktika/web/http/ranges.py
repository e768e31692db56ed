"""Which bytes a Range header asks for (RFC 9110, section 14). Pure."""

from __future__ import annotations

import re

from praktika.web.http.refusal import Refusal

_ONE = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE)


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """The bytes `[start:end]` of something so large; None where all of it is meant.

    What is no range of bytes, or several of them, is ignored, as the RFC allows; so is any range of
    nothing, which a log is at first.

    Raises:
        Refusal: 416, it begins behind the end.
    """
    found = _ONE.fullmatch(header)
    if found is None or not (found[1] or found[2]) or not size:
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        if found[2] and int(found[2]) < start:
            return None
        end = min(size, int(found[2]) + 1) if found[2] else size
    if start >= size or start >= end:
        raise Refusal(416, "bad_range", f"there are {size} bytes")
    return start, end
