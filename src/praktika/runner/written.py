"""Reading the Result that a job wrote about itself. What a job writes is never trusted."""

from __future__ import annotations

import json
from pathlib import Path

from praktika.model.result import Result, Status
from praktika.model.wire import WireError, decode
from praktika.runner.job_files import read_file

RESULT_LIMIT = 256 << 20
"""Bytes of JSON that a job may write as its Result."""

# Words of older pipelines for today's statuses.
_OLD_WORDS = {
    b'"success"': b'"OK"',
    b'"failure"': b'"FAIL"',
    b'"error"': b'"ERROR"',
    b'"skipped"': b'"SKIPPED"',
    b'"pending"': b'"PENDING"',
    b'"running"': b'"RUNNING"',
    b'"dropped"': b'"DROPPED"',
}


def read_written(path: Path) -> tuple[Result | None, str]:
    """The completed Result at `path`, or None and why it cannot be read.

    A Result that is still RUNNING or PENDING is none: the job ended before it completed it, and
    its exit code tells the rest. A missing file is none, too.
    """
    try:
        data = read_file(path, RESULT_LIMIT)
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except OSError as error:
        return None, f"{path.name}: {error.strerror}"
    try:
        result = _decode(data)
    except WireError as error:
        return None, f"{path.name}: {error}"
    if not result.status.is_settled:
        return None, ""
    return result, ""


def on_error_hook(path: Path) -> str:
    """The line that the job wants to be run if it ends with ERROR, or "".

    It counts even where the job never completed its Result.
    """
    try:
        ext = _decode(read_file(path, RESULT_LIMIT)).ext
    except (OSError, WireError):
        return ""
    line = ext.get("on_error_hook", "")
    return line if isinstance(line, str) else ""


def _decode(data: bytes) -> Result:
    try:
        return decode(data, Result)
    except WireError as strict:
        try:
            return decode(_mended(data), Result)
        except (WireError, ValueError, RecursionError):
            raise strict from None


def _mended(data: bytes) -> bytes:
    """The same JSON without lone surrogates and invalid UTF-8, with today's status words."""
    text = json.dumps(json.loads(data.decode("utf-8", "replace")), ensure_ascii=False)
    mended = text.encode("utf-8", "replace")
    for old, new in _OLD_WORDS.items():
        mended = mended.replace(b'"status": ' + old, b'"status": ' + new)
    return mended


def running(name: str, at: float) -> Result:
    """The Result that stands in the file while the job runs."""
    return Result(name=name, status=Status.RUNNING, start_time=at)
