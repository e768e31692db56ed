"""Where readers put what they find: one Result per test case, within bounds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika.model.result import Result, Status
from praktika.runner.reports.raw.text import clean, excerpt, one_line

MAX_CASES = 1_000_000
NAME_LIMIT = 1_000
# All infos of one report together; beyond it each is cut to a few lines.
TOTAL_INFO = 32 * 1024 * 1024
SHORT_INFO = 300

FLAKY = "flaky"
FAILED_ON_RETRY = "retry_failed"


class ReportError(ValueError):
    """This file is not a test report that can be read; the text names the file and the place."""


class TooManyCasesError(Exception):
    """The report has more cases than one Result should carry."""


@dataclass(slots=True, kw_only=True)
class Case:
    """One test as a reader found it; texts may still be wild.

    Attributes:
        start: seconds since the epoch, or None.
        duration: seconds, or None.
        file: source file as the tool names it, or "".
        line: 1-based, or 0.
        labels: names of labels.
    """

    name: str
    status: Status
    start: float | None = None
    duration: float | None = None
    info: str = ""
    file: str = ""
    line: int = 0
    classname: str = ""
    labels: tuple[str, ...] = ()


class Cases:
    """The cases of one report, in the order in which they were added."""

    def __init__(self, source: str, root: Path | None = None) -> None:
        self.source = source
        self._roots = {f"{root}/", f"{root.resolve()}/"} if root else set()
        self._results: list[Result] = []
        self._room = TOTAL_INFO

    def __len__(self) -> int:
        return len(self._results)

    def add(self, case: Case) -> int:
        """Keep a case, also beside another of the same name; its place for `rerun`.

        Raises:
            TooManyCasesError: there are `MAX_CASES` already.
        """
        if len(self._results) >= MAX_CASES:
            raise TooManyCasesError
        self._results.append(self._result(case))
        return len(self._results) - 1

    def rerun(self, place: int, case: Case) -> None:
        """Let a later attempt of the same test take the place of an earlier one.

        Attempts that differ make the test flaky; the earlier failure stays in the info.
        """
        earlier = self._results[place]
        if not earlier.status.is_ok:
            case.labels += (FLAKY if case.status.is_ok else FAILED_ON_RETRY,)
            told = f"Earlier attempt: {earlier.status}\n{earlier.info}"
            case.info = f"{case.info}\n\n{told}" if case.info else told
        elif not case.status.is_ok:
            case.labels += (FLAKY,)
        case.labels += tuple(label["name"] for label in earlier.ext.get("labels", ()))
        if FLAKY in case.labels:
            case.labels = tuple(name for name in case.labels if name != FAILED_ON_RETRY)
        self._results[place] = self._result(case)

    def trouble(self, what: str) -> None:
        """Add one ERROR that says what is wrong with the report itself."""
        name = f"report {self.source}"
        count = len(self._results)
        read = f"{count:,} {'case was' if count == 1 else 'cases were'} read."
        error = Case(name=name, status=Status.ERROR, info=f"{self.source} {what}\n{read}")
        self._results.append(self._result(error))

    def results(self) -> tuple[Result, ...]:
        """Everything found so far."""
        return tuple(self._results)

    def any_bad(self) -> bool:
        """Whether a case needs mending."""
        return not all(result.status.is_ok for result in self._results)

    def _result(self, case: Case) -> Result:
        ext: dict[str, Any] = {}
        if case.file:
            ext["file"] = one_line(self._below_root(case.file))
        if case.line:
            ext["line"] = case.line
        if case.classname:
            ext["classname"] = _name(case.classname)
        if case.labels:
            ext["labels"] = [{"name": name} for name in dict.fromkeys(case.labels)]
        return Result(
            name=_name(self._below_root(case.name)) or "(no name)",
            status=case.status,
            start_time=case.start,
            duration=case.duration,
            info=self._info(case.info),
            ext=ext,
        )

    def _below_root(self, text: str) -> str:
        for root in self._roots:
            if text.startswith(root):
                return text[len(root) :]
        return text

    def _info(self, text: str) -> str:
        if not text:
            return ""
        text = clean(excerpt(text)).strip("\r\n")
        if len(text) > self._room:
            text = excerpt(text, SHORT_INFO)
        self._room = max(0, self._room - len(text))
        return text


def _name(text: str) -> str:
    """A name on one line; a huge one is cut, and stays different from others cut like it."""
    name = one_line(text)
    if len(name) <= NAME_LIMIT:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[:NAME_LIMIT]}... {digest}"
