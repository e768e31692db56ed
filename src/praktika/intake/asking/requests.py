"""What is asked for: a run of one workflow for one commit, from facts of the forge. Pure.

The id of a run comes from what it is for, not from who has told of it: a notice that is lost,
doubled or late, and the reconciler that makes up for it, all ask for the same run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from praktika.engine.routing.identity import derived_run_id
from praktika.model.events import RunRequested
from praktika.model.facts import Facts, InputValue, Merge
from praktika.model.forge import Apart, Pull, Repository, Subject
from praktika.model.notices import Queued
from praktika.model.routes import Route

_BODY = 16_000
"""Characters of a description that travel with the request, which is one message."""

_TITLE = 1_000
_LABELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A run that is to be asked for."""

    run: str
    request: RunRequested


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What requests of one notice have in common.

    Attributes:
        repository: the forge says.
        inbox: the queue of events that runs listen to.
        at: before the forge was asked, in seconds since the epoch.
        time: the same, RFC 3339.
        by: login of who caused it, or "".
        again: tells this occasion from an earlier one for the same commit, or "".
    """

    repository: Repository
    inbox: str
    at: float
    time: str
    by: str = ""
    again: str = ""


def for_pull(around: Circumstances, route: Route, pull: Pull, apart: Apart) -> Asked:
    """The run of a workflow for a pull request as it is now."""
    is_merged = route.merge and bool(apart.common)
    facts = Facts(
        repository=pull.repository,
        sha=pull.head_sha,
        branch=pull.head_branch,
        base_branch=pull.base_branch,
        base_sha=apart.base if is_merged else apart.common,
        pr_number=pull.number,
        local=False,
        trust="untrusted" if pull.is_outside else "trusted",
        time=around.time,
        actor=pull.author,
        fork=pull.head_repository,
        title=pull.title[:_TITLE],
        body=pull.body[:_BODY],
        labels=pull.labels[:_LABELS],
        change_url=pull.url,
        commit_url=_commit_url(around.repository, pull.head_sha),
    )
    merge = Merge(base=apart.base, head=pull.head_sha, common=apart.common) if is_merged else None
    occasion = f"pull {pull.number} {pull.base_branch} {pull.head_sha}"
    return _asked(
        around,
        route,
        facts,
        occasion,
        merge=merge,
        # What strangers write neither decides what runs nor where.
        declared=apart.base if pull.is_outside else "",
        needs_approval=pull.is_outside and not route.open,
    )


def for_push(around: Circumstances, route: Route, branch: str, sha: str, before: str = "") -> Asked:
    """The run of a workflow for the tip of a branch."""
    facts = _of_branch(around, branch, sha, base_sha=before)
    return _asked(around, route, facts, f"push {branch} {sha}")


def for_group(around: Circumstances, route: Route, notice: Queued) -> Asked:
    """The run of a workflow for a group of a merge queue."""
    linked = re.search(r"/pr-(\d{1,9})-", notice.branch)
    facts = _of_branch(
        around,
        notice.branch,
        notice.sha,
        base_branch=notice.base_branch,
        base_sha=notice.base_sha,
        linked_pr=int(linked[1]) if linked else 0,
    )
    return _asked(around, route, facts, f"queue {notice.base_branch} {notice.sha}")


def for_dispatch(
    around: Circumstances,
    route: Route,
    branch: str,
    sha: str,
    inputs: dict[str, InputValue],
) -> Asked:
    """The run of a workflow that somebody asked for; `around.again` tells one from another."""
    facts = _of_branch(around, branch, sha, inputs=inputs)
    return _asked(around, route, facts, "dispatch")


def dispatch_id(repository: str, workflow: str, delivery: str) -> str:
    """The id of the run that a dispatch asks for."""
    return derived_run_id(repository, workflow, f"dispatch {delivery}", "trusted")


def for_tick(around: Circumstances, route: Route, sha: str, due: float) -> Asked:
    """The run of a workflow that its schedule starts."""
    facts = _of_branch(around, around.repository.main, sha)
    return _asked(around, route, facts, f"schedule {due:.0f}")


def _of_branch(  # noqa: PLR0913 - facts by name
    around: Circumstances,
    branch: str,
    sha: str,
    *,
    base_branch: str = "",
    base_sha: str = "",
    linked_pr: int = 0,
    inputs: dict[str, InputValue] | None = None,
) -> Facts:
    url = _commit_url(around.repository, sha)
    return Facts(
        repository=around.repository.name,
        sha=sha,
        branch=branch,
        base_branch=base_branch or around.repository.main,
        base_sha=base_sha,
        local=False,
        time=around.time,
        actor=around.by,
        linked_pr=linked_pr,
        change_url=url,
        commit_url=url,
        inputs=inputs or {},
    )


def _asked(  # noqa: PLR0913 - of a request
    around: Circumstances,
    route: Route,
    facts: Facts,
    occasion: str,
    *,
    merge: Merge | None = None,
    declared: str = "",
    needs_approval: bool = False,
) -> Asked:
    occasion = f"{occasion} {around.again}" if around.again else occasion
    request = RunRequested(
        at=around.at,
        workflow=route.workflow,
        repository=facts.repository,
        sha=facts.sha,
        branch=facts.branch,
        by=around.by or "the forge",
        facts=facts,
        name=facts.repository.rpartition("/")[2],
        remote=around.repository.url,
        inbox=around.inbox,
        merge=merge,
        declared=declared,
        needs_approval=needs_approval,
        subject=Subject(
            repository=facts.repository, sha=facts.sha, number=facts.pr_number, occasion=occasion
        ),
    )
    run = derived_run_id(facts.repository, route.workflow, occasion, facts.trust)
    return Asked(run=run, request=request)


def _commit_url(repository: Repository, sha: str) -> str:
    return f"{repository.page}/commit/{sha}" if repository.page else ""
