"""The facts of a run, by the names that authors use."""

from __future__ import annotations

import os
from typing import Any

from praktika.sdk.job.environment import Environment, current_workflow_name

_MERGE_QUEUE = {"merge_queue", "merge_group"}
_DISPATCH = {"dispatch", "workflow_dispatch"}


class Facts:
    """The facts of the run as they were when this was made; "" where a fact is unknown."""

    def __init__(self) -> None:
        self.env = Environment.get()

    @property
    def sha(self) -> str:
        """The commit."""
        return self.env.SHA

    @property
    def git_sha(self) -> str:
        """The commit."""
        return self.env.SHA

    @property
    def git_branch(self) -> str:
        """The branch, or "" on a detached head."""
        return self.env.BRANCH

    @property
    def base_branch(self) -> str:
        """The branch that the change is to be merged into."""
        return self.env.BASE_BRANCH

    @property
    def pr_number(self) -> int:
        """Number of the pull request; 0 for none, -1 for a local run."""
        return self.env.PR_NUMBER

    @property
    def linked_pr_number(self) -> int:
        """Number of the pull request that this push or merge comes from, or 0."""
        return self.env.LINKED_PR_NUMBER

    @property
    def pr_title(self) -> str:
        """Title of the pull request."""
        return self.env.PR_TITLE

    @property
    def pr_body(self) -> str:
        """Description of the pull request."""
        return self.env.PR_BODY

    @property
    def pr_labels(self) -> list[str]:
        """Labels of the pull request."""
        return self.env.PR_LABELS

    @property
    def pr_url(self) -> str:
        """Address of the pull request."""
        return self.env.CHANGE_URL if self.env.PR_NUMBER > 0 else ""

    @property
    def change_url(self) -> str:
        """Address of the pull request or of the commit."""
        return self.env.CHANGE_URL

    @property
    def commit_url(self) -> str:
        """Address of the commit."""
        return self.env.COMMIT_URL

    @property
    def commit_message(self) -> str:
        """Message of the commit."""
        return self.env.COMMIT_MESSAGE

    @property
    def commit_authors(self) -> list[str]:
        """Authors of the commits of the change."""
        stored = self.env.JOB_KV_DATA.get("commit_authors")
        return stored if isinstance(stored, list) else self.env.COMMIT_AUTHORS

    @property
    def user_name(self) -> str:
        """Login of who made the change."""
        return self.env.USER_LOGIN

    @property
    def repo_name(self) -> str:
        """`owner/name`, or the folder's name where there is no owner."""
        return self.env.REPOSITORY

    @property
    def repo_owner(self) -> str:
        """Owner of the repository."""
        owner, slash, _ = self.env.REPOSITORY.partition("/")
        return owner if slash else ""

    @property
    def fork_name(self) -> str:
        """Repository that the change comes from."""
        return self.env.FORK_NAME

    @property
    def workflow_name(self) -> str:
        """Name of the workflow."""
        return self.env.WORKFLOW_NAME or current_workflow_name()

    @property
    def job_name(self) -> str:
        """Name of the job."""
        return os.environ.get("JOB_NAME", "") or self.env.JOB_NAME

    @property
    def job_config(self) -> Any:
        """The job's declaration as plain data, or None."""
        return self.env.JOB_CONFIG

    @property
    def event_time(self) -> str:
        """When the event happened that started the run."""
        return self.env.EVENT_TIME

    @property
    def updated_at(self) -> str:
        """When the change was last updated: the time of the event."""
        return self.env.EVENT_TIME

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.env.RUN_ID

    @property
    def run_url(self) -> str:
        """Address of the run."""
        return self.env.RUN_URL

    @property
    def instance_type(self) -> str:
        """Type of the machine."""
        return self.env.INSTANCE_TYPE

    @property
    def instance_id(self) -> str:
        """Id of the machine."""
        return self.env.INSTANCE_ID

    @property
    def instance_lifecycle(self) -> str:
        """How the machine is paid for ("spot" …)."""
        return self.env.INSTANCE_LIFE_CYCLE

    @property
    def is_push_event(self) -> bool:
        """Whether a push started the run."""
        return self.env.EVENT_TYPE == "push"

    @property
    def is_dispatch_event(self) -> bool:
        """Whether somebody started the run by hand, on the server."""
        return self.env.EVENT_TYPE in _DISPATCH

    @property
    def is_merge_queue_event(self) -> bool:
        """Whether a merge queue started the run."""
        return self.env.EVENT_TYPE in _MERGE_QUEUE

    @property
    def is_local_run(self) -> bool:
        """Whether this runs on somebody's own machine."""
        return self.env.LOCAL_RUN
