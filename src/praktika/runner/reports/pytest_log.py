"""The log that pytest-reportlog writes with `--report-log=FILE`: one JSON object a line.

pytest tells of each test in phases: setup, call, teardown. The call decides; a failure of setup or
teardown is an ERROR unless the test itself failed before. Subtests count towards their test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO

from praktika.model.result import Status
from praktika.runner.reports.cases import Case, Cases
from praktika.runner.reports.pytest_failure import captured, failure_text, skip_reason, subtest
from praktika.runner.reports.raw.json_lines import Line, lines
from praktika.runner.reports.raw.text import Excerpt, line_number, seconds, word

_WEIGHT = {
    Status.OK: 0,
    Status.SKIPPED: 1,
    Status.XFAIL: 1,
    Status.XPASS: 1,
    Status.UNKNOWN: 1,
    Status.ERROR: 2,
    Status.FAIL: 3,
}
_EXIT = {2: "was interrupted", 3: "had an internal error", 4: "was called in a wrong way"}


def read(stream: BinaryIO, cases: Cases) -> None:
    """Add every test, every file that could not be collected, and what is wrong with the log."""
    log = _Log(cases)
    for line in lines(stream):
        log.line(line)
    log.end()


@dataclass(slots=True)
class _Attempt:
    """One run of one test, as far as the log has told of it."""

    file: str = ""
    line: int = 0
    status: Status = Status.OK
    start: float | None = None
    duration: float = 0.0
    text: Excerpt = field(default_factory=Excerpt)
    output: str = ""

    def phase(self, entry: dict[str, Any]) -> None:
        """Take in what one phase says."""
        what = _phase_status(entry)
        if _WEIGHT[what] >= _WEIGHT[self.status]:
            self.status = what
        if "_subtest.context" not in entry:
            self.duration += seconds(entry.get("duration")) or 0.0
            self.start = self.start or seconds(entry.get("start")) or None
        self._tell(_told(entry, what))
        self.output = captured(entry.get("sections")) or self.output

    def never_ended(self) -> None:
        """The log is over, and this attempt was not."""
        if self.status is not Status.FAIL:
            self.status = Status.ERROR
        self._tell("This test began and never ended.")

    def case(self, name: str) -> Case:
        """The test's case under this name."""
        if self.output and self.status in {Status.FAIL, Status.ERROR}:
            self._tell(self.output)
        return Case(
            name=name,
            status=self.status,
            start=self.start,
            duration=self.duration,
            info=str(self.text),
            file=self.file,
            line=self.line,
        )

    def _tell(self, text: str) -> None:
        if text:
            self.text.add(f"\n\n{text}" if self.text else text)


class _Log:
    """What the lines of a log add up to."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._open: dict[str, _Attempt] = {}
        self._places: dict[str, int] = {}
        self._unreadable = ""
        self._exit: object = None
        self._finished = False

    def line(self, line: Line) -> None:
        """Take in one line."""
        entry = line.entry
        if entry is None:
            if line.whole and not self._unreadable:
                self._unreadable = f"has a line that is no JSON object: line {line.number}."
            return
        match entry.get("$report_type"):
            case "SessionStart":
                self._finished = False
            case "SessionFinish":
                self._finished = True
                self._exit = entry.get("exitstatus")
            case "CollectReport":
                self._collected(entry)
            case "TestReport" | "SubTestReport" | "SubtestReport":
                self._phase(entry)

    def end(self) -> None:
        """Take in that the log is over."""
        for name, attempt in self._open.items():
            attempt.never_ended()
            self._conclude(name, attempt)
        if self._unreadable:
            self._cases.trouble(self._unreadable)
        if not self._finished:
            self._cases.trouble("ends in the middle: pytest was stopped before its session ended.")
        elif isinstance(self._exit, int) and self._exit in _EXIT and not self._cases.any_bad():
            self._cases.trouble(f"says that pytest {_EXIT[self._exit]} (exit {self._exit}).")

    def _collected(self, entry: dict[str, Any]) -> None:
        outcome = entry.get("outcome")
        name = word(entry.get("nodeid")) or "(collection)"
        if outcome == "failed":
            info = failure_text(entry.get("longrepr"))
            file = name.partition("::")[0]
            self._cases.add(Case(name=name, status=Status.ERROR, info=info, file=file))
        elif outcome == "skipped":
            reason = skip_reason(entry.get("longrepr"))
            self._cases.add(Case(name=name, status=Status.SKIPPED, info=reason))

    def _phase(self, entry: dict[str, Any]) -> None:
        name = word(entry.get("nodeid"))
        attempt = self._open.get(name)
        if attempt is None:
            attempt = self._open[name] = _Attempt(*_place(entry))
        attempt.phase(entry)
        # A crashed worker of pytest-xdist has no phases: "???" is all that comes.
        if word(entry.get("when")) not in {"setup", "call"}:
            del self._open[name]
            self._conclude(name, attempt)

    def _conclude(self, name: str, attempt: _Attempt) -> None:
        case = attempt.case(name)
        if name in self._places:
            self._cases.rerun(self._places[name], case)
        else:
            self._places[name] = self._cases.add(case)


def _phase_status(entry: dict[str, Any]) -> Status:
    expected = "wasxfail" in entry
    match entry.get("outcome"):
        case "passed":
            return Status.XPASS if expected and entry.get("when") == "call" else Status.OK
        case "skipped":
            return Status.XFAIL if expected else Status.SKIPPED
        case "failed" | "rerun":
            return Status.FAIL if entry.get("when") == "call" else Status.ERROR
    return Status.UNKNOWN if entry.get("outcome") else Status.ERROR


def _told(entry: dict[str, Any], status: Status) -> str:
    """What a phase has to say to people, or ""."""
    longrepr = entry.get("longrepr")
    if status in {Status.FAIL, Status.ERROR}:
        return subtest(entry.get("_subtest.context")) + failure_text(longrepr)
    if status in {Status.XFAIL, Status.XPASS}:
        return word(entry.get("wasxfail")).removeprefix("reason: ")
    return skip_reason(longrepr) if status is Status.SKIPPED else ""


def _place(entry: dict[str, Any]) -> tuple[str, int]:
    """File and line of a test; pytest counts from 0."""
    match entry.get("location"):
        case [str() as file, int() as line, *_]:
            return file, line_number(line + 1)
        case [str() as file, *_]:
            return file, 0
    return "", 0
