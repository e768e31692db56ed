"""What pages are published with."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from praktika.adapters.local.git.pages import Publication
from praktika.checks.budget import Budget
from praktika.ports.blobs import Blobs
from praktika.ports.board import Board
from praktika.ports.clock import Clock
from praktika.ports.forge import Forge
from praktika.ports.tokens import TokenBroker


class Press(Protocol):
    """See `adapters.local.git.pages.publish`."""

    def __call__(
        self, url: str, publication: Publication, *, login: str, confirm: Callable[[], None]
    ) -> str:
        """The id of the commit that has the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What is published with.

    Attributes:
        forge, board, tokens, blobs, clock: see the ports.
        budget: see `Budget`.
        allowed: the repositories that are served.
        press: brings files to the branch.
        log: is told of what was done, and of what could not be.
    """

    forge: Forge
    board: Board
    tokens: TokenBroker
    blobs: Blobs
    clock: Clock
    budget: Budget
    allowed: Container[str]
    press: Press
    log: FilteringBoundLogger
