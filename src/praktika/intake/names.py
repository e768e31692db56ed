"""The names of the intake's queues, and what is dealt with one after another."""

from __future__ import annotations

from typing import assert_never

from praktika.model.notices import (
    AnyNotice,
    ButtonPressed,
    Commented,
    Dispatched,
    Installed,
    PullChanged,
    Pushed,
    Queued,
    Ticked,
)
from praktika.model.plan import job_key

NOTICES = "notices.fifo"
"""The queue of notices."""


def group_of(notice: AnyNotice) -> str:
    """What a notice belongs to in its queue: notices of one group are dealt with one by one.

    That is a pull request, a branch, a commit with checks, a schedule, or an account.
    """
    return job_key(f"{notice.repository.lower()} {_concern(notice)}")


def _concern(notice: AnyNotice) -> str:
    match notice:
        case PullChanged(number=number) | Commented(number=number):
            return f"pull {number}"
        case Pushed(branch=branch) | Dispatched(branch=branch) | Queued(branch=branch):
            return f"branch {branch}"
        case ButtonPressed(sha=sha):
            return f"commit {sha}"
        case Ticked(workflow=workflow):
            return f"schedule {workflow}"
        case Installed(account=account):
            return f"account {account.lower()}"
    assert_never(notice)
