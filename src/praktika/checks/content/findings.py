"""What a check says of a job's Result: bounded, however large the Result is (security 22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from praktika.checks.content.text import clean, line
from praktika.model.forge import Annotation
from praktika.model.result import Result, leaves

NAMES = 20
"""Failing tests that are named, of one job."""

ANNOTATIONS = 500
"""Remarks at lines of files, on one check."""

_INFO = 12_000
_MESSAGE = 2_000
_MOST_LINES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What there is to say of a Result.

    Attributes:
        names: of the first failing tests.
        failed: how many tests failed.
        tests: how many there were.
        annotations: at the lines where tests failed.
        unplaced: how many failed tests have a file and a line, but no annotation.
        info: the end of what the job says of itself.
        trouble: why the Result could not be read, or "".
    """

    names: tuple[str, ...] = ()
    failed: int = 0
    tests: int = 0
    annotations: tuple[Annotation, ...] = ()
    unplaced: int = 0
    info: str = ""
    trouble: str = ""


def findings_of(result: Result) -> Findings:
    """What there is to say of a job's Result."""
    names: list[str] = []
    annotations: list[Annotation] = []
    tests = failed = unplaced = 0
    for path, test in leaves(result) if result.results else ():
        tests += 1
        if test.status.is_ok:
            continue
        failed += 1
        name = line(" / ".join(path[1:]), 300)
        if len(names) < NAMES:
            names.append(name)
        annotation = _annotation(test, name)
        if annotation is not None and len(annotations) < ANNOTATIONS:
            annotations.append(annotation)
        elif annotation is not None:
            unplaced += 1
    return Findings(
        names=tuple(names),
        failed=failed,
        tests=tests,
        annotations=tuple(annotations),
        unplaced=unplaced,
        info=clean(result.info[-_INFO:]),
    )


def _annotation(test: Result, name: str) -> Annotation | None:
    path, number = _path(test.ext.get("file")), test.ext.get("line")
    if not path or isinstance(number, bool) or not isinstance(number, int):
        return None
    if not 0 < number <= _MOST_LINES:
        return None
    message = clean(test.info[:_MESSAGE]).strip() or f"{test.status}: {name}"
    return Annotation(path=path, line=number, level="failure", message=message, title=name[:200])


def _path(value: Any) -> str:
    """A path in the repository; "" for whatever else this is."""
    if not isinstance(value, str) or not 0 < len(value) <= 1000 or clean(value) != value:
        return ""
    path = value.removeprefix("./")
    segments = path.split("/")
    is_drive = len(path) > 1 and path[1] == ":"
    if "\\" in path or "\n" in path or is_drive or not {"", ".", ".."}.isdisjoint(segments):
        return ""
    return path
