"""The check of one job."""

from __future__ import annotations

import hashlib

from msgspec import structs

from praktika.checks.content import buttons
from praktika.checks.content.findings import Findings
from praktika.checks.content.lines import Line
from praktika.checks.content.summary import Material, failed_of, named_tests
from praktika.checks.content.text import block, bounded, code, counted, duration, line, link
from praktika.engine.run import Phase
from praktika.model.forge import Annotation, Check, CheckStatus, Conclusion
from praktika.model.result import Status

_NAME = 200


def job_check(material: Material, each: Line, *, sha: str, run_id: str) -> Check:
    """The check of a job, as it stands."""
    request = material.run.requested
    assert request is not None
    found = material.findings.get(each.job.key, Findings())
    status = _status(each)
    return Check(
        name=check_name(request.workflow, each.job.name),
        sha=sha,
        external_id=f"{run_id}/{each.job.key}",
        status=status,
        conclusion=conclusion(each) if status == "completed" else "",
        title=_title(material, each, found),
        summary=_summary(material, each, found),
        text=block(found.info) if each.has_failed else "",
        annotations=remarks(each, found) if status == "completed" else (),
        actions=buttons.of_job(is_settled=status == "completed"),
        url=material.url(each),
        started_at=each.state.started,
        completed_at=each.state.since if status == "completed" else 0.0,
    )


def check_name(workflow: str, job: str) -> str:
    """The name of a job's check; names that are too long stay different when they are cut."""
    name = f"{line(workflow, 10_000)} / {line(job, 10_000)}"
    if len(name) <= _NAME:
        return name
    digest = hashlib.sha256(f"{workflow} / {job}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[: _NAME - 12]}… {digest[:10]}"


def conclusion(each: Line) -> Conclusion:
    """What a settled job has come to.

    A required job that was dropped is "cancelled": branch protection takes "skipped" for a success.
    """
    match each.state.status:
        case Status.SKIPPED:
            return "skipped"
        case Status.DROPPED if each.is_cancelled or each.is_required:
            return "cancelled"
        case Status.DROPPED:
            return "skipped"
        case status if status.is_ok:
            return "success"
        case _ if not each.is_required:
            return "neutral"
        case _:
            return "timed_out" if each.state.verdict == "timeout" else "failure"


def remarks(each: Line, found: Findings) -> tuple[Annotation, ...]:
    """Remarks where tests of a job failed; warnings, if it may fail."""
    if not each.has_failed:
        return ()
    if each.is_required:
        return found.annotations
    return tuple(structs.replace(note, level="warning") for note in found.annotations)


def _status(each: Line) -> CheckStatus:
    if each.is_settled:
        return "completed"
    return "in_progress" if each.state.phase is Phase.RUNNING else "queued"


def _title(material: Material, each: Line, found: Findings) -> str:
    if each.has_failed and found.names:
        return line(f"{failed_of(found)}: {', '.join(found.names[:3])}", 250)
    reason = line(each.reason(material.run), 220)
    status = str(each.state.status)
    return f"{status}: {reason}" if reason and not reason.startswith(status) else reason or status


def _summary(material: Material, each: Line, found: Findings) -> str:
    took = duration(each.seconds)
    facts = [
        f"**{each.word}**" + (f" after {took}" if took else ""),
        f"Whose: {each.whose}" if each.whose else "",
        f"Why: {code(each.reason(material.run), 500)}" if each.reason(material.run) else "",
        f"Its Result was not read: {code(found.trouble)}" if found.trouble else "",
    ]
    parts = ["  \n".join(fact for fact in facts if fact)]
    if each.has_failed and found.names:
        parts.append(f"{failed_of(found)}:")
        parts.append(bounded(named_tests(found, len(found.names)), 16_000))
    if each.has_failed and found.unplaced:
        parts.append(f"{counted(found.unplaced, 'failed test')} more than can be shown at lines.")
    parts.append(link("Report", material.url(each)))
    return "\n\n".join(part for part in parts if part)
