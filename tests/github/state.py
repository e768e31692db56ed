"""What the fake GitHub knows: apps, repositories, pull requests, checks, comments."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.github.git import Repositories

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
PERMISSIONS = {
    "metadata": "read",
    "contents": "write",
    "checks": "write",
    "statuses": "write",
    "pull_requests": "write",
    "issues": "write",
}
EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "push",
)


class Clock:
    """The time, that tests can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += seconds

    def text(self, at: float | None = None) -> str:
        """A time, or the one that is now, as GitHub writes it."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class App:
    """A GitHub App."""

    id: int
    slug: str
    permissions: dict[str, str] = field(default_factory=lambda: dict(PERMISSIONS))
    events: tuple[str, ...] = EVENTS
    secret: str = "a secret of the webhooks"
    client_id: str = "Iv1.ab1112223334445c"

    @property
    def private_key(self) -> str:
        """PEM."""
        return _keys()[0]

    @property
    def public_key(self) -> str:
        """PEM."""
        return _keys()[1]


@dataclass
class Installation:
    """Of the app, in an account."""

    id: int
    account: str
    permissions: dict[str, str]
    selected: set[str] | None = None  # full names; None: all of the account

    def reaches(self, name: str) -> bool:
        if self.selected is not None:
            return name in self.selected
        return name.split("/")[0] == self.account


@dataclass
class Token:
    """Of an installation."""

    value: str
    installation: Installation
    expires: float
    permissions: dict[str, str]
    repositories: set[str] | None

    def reaches(self, name: str) -> bool:
        chosen = self.repositories is None or name in self.repositories
        return chosen and self.installation.reaches(name)


@dataclass
class Pull:
    """A pull request. Its head is as it was last seen; a closed one's does not move."""

    id: int
    number: int
    base: str
    head: str
    head_repository: str
    sha: str
    author: str
    title: str
    body: str
    created: float
    updated: float
    state: str = "open"
    draft: bool = False
    closed: float | None = None
    merged: float | None = None
    merged_as: str = ""
    merged_by: str = ""
    auto_merge: str = ""  # login of who asked for it
    labels: list[str] = field(default_factory=list)


@dataclass
class Repository:
    """A repository."""

    id: int
    name: str
    main: str
    private: bool
    created: float
    parent: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    checks: dict[int, dict[str, Any]] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    suites: dict[str, int] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    allows_auto_merge: bool = True

    @property
    def owner(self) -> str:
        return self.name.split("/")[0]


class State:
    """Everything.

    Concurrency: whoever reads or changes it holds `lock`.

    Attributes:
        tokens: that are worth something.
        minted: all that there ever were.
        unsure: how many more times it is not known yet whether a pull request can be merged.
    """

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.git = Repositories(folder, self.clock.now)
        self.app = App(4711, "praktika-ci")
        self.lock = threading.RLock()
        self.ids: Iterator[int] = itertools.count(1001)
        self.users: dict[str, int] = {}
        self.repositories: dict[str, Repository] = {}
        self.installations: dict[str, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.minted: list[Token] = []
        self.unsure = 0

    def user(self, login: str) -> int:
        """The id of somebody, who is known from now on."""
        return self.users.setdefault(login, next(self.ids))

    def installation(self, name: str) -> Installation | None:
        """The one that reaches a repository."""
        found = self.installations.get(name.split("/")[0])
        return found if found and found.reaches(name) else None

    def role(self, repository: Repository, login: str) -> str:
        given = repository.roles.get(login)
        if given is None:
            return "none" if repository.private else "read"
        return given


@cache
def _keys() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
