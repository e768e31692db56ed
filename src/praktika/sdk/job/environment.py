"""The facts of a job's run: `TEMP_DIR/environment.json`.

The runner writes the file before the job starts and reads it afterwards. Without one (a script
started by hand) the facts come from git, and the pull request's number is -1.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Self

from praktika.sdk.files import locked, read_json, to_json, write_atomic
from praktika.sdk.job import local
from praktika.sdk.settings import Settings

FIELDS: dict[str, Any] = {
    "WORKFLOW_NAME": "",
    "JOB_NAME": "",
    "REPOSITORY": "",
    "BRANCH": "",
    "SHA": "",
    "PR_NUMBER": 0,
    "EVENT_TYPE": "",
    "EVENT_TIME": "",
    "JOB_OUTPUT_STREAM": "",
    "EVENT_FILE_PATH": "",
    "CHANGE_URL": "",
    "COMMIT_URL": "",
    "BASE_BRANCH": "",
    "RUN_ID": "",
    "RUN_URL": "",
    "INSTANCE_TYPE": "",
    "INSTANCE_ID": "",
    "INSTANCE_LIFE_CYCLE": "",
    "PR_BODY": "",
    "PR_TITLE": "",
    "USER_LOGIN": "",
    "FORK_NAME": "",
    "COMMIT_MESSAGE": "",
    "LINKED_PR_NUMBER": 0,
    "LOCAL_RUN": False,
    "PR_LABELS": [],
    "REPORT_MESSAGES": [],
    "JOB_CONFIG": None,
    "TRACEBACKS": [],
    "WORKFLOW_JOB_DATA": {},
    "JOB_KV_DATA": {},
    "JOB_KV_DATA_BASE_KEYS": [],
    "COMMIT_AUTHORS": [],
    "WORKFLOW_CONFIG": None,
}


class Environment:
    """The facts as attributes, by the names of `FIELDS`; keys of other versions are kept, too."""

    WORKFLOW_NAME: str
    JOB_NAME: str
    REPOSITORY: str
    BRANCH: str
    SHA: str
    PR_NUMBER: int
    EVENT_TYPE: str
    EVENT_TIME: str
    JOB_OUTPUT_STREAM: str
    EVENT_FILE_PATH: str
    CHANGE_URL: str
    COMMIT_URL: str
    BASE_BRANCH: str
    RUN_ID: str
    RUN_URL: str
    INSTANCE_TYPE: str
    INSTANCE_ID: str
    INSTANCE_LIFE_CYCLE: str
    PR_BODY: str
    PR_TITLE: str
    USER_LOGIN: str
    FORK_NAME: str
    COMMIT_MESSAGE: str
    LINKED_PR_NUMBER: int
    LOCAL_RUN: bool
    PR_LABELS: list[str]
    REPORT_MESSAGES: list[dict[str, str]]
    JOB_CONFIG: Any
    TRACEBACKS: list[str]
    WORKFLOW_JOB_DATA: dict[str, Any]
    JOB_KV_DATA: dict[str, Any]
    JOB_KV_DATA_BASE_KEYS: list[str]
    COMMIT_AUTHORS: list[str]
    WORKFLOW_CONFIG: Any

    def __init__(self, **facts: Any) -> None:
        for key, default in FIELDS.items():
            empty = type(default)() if isinstance(default, list | dict) else default
            setattr(self, key, facts.pop(key, empty))
        self._others = facts

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Environment):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment] # the facts change

    def __repr__(self) -> str:
        return f"Environment({self.WORKFLOW_NAME!r}, {self.JOB_NAME!r}, {self.SHA[:12]})"

    @staticmethod
    def file_name_static(_name: str = "") -> str:
        """Path of the file."""
        return f"{Settings.TEMP_DIR}/environment.json"

    @classmethod
    def from_dict(cls, obj: dict[str, Any]) -> Self:
        """The facts in plain data; keys that are absent have their defaults."""
        return cls(**obj)

    @classmethod
    def get(cls) -> Self:
        """The facts of this run, from the file or else from git.

        A file that a script by hand has left (`LOCAL_RUN`, and no runner around) keeps what that
        script stored, but what git says may have changed since.

        Raises:
            ValueError: the file does not hold a JSON object.
        """
        document = _read(cls.file_name_static())
        if document is None:
            return cls.from_dict(local.facts())
        if document.get("LOCAL_RUN") and not os.environ.get("PRAKTIKA"):
            document |= local.facts()
        return cls.from_dict(document)

    @classmethod
    def from_fs(cls, _name: str = "") -> Self:
        """The facts in the file.

        Raises:
            OSError: there is no file.
            ValueError: it does not hold a JSON object.
        """
        return cls.from_dict(_checked(read_json(cls.file_name_static())))

    @classmethod
    def update(cls, change: Callable[[Self], object]) -> Self:
        """Let `change` alter the current facts, and store them, as one step for all processes."""
        with locked(cls.file_name_static()):
            facts = cls.get()
            change(facts)
            facts.dump()
        return facts

    def to_dict(self) -> dict[str, Any]:
        """All facts as plain data."""
        return {key: getattr(self, key) for key in FIELDS} | self._others

    def dump(self) -> Self:
        """Write the file."""
        write_atomic(self.file_name_static(), to_json(self.to_dict(), indent=4))
        return self

    def get_s3_prefix(self, *, latest: bool = False) -> str:
        """`PRs/<n>` or `REFs/<branch>`, then the commit or `latest`."""
        return self.get_s3_prefix_static(self.PR_NUMBER, self.BRANCH, self.SHA, latest=latest)

    @staticmethod
    def get_s3_prefix_static(pr_number: int, branch: str, sha: str, *, latest: bool = False) -> str:
        """`PRs/<n>` or `REFs/<branch>`, then the commit or `latest`."""
        place = f"PRs/{pr_number}" if pr_number > 0 else f"REFs/{branch}"
        return f"{place}/{'latest' if latest else sha}"


def current_job_name() -> str:
    """Name of the job that this process belongs to, or "" by hand."""
    return os.environ.get("JOB_NAME", "") or _stored_name("JOB_NAME")


def current_workflow_name() -> str:
    """Name of the workflow that this process belongs to, or "" by hand."""
    return os.environ.get("PRAKTIKA_WORKFLOW", "") or _stored_name("WORKFLOW_NAME")


def _stored_name(key: str) -> str:
    document = _read(Environment.file_name_static())
    return str(document.get(key, "")) if document else ""


def _read(path: str) -> dict[str, Any] | None:
    try:
        return _checked(read_json(path))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _checked(document: object) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ValueError(  # noqa: TRY004 - the data is wrong, not the call
            f"expected a JSON object, found {type(document).__name__}"
        )
    return document
