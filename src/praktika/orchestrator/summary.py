"""The Result of a run, folded from those of its jobs."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from praktika.engine.approval import awaited
from praktika.engine.run import JobState, Run, Stage
from praktika.errors import Absent
from praktika.model.plan import Job
from praktika.model.result import Result, Status
from praktika.model.wire import WireError
from praktika.orchestrator import names
from praktika.orchestrator.reused import reused_result
from praktika.orchestrator.room import MOST, Room
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.version import VERSION


class Sources(Protocol):
    """What a summary is made from."""

    @property
    def blobs(self) -> Blobs:
        """Where the jobs' Results are."""

    @property
    def clock(self) -> Clock:
        """The time of the conclusion."""


def summarize(run: Run, status: Status, run_id: str, sources: Sources) -> Result:
    """The whole tree: the workflow with its jobs, in the order of the plan."""
    request = run.requested
    assert request is not None
    jobs = run.plan.jobs if run.plan else ()
    room = Room(sources.blobs, MOST[run.trust])
    return Result(
        name=request.workflow,
        status=status,
        start_time=run.began,
        duration=max(0.0, sources.clock.now() - run.began),
        results=tuple(_job(job, run, run_id, room) for job in jobs),
        info=_info(run),
        ext=_facts(run, run_id),
    )


def _info(run: Run) -> str:
    """What is to say of the whole run, or ""."""
    if run.failure or run.cancelled_by:
        return run.failure or f"cancelled by {run.cancelled_by}"
    if run.stage is Stage.AWAITING:
        return (
            f"Commit {awaited(run)} comes from outside. Nothing of it runs before somebody with "
            "write permission has looked at it and approved."
        )
    return f"approved by {run.approved_by}" if run.approved_by else ""


def _job(job: Job, run: Run, run_id: str, room: Room) -> Result:
    state = run.jobs[job.key]
    trouble = ""
    try:
        stored = _stored(job, state, run_id, room)
    except WireError as error:
        stored, trouble = None, str(error)
    if stored is not None:
        return _with_past(stored, state)
    if job.origin is not None and state.status is Status.OK and state.attempt == 0:
        return reused_result(job, job.origin, room)
    ext: dict[str, Any] = {
        "reason": state.reason or job.reason,
        "command": job.command,
        "runs_on": list(job.runs_on),
        "needs": [run.graph.jobs[need.job].name for need in job.needs],
    }
    if job.allow_failure:
        ext["allow_failure"] = True
    if state.attempt:
        ext["attempt"] = state.attempt
    if state.runner:
        ext["runner"] = state.runner
    if state.verdict or state.status is Status.ERROR:
        ext["verdict"] = state.verdict or "infrastructure"
    if trouble:
        ext["warnings"] = [{"message": f"Its Result is not shown: {trouble}.", "from": job.name}]
    made_up = Result(name=job.name, status=state.status, info=state.reason, ext=ext)
    return _with_past(made_up, state)


def _with_past(result: Result, state: JobState) -> Result:
    """The Result with what became of earlier attempts: the evidence for its verdict."""
    if not state.past:
        return result
    reason = {} if result.status.is_ok or not state.reason else {"reason": state.reason}
    earlier = [
        {
            "attempt": past.attempt,
            "status": past.status,
            "verdict": past.verdict,
            "reason": past.reason,
            "runner": past.runner,
        }
        for past in state.past
    ]
    return msgspec.structs.replace(
        result, ext={**result.ext, **reason, "earlier_attempts": earlier}
    )


def _stored(job: Job, state: JobState, run_id: str, room: Room) -> Result | None:
    """What the attempt that counts has stored, if it is what the engine knows of it.

    Raises:
        WireError: it cannot be read.
    """
    if state.attempt == 0 or state.is_retired:
        return None
    try:
        stored = room.read(names.job(run_id, job.key, state.attempt, "result.json"))
    except Absent:
        return None
    return stored if stored.status is state.status else None


def _facts(run: Run, run_id: str) -> dict[str, Any]:
    assert run.requested is not None
    facts = run.requested.facts
    ext: dict[str, Any] = {
        "run_id": run_id,
        "workflow_name": run.requested.workflow,
        "event": run.plan.event if run.plan else "",
        "repo_name": facts.repository,
        "git_branch": facts.branch,
        "commit_sha": facts.sha,
        "commit_message": facts.message,
        "dirty": facts.dirty,
        "by": run.requested.by,
        "version": VERSION,
    }
    if facts.pr_number > 0:
        ext |= {
            "pr_number": facts.pr_number,
            "pr_title": facts.title,
            "base_branch": facts.base_branch,
        }
    if facts.change_url:
        ext["change_url"] = facts.change_url
    if facts.trust == "untrusted":
        ext["trust"] = facts.trust
    if run.cancelled_by:
        ext["is_cancelled"] = True
    if run.plan and run.plan.warnings:
        ext["warnings"] = [
            {"message": str(problem), "from": "praktika check"} for problem in run.plan.warnings
        ]
    return ext
