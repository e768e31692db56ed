"""Reading the report of pytest-reportlog: one JSON object a line, one for each phase of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from praktika.sdk.result.status import HINTS, Label, Status
from praktika.sdk.testing.case import Case, Report, clipped, worst

_STRICT_XPASS = "[XPASS(strict)]"


def read_report_log(path: Path) -> Report:
    """The tests of a report, and the collections that failed as tests of their own.

    A setup or teardown that fails makes its test an ERROR, unless the test itself failed. Lines
    that are not JSON (the last one, when pytest was killed) are passed over.

    Raises:
        OSError: it cannot be read.
    """
    tests: dict[str, _Test] = {}
    is_complete = False
    for entry in _entries(path):
        kind = str(entry.get("$report_type", ""))
        if kind == "SessionFinish":
            is_complete = True
        elif kind == "CollectReport" and entry.get("outcome") != "passed":
            name = str(entry.get("nodeid") or "collection")
            tests.setdefault(name, _Test(name)).add_collection(entry)
        elif kind.lower().endswith("testreport"):
            name = str(entry.get("nodeid", ""))
            tests.setdefault(name, _Test(name)).add_phase(entry)
    return Report([test.case() for test in tests.values()], is_complete)


class _Test:
    """A test, while its phases come in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.statuses: list[str] = []
        self.infos: list[str] = []
        self.duration = 0.0
        self.start_time: float | None = None
        self.ext: dict[str, Any] = {}
        self.was_rerun = False

    def add_collection(self, entry: Mapping[str, Any]) -> None:
        self.statuses.append(Status.SKIPPED if entry.get("outcome") == "skipped" else Status.ERROR)
        self.infos.append(_failure_text(entry.get("longrepr")))

    def add_phase(self, entry: Mapping[str, Any]) -> None:
        self.duration += _number(entry.get("duration")) or 0.0
        if self.start_time is None:
            self.start_time = _number(entry.get("start"))
        self._place(entry.get("location"))
        if entry.get("outcome") == "rerun":
            self.was_rerun = True
            return
        status = _phase_status(entry)
        self.statuses.append(status)
        if status == Status.OK:
            return
        texts = [_failure_text(entry.get("longrepr")), str(entry.get("wasxfail") or "")]
        if status in {Status.FAIL, Status.ERROR}:
            texts += _captured(entry.get("sections"))
        self.infos += [text for text in texts if text]

    def case(self) -> Case:
        status = worst(self.statuses)
        if self.was_rerun:
            label = Label.OK_ON_RETRY if status == Status.OK else Label.FAILED_ON_RETRY
            self.ext["labels"] = [{"name": label, "hint": HINTS[label]}]
        info = clipped("\n".join(self.infos))
        return Case(self.name, status, self.duration, info, self.start_time, self.ext)

    def _place(self, location: object) -> None:
        if isinstance(location, list) and len(location) == 3 and not self.ext:
            self.ext["file"] = str(location[0])
            if isinstance(location[1], int):
                self.ext["line"] = location[1] + 1
            scope, dot, _ = str(location[2]).partition("[")[0].rpartition(".")
            if dot:
                self.ext["classname"] = scope


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def _phase_status(entry: Mapping[str, Any]) -> str:
    outcome = entry.get("outcome")
    if "wasxfail" in entry:
        return Status.XFAIL if outcome == "skipped" else Status.XPASS
    if outcome == "passed":
        return Status.OK
    if outcome == "skipped":
        return Status.SKIPPED
    if str(entry.get("longrepr") or "").startswith(_STRICT_XPASS):
        return Status.XPASS
    return Status.FAIL if entry.get("when") == "call" else Status.ERROR


def _failure_text(longrepr: Any) -> str:
    """The text of a failure, which pytest gives as text, as `[file, line, reason]`, or as parts."""
    if isinstance(longrepr, list):
        return str(longrepr[-1]) if longrepr else ""
    if not isinstance(longrepr, dict):
        return str(longrepr or "")
    chain = longrepr.get("chain") or [[longrepr.get("reprtraceback"), longrepr.get("reprcrash")]]
    lines: list[str] = []
    for link in chain:
        for entry in (link[0] or {}).get("reprentries", []):
            lines += _entry_lines(entry.get("data") or {})
        if len(link) > 2 and link[2]:
            lines.append(str(link[2]))
    if not lines and "longrepr" in longrepr:
        lines.append(str(longrepr["longrepr"]))
    return "\n".join(lines)


def _entry_lines(data: Mapping[str, Any]) -> list[str]:
    lines = [str(line) for line in data.get("lines") or []]
    place = data.get("reprfileloc")
    if place:
        lines.append(f"{place.get('path')}:{place.get('lineno')}: {place.get('message')}")
    return lines


def _captured(sections: Any) -> list[str]:
    return [f"----- {title} -----\n{text}" for title, text in sections or []]


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None
