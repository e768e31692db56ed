"""The Markdown of a check: what happened, the jobs, the tests that failed.

It stays below what GitHub takes, 65,535 characters, however many jobs there are and however long
their names; counted in bytes, to be on the safe side whatever is counted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from praktika.checks.content.findings import Findings
from praktika.checks.content.lines import Line
from praktika.checks.content.text import (
    address,
    block,
    bounded,
    cell,
    code,
    counted,
    duration,
    line,
    link,
)
from praktika.checks.content.verdict import cancelled
from praktika.engine.run import Run, Stage

LIMIT = 60_000
"""Bytes of a summary."""

_TABLE = 30_000
_TESTS = 16_000
_NOTES = 6_000
_JOBS_WITH_TESTS = 20
_HEAD = "| Status | Job | Duration | Reason |\n|---|---|---|---|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a summary is made from.

    Attributes:
        run: as it is.
        lines: of its jobs, the worst first.
        findings: by job key, of the jobs whose Results were read.
        page: address of the run's report, or "".
        command: what shows it to those who have no page, or "".
        notes: what else there is to say, of our own making.
    """

    run: Run
    lines: Sequence[Line]
    findings: Mapping[str, Findings]
    page: str = ""
    command: str = ""
    notes: Sequence[str] = ()

    def url(self, each: Line) -> str:
        """Address of a job's part of the report."""
        return job_address(self.page, each.job.name)


def job_address(page: str, name: str) -> str:
    """Address of a job's part of the report, or ""."""
    if not page:
        return ""
    return address(page, "#/job/" + quote(name.encode("utf-8", "replace"), safe=""))


def summary(material: Material) -> str:
    """The Markdown of the workflow's check and of the comment."""
    parts = [
        _intro(material),
        bounded([f"> {line(note, 1000)}\n" for note in material.notes], _NOTES),
        table(material, _TABLE),
        failing_tests(material, _TESTS),
        _report(material),
    ]
    return "\n\n".join(part for part in parts if part)[:LIMIT] or "No job is known yet."


def _report(material: Material) -> str:
    """Where the report is, or how to see it."""
    if material.page or not material.command:
        return link("Report", address(material.page))
    return f"{code(material.command, 200)} shows the report."


def _intro(material: Material) -> str:
    run = material.run
    if run.stage is Stage.AWAITING:
        return "Nothing runs before somebody with write access has approved of this very commit."
    if run.failure:
        return f"Nothing could be run:\n\n{block(run.failure, 8000)}{_merged(run)}"
    ended = cancelled(run)
    approved = f"Approved by {code(run.approved_by, 60)}." if run.approved_by else ""
    return "\n\n".join(
        each for each in (f"This run was {code(ended, 300)}." if ended else "", approved) if each
    )


def _merged(run: Run) -> str:
    """Whose the failure may be, where there is no job to tell it of."""
    merge = run.requested.merge if run.requested is not None else None
    if merge is None:
        return ""
    head, base = code(merge.head[:12], 12), code(merge.base[:12], 12)
    whose = f"This is about {head} merged with {base} of its base branch"
    return f"\n\n{whose}: the fault may be in either."


def table(material: Material, limit: int) -> str:
    """The table of the jobs, the worst first, in at most so many bytes; what is left out is told.

    Args:
        material: see there.
        limit: bytes.
    """
    if not material.lines:
        return ""
    rows, room = [_HEAD], limit - 400
    for each in material.lines:
        row = _row(material, each)
        room -= len(row.encode()) + 1
        if room < 0:
            break
        rows.append(row)
    left = material.lines[len(rows) - 1 :]
    return "\n".join(rows) + (f"\n\n{_left_out(left)}" if left else "")


def _row(material: Material, each: Line) -> str:
    name = link(cell(each.job.name, 120), material.url(each))
    whose = f"{each.whose}: " if each.whose else ""
    reason = cell(each.reason(material.run), 200)
    return f"| {each.word} | {name} | {duration(each.seconds)} | {whose}{reason} |"


def _left_out(left: Sequence[Line]) -> str:
    counts = Counter(str(each.state.status) for each in left)
    told = ", ".join(f"{number:,} {status}" for status, number in counts.most_common())
    return f"{counted(len(left), 'more job')} not shown here: {told}."


def failing_tests(material: Material, limit: int) -> str:
    """The tests that failed, under their jobs, in at most so many bytes."""
    parts: list[str] = []
    failed = [each for each in material.lines if each.has_failed]
    told = [each for each in failed if _has_names(material, each)]
    for each in told[:_JOBS_WITH_TESTS]:
        found = material.findings[each.job.key]
        parts.append(f"**{code(each.job.name, 120)}**: {failed_of(found)}\n")
        parts += named_tests(found, 10)
        parts.append("")
    if len(told) > _JOBS_WITH_TESTS:
        parts.append(f"{counted(len(told) - _JOBS_WITH_TESTS, 'more job')} with failed tests.")
    return bounded(["### Failed tests\n", *parts], limit) if parts else ""


def failed_of(found: Findings) -> str:
    """How many tests failed."""
    return f"{found.failed:,} of {counted(found.tests, 'test')} failed"


def named_tests(found: Findings, most: int) -> list[str]:
    """The failing tests by name, as lines of a list."""
    shown = [f"- {code(name, 200)}" for name in found.names[:most] if name]
    left = found.failed - len(shown)
    return [*shown, f"- and {left:,} more"] if left > 0 and shown else shown


def _has_names(material: Material, each: Line) -> bool:
    found = material.findings.get(each.job.key)
    return found is not None and bool(found.names)
