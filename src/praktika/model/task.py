"""What a runner gets: one attempt of one job, by reference."""

from __future__ import annotations

import msgspec

TASK_LIMIT = 64 * 1024


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a pool's queue. It never grows with the run: the plan is read by reference.

    Attributes:
        run: id of the run.
        job: key of the job.
        attempt: 1-based.
    """

    run: str
    job: str
    attempt: int


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known about the code of a run, for the job's environment.

    Attributes:
        repository: `owner/name`, or the directory's name.
        sha: of the commit, or "".
        branch: or "" on a detached head.
        base_branch: of the pull request, or the main branch.
        dirty: number of changed files that are not in the commit.
        message: of the commit.
        author: of the commit, `Name <address>`.
        local: whether the run was started by hand on one machine.
    """

    repository: str = ""
    sha: str = ""
    branch: str = ""
    base_branch: str = ""
    dirty: int = 0
    message: str = ""
    author: str = ""
    event: str = ""
    pr_number: int = 0
    local: bool = True


class RunFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The blob `runs/<id>/run.json`: what every runner of a run reads once.

    Attributes:
        plan: blob key of the plan.
        facts: see `Facts`.
        source: the folder that workspaces are copied from.
        name: of the checkout's folder, which each workspace gets.
    """

    run: str
    name: str
    plan: str
    facts: Facts
    source: str
