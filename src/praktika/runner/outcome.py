"""What an attempt's evidence amounts to. Pure.

The order of belief: what ended the command from outside (a timeout, a cancel), then what the
command wrote about itself (its Result), then its test reports, then its exit code. Evidence that
contradicts itself is never OK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from praktika.model.plan import Job
from praktika.model.result import Result, Status, aggregate
from praktika.runner.process import Exit
from praktika.runner.reports import summary

Verdict = Literal["author", "infrastructure", "timeout", "cancelled"]

FORCED: Final = "forced"
"""In `ext`: it is OK only because the author said so beforehand."""

_KILLED = 128 + 9
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is left when the command has ended.

    Attributes:
        exit: how it ended; None if it was never started.
        written: the Result that the job completed, if any.
        written_error: why what the job wrote as its Result cannot be read, or "".
        tests: cases from the report files.
        report_errors: report files that are missing or unreadable, one sentence each.
        missing: artifacts that the job provides but did not leave, one sentence each.
        trouble: what failed around the command (inputs, storage, disk), or "".
        tail: the end of the log.
    """

    exit: Exit | None
    written: Result | None = None
    written_error: str = ""
    tests: tuple[Result, ...] = ()
    report_errors: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    trouble: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class _Finding:
    status: Status
    verdict: Verdict | None = None
    text: str = ""


def judge(job: Job, evidence: Evidence) -> Result:
    """The Result of an attempt, without times, files and hooks, which the caller adds."""
    finding = _find(evidence)
    written = evidence.written
    children = (*(written.results if written else ()), *evidence.tests)
    ext: dict[str, Any] = dict(written.ext) if written else {}
    for word in (FORCED, "verdict"):  # not the job's to say
        ext.pop(word, None)
    status = finding.status
    if not status.is_ok and job.force_success and status is not Status.DROPPED:
        _note(ext, "warnings", f"{status}, shown as OK because of force_success")
        status = Status.OK
        ext[FORCED] = True
    if finding.verdict:
        ext["verdict"] = finding.verdict
    if finding.text:
        ext["reason"] = finding.text
    if finding.verdict == "timeout":
        _note(ext, "errors", "Timeout")
    if status.is_ok:
        for text in evidence.report_errors:
            _note(ext, "warnings", text)
    return Result(
        name=job.name,
        status=status,
        results=children,
        files=written.files if written else (),
        links=written.links if written else (),
        info=_info(evidence, finding, written.info if written else ""),
        ext=ext,
    )


def _find(evidence: Evidence) -> _Finding:
    if evidence.exit is None:
        return _Finding(Status.ERROR, "infrastructure", evidence.trouble)
    outside = _from_outside(evidence.exit)
    if outside is not None:
        return outside
    if evidence.written_error:
        text = f"the job's Result cannot be read: {evidence.written_error}"
        return _Finding(Status.ERROR, "author", text)
    finding = _from_inside(evidence, evidence.exit)
    if not finding.status.is_ok:
        return finding
    if evidence.missing:
        return _Finding(Status.FAIL, "author", "; ".join(evidence.missing))
    if evidence.trouble:
        return _Finding(Status.ERROR, "infrastructure", evidence.trouble)
    return finding


def _from_outside(end: Exit) -> _Finding | None:
    match end.cause:
        case "timeout":
            return _Finding(Status.ERROR, "timeout", f"timed out after {_seconds(end.seconds)}")
        case "stopped":
            return _Finding(Status.DROPPED, "cancelled", end.detail)
        case "log":
            return _Finding(Status.ERROR, "infrastructure", end.detail)
        case "disk":
            return _Finding(Status.ERROR, "author", f"the job was ended: {end.detail}")
        case "exited":
            return None


def _from_inside(evidence: Evidence, end: Exit) -> _Finding:
    if evidence.written is not None:
        said = _from_written(evidence.written, end)
        return said if not said.status.is_ok else _from_reports(evidence) or said
    how = _describe(end)
    if end.code is None or end.code == _KILLED:
        killed = end.code == _KILLED or end.signal == "SIGKILL"
        status = Status.ERROR if killed else Status.FAIL
        return _Finding(status, "infrastructure" if killed else "author", how)
    if end.code != 0 and aggregate(test.status for test in evidence.tests).is_ok:
        also = f", although all {len(evidence.tests)} tests passed" if evidence.tests else ""
        return _Finding(Status.FAIL, "author", how + also)
    return _from_reports(evidence) or _Finding(Status.OK)


def _from_reports(evidence: Evidence) -> _Finding | None:
    """What the job's test reports object to, if they do."""
    if not aggregate(test.status for test in evidence.tests).is_ok:
        # A test that errs is the author's, as a test that fails is.
        return _Finding(Status.FAIL, "author", summary(evidence.tests))
    if evidence.report_errors:
        return _Finding(Status.FAIL, "author", "; ".join(evidence.report_errors))
    return None


def _from_written(written: Result, end: Exit) -> _Finding:
    if not written.status.is_ok:
        infrastructure = written.status in {Status.ERROR, Status.DROPPED}
        return _Finding(written.status, "infrastructure" if infrastructure else "author")
    if end.code != 0:
        text = f"its Result says {written.status}, but {_describe(end)}"
        return _Finding(Status.ERROR, "author", text)
    return _Finding(written.status)


def _describe(end: Exit) -> str:
    how = _describe_code(end)
    return f"{end.detail}; {how}" if end.detail else how


def _describe_code(end: Exit) -> str:
    if end.code is None:
        memory = " (out of memory?)" if end.signal == "SIGKILL" else ""
        return f"the command was ended by {end.signal}{memory}"
    match end.code:
        case 126:
            return "the command is not executable (exit code 126)"
        case 127:
            return "command not found (exit code 127)"
        case 137:
            return "a process was ended by SIGKILL (out of memory?), exit code 137"
        case code:
            return f"the command exited with {code}"


def _info(evidence: Evidence, finding: _Finding, written: str) -> str:
    """What the job said of itself; where it said nothing and did not go well, its last lines."""
    parts = [finding.text, written]
    quiet = not written and not evidence.tests
    if not finding.status.is_ok and quiet and evidence.tail:
        parts.append(evidence.tail)
    return "\n".join(part for part in parts if part)


def _note(ext: dict[str, Any], kind: str, message: str) -> None:
    notes = ext.get(kind)
    ext[kind] = [*(notes if isinstance(notes, list) else []), {"message": message, "from": ""}]


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.0f} min"


def with_warning(result: Result, message: str) -> Result:
    """The same Result with one warning more."""
    ext = dict(result.ext)
    _note(ext, "warnings", message)
    return msgspec.structs.replace(result, ext=ext)
