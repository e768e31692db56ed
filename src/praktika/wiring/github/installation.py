"""What an installation does with GitHub: adapters, intake and checks put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from structlog.typing import FilteringBoundLogger

from praktika.adapters.github.api import Api
from praktika.adapters.github.board.github import GitHubBoard
from praktika.adapters.github.forge import GitHubForge
from praktika.adapters.local.git.pages import publish
from praktika.checks.announce import CHECKS, LATER
from praktika.checks.budget import Budget
from praktika.checks.publisher import Means, Publisher
from praktika.errors import PraktikaError
from praktika.intake.allowed import Allowed
from praktika.intake.desk import Desk
from praktika.intake.intake import Intake
from praktika.intake.names import NOTICES
from praktika.intake.reconciler import Reconciler
from praktika.intake.ticker import Ticker
from praktika.intake.worker import Worker
from praktika.model.wire import WireError
from praktika.orchestrator import names
from praktika.wiring.checkouts import open_checkouts
from praktika.wiring.github.access import Addresses, credentials
from praktika.wiring.github.identity import Identity
from praktika.wiring.github.pages.announce import QUEUE as PAGES
from praktika.wiring.github.pages.publisher import Publisher as PagesPublisher
from praktika.wiring.github.pages.tools import Tools
from praktika.wiring.github.tables import TableCompiler
from praktika.wiring.stores import Stores

_ANSWERS = "answers"
"""Marks the comment in which commands are answered."""


class GitHub:
    """What an installation does with GitHub.

    Args:
        identity: how GitHub is reached.
        repositories: `owner/name` of those that are served.
        stores: of the installation.
        log: is told of what happens.
        page: the address of a run's page, "" if people cannot reach it.

    Raises:
        OperatorError: a repository is none.
    """

    def __init__(
        self,
        identity: Identity,
        repositories: Sequence[str],
        stores: Stores,
        log: FilteringBoundLogger,
        *,
        page: Callable[[str], str],
    ) -> None:
        self._repositories = tuple(repositories)
        self._stores = stores
        self._log = log
        self.page = page
        self.allowed = Allowed(repositories)
        self._transport = identity.transport
        self.tokens = identity.tokens
        api = Api(identity.transport, self.tokens)
        self.forge = GitHubForge(api)
        self.board = GitHubBoard(api, identity.app)
        self.addresses = Addresses(identity.transport.site.api, self.allowed)
        self.checkouts = open_checkouts(credentials(self.addresses, self.tokens))
        desk = self._desk()
        intake = Intake(desk)
        self.worker = Worker(
            intake,
            stores.queue,
            stores.clock,
            self._delayed("notice"),
            lease=stores.pace.lease,
        )
        self._reconciler = Reconciler(desk, intake.changes)
        self._ticker = Ticker(desk)
        budget = Budget(stores.clock)
        self.pages = self._pages(budget)
        self.publisher = Publisher(
            Means(
                board=self.board,
                forge=self.forge,
                journal=stores.journal,
                blobs=stores.blobs,
                queue=stores.queue,
                clock=stores.clock,
                budget=budget,
                page=self.page,
                command=lambda run: f"praktika report {run}",
                on_trouble=self._delayed("check"),
                lease=stores.pace.lease,
            )
        )

    def make_queues(self) -> None:
        """Make the queues that GitHub's part works with."""
        for name in (NOTICES, CHECKS, LATER, PAGES):
            self._stores.queue.create(name)

    def requests_left(self) -> dict[tuple[str, str], int]:
        """How many requests GitHub takes yet, by account and API, as of its last answer."""
        return {(each.party, each.resource): each.remaining for each in self._transport.left()}

    def reconcile(self) -> int:
        """Deal with what webhooks have not told; how many heads there were."""
        trouble = self._delayed("repository")
        return for_each(self._repositories, self._reconciler.look, trouble)

    def tick(self) -> int:
        """Tell of the schedules that are due; how many there were."""
        trouble = self._delayed("repository")
        return for_each(self._repositories, self._ticker.look, trouble)

    def _desk(self) -> Desk:
        stores = self._stores
        return Desk(
            forge=self.forge,
            journal=stores.journal,
            queue=stores.queue,
            blobs=stores.blobs,
            clock=stores.clock,
            inbox=names.INBOX,
            compile=TableCompiler(checkouts=self.checkouts, clock=stores.clock),
            allowed=self.allowed,
            address=self.page,
            answer=self._answer,
            log=self._log.info,
        )

    def _pages(self, budget: Budget) -> PagesPublisher:
        stores = self._stores
        tools = Tools(
            forge=self.forge,
            board=self.board,
            tokens=self.tokens,
            blobs=stores.blobs,
            clock=stores.clock,
            budget=budget,
            allowed=self.allowed,
            press=publish,
            log=self._log,
        )
        return PagesPublisher(
            stores.queue,
            stores.journal,
            tools=tools,
            on_trouble=self._delayed("pages"),
            lease=stores.pace.lease,
        )

    def _answer(self, repository: str, number: int, text: str) -> None:
        self.board.set_comment(repository, number, _ANSWERS, text)

    def _delayed(self, what: str) -> Callable[[str, Exception], None]:
        def told(of: str, error: Exception) -> None:
            if isinstance(error, PraktikaError | WireError):
                self._log.error(f"{what}.delayed", of=of, reason=str(error))
            else:
                self._log.error(f"{what}.failed", of=of, exc_info=error)

        return told


def for_each(
    repositories: Sequence[str],
    look: Callable[[str], int],
    on_trouble: Callable[[str, Exception], None],
) -> int:
    """What there was to do for all of these; one that cannot be looked at keeps no other waiting.

    Raises:
        PraktikaError: none of them could be looked at.
    """
    found, failures = 0, []
    for repository in repositories:
        try:
            found += look(repository)
        except PraktikaError as error:
            on_trouble(repository, error)
            failures.append(error)
    if len(failures) == len(repositories):
        raise failures[-1]
    return found
