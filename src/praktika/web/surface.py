"""What the web room needs of the rest. Everything here may wait, so it is called in threads.

Errors mean: Absent, there is no such thing (404); Denied, whoever asks may not (403); Conflict, it
is too late or too early for that (409); AuthorError, it cannot be done like that (422);
TransientError, later perhaps (503).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from praktika.model.events import AnyEvent
from praktika.model.routes import RoutingTable
from praktika.model.tokens import TokenAsked, TokenGiven, TokenReturned
from praktika.web.shapes import (
    ApproveWish,
    Asked,
    CancelWish,
    DispatchWish,
    Health,
    RerunWish,
    RunDetails,
    RunSummary,
)


class Answer(Protocol):
    """What a forge is told of its webhook."""

    @property
    def status(self) -> int:
        """Of HTTP."""

    @property
    def text(self) -> str:
        """For people."""


class Books(Protocol):
    """What is known of runs. All but `latest` raise Absent for a run that there is not."""

    def latest(self, limit: int) -> list[RunSummary]:
        """Runs, the newest first."""

    def details(self, run: str) -> RunDetails:
        """A run with its jobs."""

    def events(self, run: str, start: int) -> list[AnyEvent]:
        """What happened to it from that position on."""

    def files(self, run: str, prefix: str) -> list[str]:
        """Paths below its folder, sorted."""

    def size(self, run: str, path: str) -> int:
        """How many bytes a file below its folder has now; Absent if there is none."""

    def read(self, run: str, path: str, start: int, end: int) -> bytes:
        """Its bytes `[start:end]`, fewer where it ends earlier."""

    def report(self, run: str) -> bytes:
        """The page of the run as it is now."""


class Desk(Protocol):
    """Takes requests for changes. Who asks must be allowed to; Denied otherwise.

    The same request again, with the same id, asks for nothing new.
    """

    def cancel(self, run: str, wish: CancelWish, by: str) -> Asked:
        """Stop a run, or a job of it."""

    def rerun(self, run: str, wish: RerunWish, by: str) -> Asked:
        """Run jobs of it again."""

    def approve(self, run: str, wish: ApproveWish, by: str) -> Asked:
        """Let a run begin that waits for it."""

    def dispatch(self, wish: DispatchWish, by: str) -> Asked:
        """Run a workflow."""

    def workflows(self) -> list[RoutingTable]:
        """What can be dispatched, and what starts the rest."""


class TokenDesk(Protocol):
    """Gives tokens of the forge to runners."""

    def give(self, secret: str, asked: TokenAsked) -> TokenGiven:
        """A token for an attempt; Denied if it may not have it, or the secret is none."""

    def take_back(self, secret: str, returned: TokenReturned) -> None:
        """End a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopMeasure:
    """How a loop of the server is.

    Attributes:
        turns, handled, troubles: so far.
        silent: seconds since its last turn.
        is_well: as `/healthz` says.
    """

    turns: int
    handled: int
    troubles: int
    silent: float
    is_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Figures of this moment.

    Attributes:
        queues: messages that wait, by queue.
        runs: how many of the latest runs there are, by stage and status.
        loops: by name.
        free: bytes of the disk with the state.
        requests_left: that the forge takes, by account and API, as of its last answer.
    """

    queues: Mapping[str, int]
    runs: Mapping[tuple[str, str], int]
    loops: Mapping[str, LoopMeasure]
    free: int = 0
    requests_left: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What the app is built over.

    Attributes:
        login_of: whom a token stands for; "" if it is none.
        receive: takes a webhook of the forge; None if there is no forge.
        tokens: gives runners tokens of the forge; None likewise.
        health: looks how everything is.
        measure: counts what there is.
        url: where people find the server, without a "/" at the end; "" if that is not known.
        is_public: whether anybody may read.
        starts_all: whether people may start any workflow, not only those for the event "dispatch".
        are_metrics_public: whether anybody may read the metrics.
    """

    books: Books
    desk: Desk
    login_of: Callable[[str], str]
    health: Callable[[], Health]
    measure: Callable[[], Measures]
    receive: Callable[[Mapping[str, str], bytes], Answer] | None = None
    tokens: TokenDesk | None = None
    url: str = ""
    is_public: bool = False
    starts_all: bool = True
    are_metrics_public: bool = False
