"""Names of jobs and results as names of files. The runner uses the same functions."""

from __future__ import annotations

import re

_LIMIT = 150
_SEPARATORS = re.compile(r"[ (){}'\[\],/\-:\"&_]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def normalize_string(text: str) -> str:
    """The text in lower case, with each run of separators as one `_`, and none at its end.

    Separators are the space and `(){}'[],/-:"&`; other characters (`+.%#`, letters of any
    script, emoji) stay.
    """
    return _SEPARATORS.sub("_", text.lower()).rstrip("_")


def file_stem(name: str) -> str:
    """A name as the stem of a file's name, at most 150 bytes of UTF-8.

    It is `normalize_string(name)` where a file system can store that; otherwise a part of it and
    a piece of the name's SHA-256.
    """
    normal = normalize_string(name)
    safe = _UNPRINTABLE.sub("_", normal)
    data = safe.encode()
    if safe == normal and len(data) <= _LIMIT:
        return normal
    from hashlib import sha256  # noqa: PLC0415 - costs 2 ms, and few names are that long

    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    head = data[: _LIMIT - len(digest) - 1].decode("utf-8", "ignore")
    return f"{head}_{digest}"


def result_path(name: str, temp_dir: str) -> str:
    """Where the Result of that name is stored: `<temp_dir>/result_<stem>.json`."""
    return f"{temp_dir}/result_{file_stem(name)}.json"
