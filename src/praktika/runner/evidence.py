"""Gathering what a command left behind, for `outcome.judge`."""

from __future__ import annotations

from pathlib import Path

from praktika.model.plan import Job
from praktika.model.result import Result
from praktika.runner.outcome import Evidence
from praktika.runner.process import Exit
from praktika.runner.reports import ReportError, read_report
from praktika.runner.written import read_written

REPORT_FILES = 10_000
"""Report files that one job may leave."""


def gather(job: Job, end: Exit, workspace: Path, result_file: Path) -> Evidence:
    """The evidence of an ended command."""
    written, unreadable = read_written(result_file)
    tests: list[Result] = []
    errors: list[str] = []
    for pattern in job.test_reports:
        _read(workspace, pattern, tests, errors)
    return Evidence(
        exit=end,
        written=written,
        written_error=unreadable,
        tests=tuple(tests),
        report_errors=tuple(errors),
        tail=end.tail,
    )


def _read(workspace: Path, pattern: str, tests: list[Result], errors: list[str]) -> None:
    try:
        paths = sorted(workspace.glob(pattern.removeprefix("./")))
    except (ValueError, NotImplementedError) as error:
        errors.append(f"test report '{pattern}': {error}")
        return
    if not paths:
        errors.append(f"test report '{pattern}' was not written")
    if len(paths) > REPORT_FILES:
        errors.append(f"test report '{pattern}' matches {len(paths)} files, more than allowed")
    for path in paths[:REPORT_FILES]:
        try:
            tests.extend(read_report(path, root=workspace))
        except ReportError as error:
            errors.append(f"test report '{path.relative_to(workspace)}': {error}")
