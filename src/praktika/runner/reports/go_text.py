"""What the lines that Go prints mean."""

from __future__ import annotations

import re

from praktika.runner.reports.raw.text import Excerpt, line_number

_OWN = re.compile(r"=== (RUN|PAUSE|CONT|NAME|ATTR|ARTIFACTS)\b|\s*--- (PASS|FAIL|SKIP|BENCH): ")
_UNBUILT = re.compile(r"FAIL\t(\S+) \[(build|setup) failed\]")
_PLACE = re.compile(r"^\s+([^\s:]+\.go):(\d+): ", re.MULTILINE)
_HEADER = re.compile(r"# (\S+)")
_MAX_BUILDS = 1_000


def told_by_test(line: str) -> bool:
    """Whether the test said this, and not the framework about the test."""
    return not _OWN.match(line)


def says_unbuilt(line: str) -> bool:
    """Whether Go says here that a package did not compile."""
    return _UNBUILT.match(line) is not None


def build_failed_package(line: str) -> str:
    """The package that did not compile, if Go says so in this line outside of events; or ""."""
    found = _UNBUILT.match(line)
    return found[1] if found else ""


def place_in(info: str) -> tuple[str, int]:
    """File and line of the first `    file.go:12: message` that a test logged."""
    found = _PLACE.search(info)
    return (found[1], line_number(found[2])) if found else ("", 0)


class BuildText:
    """What the compiler printed, by what it compiled."""

    def __init__(self) -> None:
        self._texts: dict[str, Excerpt] = {}
        self._all = Excerpt()
        self._at = ""

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, build: str, text: str) -> None:
        """Go said that this text belongs to this build (since Go 1.24)."""
        self._all.add(text)
        if build in self._texts or len(self._texts) < _MAX_BUILDS:
            self._texts.setdefault(build, Excerpt()).add(text)

    def add_loose(self, line: str) -> None:
        """A line between events; a line `# package` begins a package's text."""
        header = _HEADER.match(line)
        if header:
            self._at = header[1]
        self.add(self._at, f"{line}\n")

    def of(self, build: str) -> str:
        """The text of a build, or, when it failed for another's sake, all that was printed."""
        return str(self._texts.get(build, self._all))
