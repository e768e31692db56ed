"""One run on this machine, from its request to its summary."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self

from msgspec import structs

from praktika.cli.console import Console
from praktika.cli.history import Recorded
from praktika.cli.interruptions import Abandoned, Interruptions
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import Wanted
from praktika.cli.user import processors, user
from praktika.cli.view.events import EventsView
from praktika.cli.view.plain import PlainView
from praktika.cli.view.summary import Ended, job_counts, reused_count, show_summary
from praktika.cli.view.view import Silent, View
from praktika.engine.choice.select import select
from praktika.engine.rerun import chosen
from praktika.engine.run import Run
from praktika.errors import PraktikaError
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    Planned,
    RerunRequested,
    RunRequested,
)
from praktika.model.plan import Plan
from praktika.model.result import Result
from praktika.orchestrator import names
from praktika.orchestrator.own_run import OwnRun
from praktika.wiring.checkout import Checkout, find_checkout
from praktika.wiring.runs.local_run import LocalRun
from praktika.wiring.runs.requests import remote_of, submit
from praktika.wiring.stores import Stores, open_stores

__all__ = ["Running", "open_stores"]

FAILED = 1

_LONG = 1.5
"""Seconds after which somebody who waits is told what for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What all runs of one `praktika run` have in common."""

    console: Console
    place: Checkout
    stores: Stores
    by: str
    workers: int
    quiet: bool
    no_cache: bool = False

    def run(self, wanted: Wanted) -> tuple[int, bool]:
        """The exit code of a run of this workflow, and whether it was cancelled.

        Raises:
            PraktikaError: the run could not be carried to its end.
        """
        plan = select(wanted.plan, wanted.only)
        to_run = sum(job.decision == "run" for job in plan.jobs)
        workers = max(1, min(self.workers, to_run))
        local = LocalRun(self.place, self.stores, workers=workers, plan=wanted.plan)
        view = self._view()
        with _Opening(view, local.id, workers, self._say_wait) as opening:
            request = self._request(wanted.plan, wanted.only)
            begun = partial(local.begun, request, [opening, view])
            return self._watch(local, begun, view)

    def submit(self, wanted: Wanted, delivery: str, *, fetch: bool = False) -> int:
        """Leave a run to the service, and say its id; the exit code.

        Args:
            wanted: what is to be run.
            delivery: names the request.
            fetch: whether the code is fetched from the checkout's remote.

        Raises:
            PraktikaError: it cannot be left to the service.
        """
        request = self._request(wanted.plan, wanted.only)
        if fetch:
            request = structs.replace(request, remote=remote_of(self.place))
        run = submit(self.place, self.stores, request, delivery)
        if self.console.wants_json:
            submitted = {"event": "run.submitted", "run": run, "workflow": request.workflow}
            say_json(self.console, submitted)
        else:
            self.console.say(run)
        return 0

    def go_on(self, recorded: Recorded, request: RerunRequested | None) -> tuple[int, bool]:
        """Go on with a run that was begun before, or run jobs of it again; as `run`.

        Raises:
            Conflict: another process serves the run.
            PraktikaError: as `run`.
        """
        plan = recorded.run.plan
        open_jobs = recorded.run.open
        if request is not None and plan is not None:
            open_jobs += len(chosen(recorded.run, request))
        workers = max(1, min(self.workers, open_jobs))
        local = LocalRun(self.place, self.stores, workers=workers, run=recorded.id)
        view = self._view()
        goes_on = partial(view.goes_on, recorded.id, recorded.run, open_jobs, workers)

        @contextmanager
        def resumed() -> Iterator[OwnRun]:
            with local.resumed([view], goes_on) as serving:
                if request is not None:
                    serving.case.take([request])
                yield serving

        return self._watch(local, resumed, view)

    def _watch(
        self, local: LocalRun, served: Callable[[], AbstractContextManager[OwnRun]], view: View
    ) -> tuple[int, bool]:
        """Serve a run to its end, with a view of it; as `run`."""
        interruptions = Interruptions(self.stores.clock.now)
        with interruptions:
            try:
                with view:
                    result = self._serve(served, view, interruptions)
            except Abandoned:
                self.console.note(f"praktika: left at once; run {local.id} has no report")
                return FAILED, True
            except PraktikaError as error:
                if not interruptions.count:
                    raise
                # A signal broke something on its way, git perhaps: that is a cancel, too.
                self.console.note(f"praktika: interrupted: {error}")
                return FAILED, True
        self._tell(Ended(local.id, result, self.stores))
        return (0 if result.status.is_ok else FAILED), interruptions.count > 0

    def _serve(
        self,
        served: Callable[[], AbstractContextManager[OwnRun]],
        view: View,
        interruptions: Interruptions,
    ) -> Result:
        def asked() -> CancelRequested | None:
            view.tick()
            return interruptions.request()

        with served() as serving:
            return serving.serve(asked)

    def _say_wait(self) -> None:
        """Say that nothing is wrong, where it takes a while until the run begins."""
        if not (self.quiet or self.console.wants_json):
            self.console.note("praktika: copying the checkout, and looking at what has to run ...")

    def _request(self, plan: Plan, only: tuple[str, ...]) -> RunRequested:
        facts = self.place.facts
        return RunRequested(
            at=self.stores.clock.now(),
            workflow=plan.workflow,
            only=only,
            repository=facts.repository,
            sha=facts.sha,
            branch=facts.branch,
            by=self.by,
            dirty=facts.dirty,
            facts=facts,
            no_cache=self.no_cache,
        )

    def _view(self) -> View:
        if self.console.wants_json:
            return EventsView(self.console)
        if self.quiet:
            return Silent()
        now = self.stores.clock.now
        if not self.console.is_live:
            return PlainView(self.console, now)
        # Loaded for terminals only: rich costs as much as the rest of the command line.
        view: View = importlib.import_module("praktika.cli.view.live").LiveView(self.console, now)
        return view

    def _tell(self, ended: Ended) -> None:
        stored = self.stores.brought(names.result(ended.id))
        if not self.console.wants_json:
            show_summary(self.console, ended)
            return
        result = ended.result
        concluded = {
            "event": "run.concluded",
            "run": ended.id,
            "workflow": result.name,
            "status": result.status,
            "counts": job_counts(result),
            "reused": reused_count(result),
            "duration": result.duration,
            "report": ended.report,
            "result": str(stored),
        }
        say_json(self.console, concluded)


class _Opening:
    """Lets a view begin when the run is planned, inside a `with`.

    Args:
        view: which one.
        run_id: of the run.
        workers: how many jobs run at a time.
        on_wait: called once if that takes long.
    """

    def __init__(self, view: View, run_id: str, workers: int, on_wait: Callable[[], None]) -> None:
        self._view = view
        self._run_id = run_id
        self._workers = workers
        self._timer = threading.Timer(_LONG, on_wait)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def saw(self, run: Run, event: AnyEvent) -> None:
        """See the orchestrator's Observer."""
        if isinstance(event, Planned) and run.plan is not None:
            self._timer.cancel()
            self._view.begins(self._run_id, run.plan, self._workers)

    def concluded(self, run: Run, result: Result) -> None:
        """See the orchestrator's Observer."""


def resume(
    console: Console, recorded: Recorded, request: RerunRequested | None, workers: int | None
) -> int:
    """Go on with a run of this machine; the exit code.

    Raises:
        Conflict: another process serves it.
        PraktikaError: it could not be carried to its end.
    """
    place = find_checkout()
    running = Running(
        console=console,
        place=place,
        stores=open_stores(place.root),
        by=user(),
        workers=workers or processors(),
        quiet=False,
    )
    return running.go_on(recorded, request)[0]
