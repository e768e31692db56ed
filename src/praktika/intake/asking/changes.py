"""Changes of code: pull requests, pushes, merge queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from praktika.engine.routing.route import route
from praktika.engine.run import Run, Stage
from praktika.errors import Unavailable
from praktika.intake.asking import requests
from praktika.intake.asking.requests import Asked, Circumstances
from praktika.intake.desk import Desk
from praktika.intake.kept.register import Head, Register
from praktika.intake.kept.tables import Tables
from praktika.model.events import CancelRequested, RerunRequested, RunRequested
from praktika.model.forge import Pull
from praktika.model.notices import PullChanged, Pushed, Queued
from praktika.model.routes import Occasion, Route, RoutingTable

CLOSED = "the closing of the pull request"
PUSHED = "a newer push"
_WORDS = 500
"""Characters of what is wrong with a declaration that are logged each time."""

RETARGETED = "a change of the branch that the pull request is for"


class Changes:
    """Asks for the runs of changes, and stops those that nobody waits for any more.

    Args:
        desk: see `Desk`.
        register: see `Register`.
        tables: see `Tables`.
    """

    def __init__(self, desk: Desk, register: Register, tables: Tables) -> None:
        self._desk = desk
        self._register = register
        self._tables = tables

    def pull(self, notice: PullChanged) -> None:
        """Whatever has happened to a pull request: let its runs be those of its head now."""
        repository = self._desk.forge.repository(notice.repository)
        around = self._desk.circumstances(repository, notice.sender)
        pull = self._desk.forge.pull(notice.repository, notice.number)
        if not pull.is_open:
            self._stop(pull, (), CLOSED, notice.delivery)
            return
        self.head_of_pull(around, pull)

    def head_of_pull(self, around: Circumstances, pull: Pull) -> list[Asked]:
        """Ask for the runs of an open pull request's head; what was asked for."""
        table = self._tables.of(around.repository)
        occasion = Occasion(event="pull_request", base_branch=pull.base_branch)
        routes = self._routes(table, occasion, f"pull {pull.number}")
        asked = self._of_pull(around, pull, routes)
        self._stop(pull, asked, PUSHED, pull.head_sha)
        self._stop_passed(around, pull, asked)
        self.ask(asked)
        self._resume(around, asked)
        ref = f"pull {pull.number}"
        head = Head(ref=ref, sha=pull.head_sha, base=pull.base_branch)
        self._register.dealt_with(pull.repository, head)
        return asked

    def again(self, around: Circumstances, pull: Pull, workflow: str) -> None:
        """Ask for one more run of one workflow for a pull request's head."""
        table = self._tables.of(around.repository)
        occasion = Occasion(event="pull_request", base_branch=pull.base_branch)
        routes = [each for each in route(table, occasion) if each.workflow == workflow]
        self.ask(self._of_pull(around, pull, routes))

    def push(self, notice: Pushed) -> None:
        """A branch has moved: ask for the runs of its tip now, whichever push this is about."""
        repository = self._desk.forge.repository(notice.repository)
        around = self._desk.circumstances(repository, notice.sender)
        if not notice.sha:
            return
        tip = self._desk.forge.commit(notice.repository, notice.branch)
        before = notice.before if tip == notice.sha else ""
        self.tip_of_branch(around, notice.branch, tip, before)

    def tip_of_branch(
        self, around: Circumstances, branch: str, tip: str, before: str = ""
    ) -> list[Asked]:
        """Ask for the runs of a branch's tip; what was asked for."""
        repository = around.repository
        if branch == repository.main:
            table = self._tables.renewed(repository, tip)
        else:
            table = self._tables.of(repository)
        routes = self._routes(table, Occasion(event="push", branch=branch), f"branch {branch}")
        asked = [requests.for_push(around, each, branch, tip, before) for each in routes]
        self.ask(asked)
        self._register.dealt_with(repository.name, Head(ref=f"branch {branch}", sha=tip))
        return asked

    def group(self, notice: Queued) -> None:
        """A merge queue asks for checks of a group, or does not need them any more."""
        repository = self._desk.forge.repository(notice.repository)
        around = self._desk.circumstances(repository, notice.sender)
        table = self._tables.of(repository)
        occasion = Occasion(event="merge_queue", base_branch=notice.base_branch)
        routes = self._routes(table, occasion, f"branch {notice.branch}")
        asked = [requests.for_group(around, each, notice) for each in routes]
        if notice.action == "destroyed":
            for each in asked:
                if self._desk.load(each.run).stage is not Stage.NEW:
                    self._cancel(each.run, "the merge queue", f"{each.run} left the queue")
            return
        self.ask(asked)

    def _routes(self, table: RoutingTable, occasion: Occasion, ref: str) -> list[Route]:
        """What the occasion starts; if that is nothing, an operator finds why in the log."""
        routes = route(table, occasion)
        if not routes:
            known = [each.workflow for each in table.routes if each.event == occasion.event]
            why = (
                f"not for that branch: {', '.join(known)}"
                if known
                else "no workflow has this event"
            )
            self._desk.log(
                "nothing.starts",
                repository=table.repository,
                ref=ref,
                occasion=occasion.event,
                reason=table.problems[:_WORDS] or why[:_WORDS],
            )
        return list(routes)

    def _of_pull(self, around: Circumstances, pull: Pull, routes: Sequence[Route]) -> list[Asked]:
        if not routes:
            return []
        apart = self._desk.forge.apart(pull.repository, pull.base_branch, pull.head_sha)
        return [requests.for_pull(around, each, pull, apart) for each in routes]

    def ask(self, asked: Iterable[Asked]) -> None:
        """Ask for runs, each noted before."""
        for each in asked:
            self._register.note(each.run, each.request)
            self._desk.request(each.run, each.request)

    def _stop(self, pull: Pull, asked: Iterable[Asked], why: str, occasion: str) -> None:
        """Stop the runs of a pull request that are not wanted any more.

        Those of a newer head that have begun give way by themselves, in their concurrency group. A
        further run for what is asked for, which somebody wanted, is wanted still.
        """
        wanted = {_purpose(each.request) for each in asked}
        for run_id, run in self._register.going(pull).items():
            if _purpose(run.requested) not in wanted and _is_needless(pull, run.stage):
                self._cancel(run_id, why, f"{run_id} {run.round} {occasion}")

    def _stop_passed(self, around: Circumstances, pull: Pull, asked: Sequence[Asked]) -> None:
        """Stop what goes on and will not give way by itself, as nothing newer enters its group.

        That is what is for an earlier base, in workflows that are not for the one of now; and what
        runs again, or goes on while an earlier run is run again in its place. A run that was asked
        for after the forge was asked here is of something newer, of which we do not know.
        """
        wanted = {_purpose(each.request) for each in asked}
        begun = {each.request.workflow: self._desk.load(each.run) for each in asked}
        for run_id, run in self._register.going(pull).items():
            request = run.requested
            if request is None or _purpose(request) in wanted:
                continue
            if max(request.at, run.began) >= around.at:
                continue
            successor = begun.get(request.workflow)
            if successor is None:
                if request.facts.base_branch != pull.base_branch:
                    self._cancel(run_id, RETARGETED, f"{run_id} {run.round} {pull.base_branch}")
            elif _gave_way(successor) or (run.stay and successor.stage is Stage.NEW):
                self._cancel(run_id, PUSHED, f"{run_id} {run.round} {pull.head_sha}")

    def _cancel(self, run: str, by: str, identity: str) -> None:
        event = CancelRequested(at=self._desk.clock.now(), by=by, id=identity)
        self._desk.tell(run, event, identity=identity)

    def _resume(self, around: Circumstances, asked: Iterable[Asked]) -> None:
        """Run again what gave way to something else, and is the run of the head once more.

        That is after a pull request was reopened, or a push was taken back.

        Raises:
            Unavailable: one of them is still being stopped, or was since the forge was asked:
                then the head may not be what it was.
        """
        for each in asked:
            run = self._desk.load(each.run)
            if not _gave_way(run):
                continue
            if run.stage is not Stage.CONCLUDED or run.at >= around.at:
                raise Unavailable(f"run {each.run} is still being stopped")
            identity = f"{each.run} resumes {run.round}"
            event = RerunRequested(at=self._desk.clock.now(), by=around.by, id=identity)
            self._desk.tell(each.run, event, identity=identity)


def _purpose(request: RunRequested | None) -> tuple[str, ...]:
    """What a run is for, however often it was asked for."""
    if request is None or request.subject is None:
        return ()
    return request.workflow, request.facts.base_branch, request.subject.sha


def _gave_way(run: Run) -> bool:
    """Whether nobody waited for a run any more; if a person stopped it, it stays so."""
    by = run.cancelled_by
    return by in {CLOSED, PUSHED, RETARGETED} or by.startswith("run ")


def _is_needless(pull: Pull, stage: Stage) -> bool:
    """Whether nobody waits for a run of an earlier head, or of a change that is not open."""
    if pull.is_merged:  # what goes on may still tell something of what was merged
        return stage is Stage.AWAITING
    return not pull.is_open or stage in {Stage.AWAITING, Stage.PLANNING}
