"""Test reports of any language, read into Results.

`read_report` recognises the format by content. One Result per test case, flat, under the name that
the test's own tool gives it; `docs/test-reports.md` lists names and statuses. The files come from a
job, so nothing in them is trusted: reading is bounded in memory and time, entities are refused, and
what leaves here can always be encoded as JSON.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from praktika.model.result import Result
from praktika.runner.reports import gotest, gtest, junit, pytest_log
from praktika.runner.reports.cases import Cases, ReportError, TooManyCasesError
from praktika.runner.reports.go_text import says_unbuilt
from praktika.runner.reports.raw.encoding import decoded
from praktika.runner.reports.raw.json_lines import parsed
from praktika.runner.reports.raw.text import one_line
from praktika.runner.reports.summary import summary

__all__ = ["ReportError", "read_report", "summary"]

_HEAD = 1024 * 1024
_LOOKED_AT = 1_000


def read_report(path: Path, *, root: Path | None = None) -> tuple[Result, ...]:
    """The test cases of a report, in its order.

    A report that breaks off or is damaged gives what was read before that place, and one Result of
    status ERROR, named `report <file>`, that says so.

    Args:
        path: of the report.
        root: the workspace; names and files that tools write with its path begin below it, so that
            they are the same in every run.

    Raises:
        ReportError: nothing in the file is a report of a known format, or it cannot be opened.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReportError(f"{path.name} is not a regular file")
        with path.open("rb") as stream:
            return _read(stream, Cases(path.name, root))
    except OSError as error:
        raise ReportError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _read(stream: BinaryIO, cases: Cases) -> tuple[Result, ...]:
    try:
        reader = _reader(decoded(stream.read(_HEAD)).lstrip("\ufeff \t\r\n"))
        stream.seek(0)
        reader(stream, cases)
    except ReportError as error:
        raise ReportError(f"{cases.source} {error}") from error
    except TooManyCasesError:
        cases.trouble("has more cases than one report may have; the rest is not shown.")
    return cases.results()


def _reader(head: str) -> Callable[[BinaryIO, Cases], None]:
    if not head:
        raise ReportError("is empty")
    if head.startswith("<"):
        return junit.read
    lines = head.split("\n")
    for line in islice((line for line in lines if line.startswith("{")), _LOOKED_AT):
        entry = parsed(line.strip())
        if entry is None:
            continue
        if "$report_type" in entry:
            return pytest_log.read
        if "Action" in entry:
            return gotest.read
    if head.startswith("{") and '"testsuites"' in head:
        return gtest.read
    if "<testsuite" in head:
        return junit.read
    if any(map(says_unbuilt, lines)):
        return gotest.read
    raise ReportError(
        "is no test report that praktika knows (JUnit XML, pytest's report log, gtest's JSON, the"
        f" stream of go test -json); it begins with {one_line(head[:40])!r}"
    )
