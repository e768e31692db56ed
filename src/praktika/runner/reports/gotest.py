"""The stream of events that `go test -json` writes: one JSON object a line.

Tests and their subtests are cases of their own, as Go counts them. What belongs to a package alone
(it did not compile, it ended badly though its tests passed) is a case named like the package.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from praktika.model.result import Status
from praktika.runner.reports.cases import Cases
from praktika.runner.reports.go_package import Package
from praktika.runner.reports.go_text import BuildText, build_failed_package
from praktika.runner.reports.raw.json_lines import Line, lines

_OUTCOMES = {
    "pass": Status.OK,
    "bench": Status.OK,
    "fail": Status.FAIL,
    "skip": Status.SKIPPED,
}


def read(stream: BinaryIO, cases: Cases) -> None:
    """Add every test, and every package that failed without one."""
    events = _Events(cases)
    for line in lines(stream):
        events.line(line)
    events.end()


class _Events:
    """What the events add up to."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._packages: dict[str, Package] = {}
        self._build = BuildText()
        self._cut = False

    def line(self, line: Line) -> None:
        """Take in one line: an event, or what the compiler printed between events."""
        event = line.entry
        if event is None:
            if not line.whole and line.text.startswith("{"):
                self._cut = True
            elif package := build_failed_package(line.text):
                self._build_failed(package)
            else:
                self._build.add_loose(line.text)
            return
        action = _word(event, "Action")
        if action == "build-output":
            self._build.add(_word(event, "ImportPath"), _word(event, "Output"))
        elif "Package" in event or "Test" in event:
            self._event(event, action)

    def end(self) -> None:
        """Take in that the stream is over."""
        running = [name for name, package in self._packages.items() if package.is_running]
        for name in running:
            self._packages[name].end(None)
        if running or self._cut:
            where = f" while {', '.join(running[:3])} ran" if running else ""
            self._cases.trouble(f"ends in the middle{where}: go test was stopped.")
        elif not self._packages and not self._cases and self._build:
            self._cases.trouble(f"has no test, only:\n{self._build.of('')}")

    def _event(self, event: dict[str, Any], action: str) -> None:
        package = self._package(_word(event, "Package"))
        test = _word(event, "Test")
        if action == "output":
            package.output(test, _word(event, "Output"))
        elif action in {"start", "run"}:
            package.begin(test, event.get("Time"))
        elif action in _OUTCOMES:
            if test:
                package.outcome(test, _OUTCOMES[action], event.get("Elapsed"))
            else:
                self._end(package, event, _OUTCOMES[action])

    def _end(self, package: Package, event: dict[str, Any], status: Status) -> None:
        failed_build = _word(event, "FailedBuild")
        if status is Status.FAIL and (failed_build or package.did_not_build):
            self._build_failed(package.name, failed_build)
        else:
            package.end(status)

    def _build_failed(self, name: str, build: str = "") -> None:
        package = self._package(name)
        package.end_unbuilt(self._build.of(build or name))

    def _package(self, name: str) -> Package:
        if name not in self._packages:
            self._packages[name] = Package(name, self._cases)
        return self._packages[name]


def _word(event: dict[str, Any], key: str) -> str:
    value = event.get(key)
    return value if isinstance(value, str) else ""
