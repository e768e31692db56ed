"""Grants: which tokens of the forge an attempt may have. Pure.

A runner has no key of the app: it asks for tokens, and what it may have follows from the run alone,
not from anything that the runner or the job says. Security 18, faults 1 and 2.
"""

from __future__ import annotations

from collections.abc import Mapping

from praktika.engine.run import Phase, Run

READING = {"contents": "read"}
"""What every attempt may have: its code."""

WRITING = {
    **READING,
    "checks": "read",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "write",
}
"""What a job with `enable_gh_auth` may have where the code is trusted."""

_LEVELS = ("read", "write")


def home(run: Run) -> str:
    """The only repository that attempts of a run may have tokens for; "" if there is none.

    Of a pull request it is the one that it is for, whatever fork the change comes from.
    """
    request = run.requested
    if request is None:
        return ""
    return request.subject.repository if request.subject else request.facts.repository


def granted(run: Run, job: str, attempt: int, asked: Mapping[str, str]) -> dict[str, str]:
    """Of the permissions asked for, those that an attempt may have now, at the level it may have.

    Nothing, unless the attempt is the one that counts, waits for a runner or runs, and was not
    asked to stop.

    Args:
        run: as it is now.
        job: key.
        attempt: 1-based.
        asked: "read" or "write" by name of the permission.
    """
    most = _most(run, job, attempt)
    found = {
        name: min(level, most[name], key=_LEVELS.index)
        for name, level in asked.items()
        if name in most and level in _LEVELS
    }
    return dict(sorted(found.items()))


def _most(run: Run, job: str, attempt: int) -> dict[str, str]:
    """All that an attempt may have now."""
    state = run.jobs.get(job)
    if state is None or run.requested is None:
        return {}
    is_due = state.phase in {Phase.QUEUED, Phase.RUNNING} and not state.revoked
    if not is_due or attempt != state.attempt:
        return {}
    is_trusted = run.requested.facts.trust == "trusted"
    asks_for_more = run.graph.jobs[job].config.get("enable_gh_auth") is True
    return WRITING if is_trusted and asks_for_more else READING
