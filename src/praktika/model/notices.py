"""Notices: what a forge has told us, cut down to what decides.

A notice is a hint, never a fact: who acts on one asks the forge how things are now. So neither
order nor repetition of notices matters, and none of them carries text that anybody wrote, but for
the command in a comment and the inputs of a dispatch.
"""

from __future__ import annotations

import msgspec

from praktika.model.facts import InputValue
from praktika.model.wire import decode


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Something that a forge has told.

    Attributes:
        delivery: names this telling; the same when it is told again.
        repository: `owner/name`, "" where none is concerned.
        sender: login of who caused it.
        at: when we heard it, in seconds since the epoch.
    """

    delivery: str
    repository: str = ""
    sender: str = ""
    at: float = 0.0


class PullChanged(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A pull request was opened, pushed to, retargeted, or closed.

    Attributes:
        action: GitHub's word.
        sha: of its head as it was then.
    """

    number: int
    action: str
    sha: str = ""


class Pushed(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A branch has moved, begun, or gone (then `sha` is "")."""

    branch: str
    sha: str = ""
    before: str = ""


class Queued(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A merge queue asks for checks of a group of pull requests, or does not any more.

    Attributes:
        action: "checks_requested" or "destroyed".
        sha: the commit that is to become the base branch.
        branch: temporary, of that commit.
        base_branch, base_sha: what it is made from.
    """

    action: str
    sha: str
    branch: str
    base_branch: str
    base_sha: str = ""


class ButtonPressed(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Somebody pressed a button on a check.

    Attributes:
        button: identifier of one of ours, or "rerun" for GitHub's own "Re-run".
        external_id: of the check, see `Check`; "" means all checks of the commit.
        sha: of the commit.
    """

    button: str
    sha: str
    external_id: str = ""


class Dispatched(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Somebody wants a workflow to run.

    Attributes:
        workflow: its name.
        branch: whose code; "" means the default branch.
        inputs: by name.
    """

    workflow: str
    branch: str = ""
    inputs: dict[str, InputValue] = {}


class Commented(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Somebody has written a command under a pull request.

    Attributes:
        words: of the command, without the leading `/praktika`.
    """

    number: int
    words: tuple[str, ...]


class Ticked(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A schedule is due.

    Attributes:
        workflow: its name.
        due: the time it was due for, in seconds since the epoch.
        missed: how many earlier times have passed unheard.
    """

    workflow: str
    due: float
    missed: int = 0


class Installed(Notice, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Which repositories the app may work for has changed.

    Attributes:
        action: GitHub's word.
        account: login of the user or organisation whose repositories they are.
    """

    action: str
    account: str = ""


AnyNotice = (
    PullChanged | Pushed | Queued | ButtonPressed | Dispatched | Commented | Ticked | Installed
)


def decode_notice(data: bytes) -> AnyNotice:
    """The notice that these bytes hold.

    Raises:
        WireError: they are none that this version knows.
    """
    notice: AnyNotice = decode(data, AnyNotice)  # type: ignore[arg-type] # a union is no class
    return notice
