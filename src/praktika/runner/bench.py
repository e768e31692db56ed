"""What a runner works with, and what on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from praktika.model.facts import Trust
from praktika.model.plan import Job, Plan
from praktika.model.task import RunFile, Task
from praktika.ports.blobs import Blobs
from praktika.ports.checkouts import Checkouts
from praktika.ports.clock import Clock
from praktika.ports.secrets import Secrets
from praktika.runner.access.wallet import Wallet
from praktika.runner.process import Limits
from praktika.runner.user import JobUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a runner works with.

    Attributes:
        blobs: where everything is stored.
        clock: see the port.
        secrets: where the values of declared secrets are.
        work: the folder for workspaces.
        sources: the folder for unpacked archives of code, shared by runners of this machine.
        checkouts: where the code of commits comes from that are fetched from their remote.
        wallet: where tokens of a forge come from.
        library: a folder that holds `praktika` and nothing else.
        name: of this runner.
        owner: the process that this runner belongs to, for whoever cleans up after it.
        inherited: the environment that jobs get.
        limits: for every command; the timeout is replaced by the job's own.
        trust: of the code that it runs; it refuses any other.
        user: whom jobs run as; None means as the runner does.
        unable: why nothing can be run here as it wants to be, in words for its author, or "".
    """

    blobs: Blobs
    clock: Clock
    secrets: Secrets
    work: Path
    sources: Path
    library: Path
    name: str
    owner: str
    inherited: Mapping[str, str]
    checkouts: Checkouts | None = None
    wallet: Wallet | None = None
    limits: Limits = field(default_factory=Limits)
    trust: Trust = "trusted"
    user: JobUser | None = None
    unable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A task with what it refers to."""

    task: Task
    plan: Plan
    job: Job
    run_file: RunFile

    @property
    def prefix(self) -> str:
        """Where everything of this attempt is stored."""
        return f"runs/{self.task.run}/jobs/{self.task.job}/{self.task.attempt}"
