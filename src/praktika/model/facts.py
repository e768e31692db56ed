"""What is known about the code of a run."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Trust = Literal["trusted", "untrusted"]
InputValue = str | bool | int | float


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """A change merged into the branch that it is for, as every machine makes it alike.

    Attributes:
        base: the commit that is merged into, full id.
        head: the commit that is merged.
        common: the commit from which the two went apart.
    """

    base: str
    head: str
    common: str


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
        by_hand: whether a person asked for the code as it lies in a checkout of theirs.
        trust: whether those who wrote the code may change what others rely on.
        base_sha: the commit that `changed` is relative to, or "".
        changed: paths that differ from `base_sha`, sorted; None if that is unknown, or they are
            too many to be told.
        time: when the event happened that started the run, RFC 3339, or "".
        actor: login of who caused it, or "".
        fork: `owner/name` of the repository that the change comes from, "" if it is this one.
        title, body, labels: of the pull request.
        linked_pr: number of the pull request that a push or a merge group comes from, or 0.
        change_url: address of the pull request, or of the commit, or "".
        commit_url: address of the commit, or "".
        run_url: address of the run, or "".
        inputs: what was given when the run was dispatched.
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
    by_hand: bool = False
    trust: Trust = "trusted"
    base_sha: str = ""
    changed: tuple[str, ...] | None = None
    time: str = ""
    actor: str = ""
    fork: str = ""
    title: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    linked_pr: int = 0
    change_url: str = ""
    commit_url: str = ""
    run_url: str = ""
    inputs: dict[str, InputValue] = {}

    @property
    def environment(self) -> dict[str, Any]:
        """The facts by the keys of `environment.json`, which jobs and hooks read."""
        known = {} if self.changed is None else {"changed_files": list(self.changed)}
        return {
            "REPOSITORY": self.repository,
            "BRANCH": self.branch,
            "SHA": self.sha,
            "PR_NUMBER": -1 if self.local else self.pr_number,
            "EVENT_TYPE": self.event,
            "EVENT_TIME": self.time,
            "BASE_BRANCH": self.base_branch,
            "FORK_NAME": self.fork or self.repository,
            "USER_LOGIN": self.actor,
            "PR_TITLE": self.title,
            "PR_BODY": self.body,
            "PR_LABELS": list(self.labels),
            "LINKED_PR_NUMBER": self.linked_pr,
            "CHANGE_URL": self.change_url,
            "COMMIT_URL": self.commit_url,
            "RUN_URL": self.run_url,
            "COMMIT_MESSAGE": self.message,
            "COMMIT_AUTHORS": [self.author] if self.author else [],
            "LOCAL_RUN": self.local,
            "JOB_KV_DATA": known,
        }

    def of_event(self, event: str) -> Facts:
        """The same facts for a workflow that this kind of event starts."""
        return msgspec.structs.replace(self, event=event)
