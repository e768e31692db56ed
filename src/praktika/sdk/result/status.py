"""The words of a Result: statuses, what a whole gets from its parts, and labels.

FAIL is the author's (a test, a compiler), ERROR is the infrastructure's (a timeout, a lost runner).
"""

from __future__ import annotations

from collections.abc import Iterable


class Status:
    """What became of something, or where it stands; with the older names of the same."""

    OK = "OK"
    FAIL = "FAIL"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"
    XFAIL = "XFAIL"
    XPASS = "XPASS"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DROPPED = "DROPPED"
    # Deprecated spellings, for job scripts written for older versions.
    SUCCESS = OK
    FAILED = FAIL
    FAILURE = FAIL


class GHStatus:
    """The words that GitHub's commit statuses use."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


class Label:
    """Short marks on a Result; `HINTS` says what each tells the reader."""

    OK_ON_RETRY = "retry_ok"
    FAILED_ON_RETRY = "retry_failed"
    BLOCKER = "blocker"
    ISSUE = "issue"
    INFRA = "infra"
    XFAIL = "xfail"
    CIDB = "cidb"
    SETTING_VALUE = "setting"
    FLAKY = "flaky"
    REPRODUCIBLE = "reproducible"


HINTS = {
    Label.OK_ON_RETRY: "It failed at first and passed when it was tried again",
    Label.FAILED_ON_RETRY: "It failed again when it was tried again",
    Label.BLOCKER: "It keeps the change from being merged",
    Label.ISSUE: "There is an open issue about it",
    Label.INFRA: "The infrastructure is the likely cause, not the change",
    Label.XFAIL: "It is expected to fail",
    Label.CIDB: "Its history in the CI database",
    Label.SETTING_VALUE: "It depends on the value of a setting",
    Label.FLAKY: "It fails now and then without a change",
    Label.REPRODUCIBLE: "It fails each time that it is run",
}

GOOD = frozenset({Status.OK, Status.SKIPPED, Status.XFAIL})
IN_FLIGHT = frozenset({Status.PENDING, Status.RUNNING})
_BAD = frozenset({Status.FAIL, Status.UNKNOWN, Status.XPASS, Status.DROPPED})
_WORDS: dict[str, str] = {name: word for name, word in vars(Status).items() if name.isupper()}
_GITHUB = {
    Status.OK: GHStatus.SUCCESS,
    Status.SKIPPED: GHStatus.SUCCESS,
    Status.XFAIL: GHStatus.SUCCESS,
    Status.ERROR: GHStatus.ERROR,
    Status.PENDING: GHStatus.PENDING,
    Status.RUNNING: GHStatus.PENDING,
}


def status_of(value: str | bool) -> str:  # noqa: FBT001 - a bool is one way to say a status
    """The status word for a bool, for a word, or for an older word ("success", "failed" …).

    Raises:
        ValueError: it is none of them.
    """
    if value is True:
        return Status.OK
    if value is False:
        return Status.FAIL
    word = _WORDS.get(str(value).upper())
    if word is None:
        raise ValueError(f"'{value}' is not a status; use one of {', '.join(_words())}")
    return word


def github_status(status: str) -> str:
    """The word of GitHub's commit statuses that is nearest to a status."""
    return _GITHUB.get(status, GHStatus.FAILURE)


def aggregate(statuses: Iterable[str]) -> str:
    """The status of a whole from those of its parts: the worst; OK when there are none.

    ERROR outweighs what is the author's (FAIL, UNKNOWN, XPASS, DROPPED: the whole is FAIL), and
    both outweigh what is still in flight. OK, SKIPPED and XFAIL are all good.
    """
    seen = set(statuses)
    if Status.ERROR in seen:
        return Status.ERROR
    if seen & _BAD:
        return Status.FAIL
    for word in (Status.RUNNING, Status.PENDING):
        if word in seen:
            return word
    return Status.OK


def severity(status: str) -> int:
    """How much a reader wants to see it: 0 for ERROR, then FAIL and its kin, and OK last."""
    if status == Status.ERROR:
        return 0
    if status in _BAD:
        return 1
    if status in IN_FLIGHT:
        return 2
    return 4 if status == Status.OK else 3


def _words() -> list[str]:
    return list(dict.fromkeys(_WORDS.values()))
