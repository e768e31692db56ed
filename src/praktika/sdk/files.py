"""Writing files that others read at the same time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def write_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Replace a file; a reader sees its old or its new bytes, never a part. Makes its folder.

    Raises:
        OSError: the disk is full, or the place may not be written to; the old file is intact.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # The name tells nothing of the target's, which may be as long as a name can be.
    scratch = target.with_name(f".tmp-{os.getpid()}-{os.urandom(6).hex()}")
    try:
        with scratch.open("xb") as file:
            file.write(data)
        scratch.replace(target)
    except BaseException:
        with suppress(OSError):
            scratch.unlink()
        raise


def to_json(value: Any, *, indent: int | None = None) -> bytes:
    """JSON in UTF-8 that any reader accepts, whatever was put into the value.

    Objects that JSON does not know become their text, numbers that it does not know become null,
    and half a surrogate pair (from output that was not UTF-8) becomes `?`.
    """
    separators = None if indent else (",", ":")
    try:
        text = json.dumps(
            value,
            indent=indent,
            separators=separators,
            ensure_ascii=False,
            allow_nan=False,
            default=str,
        )
    except (ValueError, TypeError):
        text = json.dumps(_plain(value), indent=indent, separators=separators, ensure_ascii=False)
    return text.encode("utf-8", "replace")


def read_json(path: str | os.PathLike[str]) -> Any:
    """The parsed content of a JSON file; invalid UTF-8 in it is replaced.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON.
    """
    return json.loads(Path(path).read_bytes().decode("utf-8", "replace"))


@contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Hold the lock that belongs to a file, against other processes and threads."""
    lock = Path(f"{os.fspath(path)}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if value - value == 0 else None  # neither NaN nor infinite
    return value if value is None or isinstance(value, str | int) else str(value)
