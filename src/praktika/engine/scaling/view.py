"""What is known of a pool when somebody decides about its size."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.model.installation import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An Auto Scaling group.

    Attributes:
        name: the cloud's.
        desired: how many machines it is to have.
        smallest, largest: its bounds.
        in_service, launching: machines that it has, and those that it is starting.
        failing_since: when, in seconds, the first of those launches failed after which none has
            gone well; None if the last one did, or there was none.
        failed_at: when the last of them failed.
    """

    name: str
    desired: int
    largest: int
    smallest: int = 0
    in_service: int = 0
    launching: int = 0
    failing_since: float | None = None
    failed_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A pool, as it is now.

    Attributes:
        pool: as it was deployed.
        waiting, leased: messages of all of its queues.
        groups: those that are there, in the order in which they are grown.
        now: in seconds, by the clock of `Group.failing_since`.
    """

    pool: Pool
    waiting: int
    leased: int
    groups: tuple[Group, ...]
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to set.

    Attributes:
        desired: by the names of those groups that are to be changed.
        reason: one sentence, for logs.
    """

    desired: dict[str, int]
    reason: str
