"""Requests for changes, checked and written into the queues."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from praktika.engine.approval import awaited
from praktika.engine.run import Phase, Stage
from praktika.errors import Absent, AuthorError, Conflict, Denied, OperatorError
from praktika.model.events import AnyEvent, Approved, CancelRequested, RerunRequested
from praktika.model.forge import Subject
from praktika.model.routes import RoutingTable
from praktika.web.shapes import ApproveWish, Asked, CancelWish, DispatchWish, RerunWish
from praktika.wiring.runs.history import Recorded, is_of_service, is_stopping, why_none_again
from praktika.wiring.runs.requests import inbox_of, post
from praktika.wiring.serving.books import StoredBooks
from praktika.wiring.stores import Stores

MayAct = Callable[[str, str], bool]
"""Whether a login may change what runs in a repository (`owner/name`)."""

IsCurrent = Callable[[Subject], bool]
"""Whether what a run is for still is what would be merged."""


class Dispatcher(Protocol):
    """Starts workflows."""

    def tables(self) -> list[RoutingTable]:
        """What there is to start."""

    def dispatch(self, wish: DispatchWish, by: str, delivery: str) -> str:
        """The id of the run; the same delivery means the same run.

        Raises:
            Absent: there is no such repository or workflow.
            AuthorError: it cannot be started like that.
        """


class OpenDesk:
    """Takes requests for an installation; see `web.surface.Desk`.

    Args:
        stores: of the installation.
        books: what is known of its runs.
        may_act: who may do what; asked for every request (security 23).
        dispatcher: starts workflows.
        is_current: asked for every approval (security 2).
    """

    def __init__(
        self,
        stores: Stores,
        books: StoredBooks,
        may_act: MayAct,
        dispatcher: Dispatcher,
        *,
        is_current: IsCurrent = lambda _subject: True,
    ) -> None:
        self._stores = stores
        self._books = books
        self._may_act = may_act
        self._dispatcher = dispatcher
        self._is_current = is_current

    def cancel(self, run: str, wish: CancelWish, by: str) -> Asked:
        """Stop a run, or a job of it."""
        recorded = self._allowed(run, by)
        name = wish.id or secrets.token_hex(8)
        asked = Asked(run=run, id=name)
        job = recorded.run.graph.jobs.get(wish.job) if wish.job else None
        if wish.job and job is None:
            raise Absent(f"run {run} has no job with the key '{wish.job}'")
        if name in recorded.run.heard:
            return asked
        why = self._books.archive.why_over(recorded)
        if why:
            raise Conflict(why)
        if job is not None and recorded.run.jobs[job.key].phase is Phase.SETTLED:
            status = recorded.run.jobs[job.key].status
            raise Conflict(f"'{job.name}' is over: it ended with {status}.")
        if is_stopping(recorded.run, job, force=wish.force):
            return asked
        at = self._stores.clock.now()
        event = CancelRequested(at=at, by=by, force=wish.force, job=wish.job, id=name)
        self._post(recorded, event, name)
        return asked

    def rerun(self, run: str, wish: RerunWish, by: str) -> Asked:
        """Run jobs of it again."""
        recorded = self._allowed(run, by)
        name = wish.id or secrets.token_hex(8)
        request = RerunRequested(
            at=self._stores.clock.now(),
            by=by,
            id=name,
            scope=wish.scope,
            jobs=wish.jobs,
            failed_tests=wish.failed_tests,
        )
        if name not in recorded.run.heard:
            _check_jobs(recorded, wish)
            why = why_none_again(recorded, request)
            if why:
                raise Conflict(why)
            self._post(recorded, request, name)
        return Asked(run=run, id=name)

    def approve(self, run: str, wish: ApproveWish, by: str) -> Asked:
        """Let a run begin that waits for it: this very commit and no other (security 2)."""
        recorded = self._allowed(run, by)
        name = wish.id or secrets.token_hex(8)
        if name not in recorded.run.heard:
            if recorded.run.stage is not Stage.AWAITING:
                raise Conflict(f"Run {run} does not wait for an approval.")
            if wish.sha != awaited(recorded.run):
                raise Conflict(f"Run {run} is of another commit: {awaited(recorded.run)}.")
            asked = recorded.run.requested
            if asked and asked.subject and not self._is_current(asked.subject):
                raise Conflict(f"Run {run} is of a pull request that is closed or has moved on.")
            at = self._stores.clock.now()
            self._post(recorded, Approved(at=at, by=by, sha=wish.sha, id=name), name)
        return Asked(run=run, id=name)

    def dispatch(self, wish: DispatchWish, by: str) -> Asked:
        """Run a workflow."""
        self._check(by, wish.repository)
        name = wish.id or secrets.token_hex(8)
        return Asked(run=self._dispatcher.dispatch(wish, by, name), id=name)

    def workflows(self) -> list[RoutingTable]:
        """What can be dispatched, and what starts the rest."""
        return self._dispatcher.tables()

    def _allowed(self, run: str, by: str) -> Recorded:
        """The run, if this login may change what becomes of it."""
        recorded = self._books.state(run)
        asked = recorded.run.requested
        if asked is None:
            raise Absent(f"run {run} was never requested")
        self._check(by, asked.subject.repository if asked.subject else asked.repository)
        return recorded

    def _check(self, by: str, repository: str) -> None:
        if not by or not self._is_allowed(by, repository):
            raise Denied(f"{by or 'A visitor'} may not write to {repository}, which this takes.")

    def _is_allowed(self, by: str, repository: str) -> bool:
        try:
            return self._may_act(by, repository)
        except Absent:
            return False
        except Denied as error:  # of us, not of who asks
            raise OperatorError(f"cannot ask what {by} may do in {repository}: {error}") from error

    def _post(self, recorded: Recorded, event: AnyEvent, name: str) -> None:
        if not is_of_service(recorded.run) and not self._books.archive.is_alive(recorded.id):
            raise Conflict(
                f"Run {recorded.id} was begun by `praktika run`, and nobody serves it here; "
                f"`praktika rerun {recorded.id}` in its checkout does."
            )
        kind = type(event).__name__
        inbox = inbox_of(recorded.id, recorded.run)
        post(self._stores, recorded.id, inbox, event, identity=f"{recorded.id}/{kind}/{name}")


def _check_jobs(recorded: Recorded, wish: RerunWish) -> None:
    """Refuse what names jobs wrongly.

    Raises:
        AuthorError: it does.
    """
    jobs = recorded.run.graph.jobs
    if bool(wish.jobs) != (wish.scope == "jobs"):
        raise AuthorError(text="`jobs` goes with the scope 'jobs', and only with that.")
    for key in wish.jobs:
        if key not in jobs:
            raise AuthorError(text=f"run {recorded.id} has no job with the key '{key}'")
        if jobs[key].decision == "skip":
            raise AuthorError(text=f"'{jobs[key].name}' was not part of run {recorded.id}.")
