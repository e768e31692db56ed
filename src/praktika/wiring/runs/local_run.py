"""A run on this machine: an orchestrator in this process, runners as its children."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from msgspec import structs

from praktika import process_tree
from praktika.adapters.local import git
from praktika.adapters.local.compute import LocalCompute
from praktika.errors import OperatorError, PraktikaError
from praktika.model.events import RunRequested
from praktika.model.plan import Plan
from praktika.model.supply import Supply
from praktika.model.wire import pretty
from praktika.orchestrator import names
from praktika.orchestrator.own_run import OwnRun
from praktika.orchestrator.surroundings import Observer, Surroundings
from praktika.report import render
from praktika.runner.container import remove_left
from praktika.runner.environment import OWNER
from praktika.wiring.places import cache_folder, work_folder
from praktika.wiring.plans.planning import decided, of_snapshot
from praktika.wiring.runs.presence import alone, forget, gone, presence
from praktika.wiring.runs.source import Archiving, source_key
from praktika.wiring.stores import Stores

POOL = "runner"

_PAUSES = (0.2, 1.0)
_CONTAINERS_EVERY = 30.0
"""Seconds between tries to remove containers that could not be removed."""


def new_run_id() -> str:
    """An id that sorts by time and is easy to read aloud."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2)


def clean_up(state: Path) -> None:
    """End and remove what processes left that were killed: runs of this machine, and hosts."""
    with alone(state):  # whoever begins to serve one of them must not be taken for a leftover
        for name in gone(state):
            process_tree.kill_marked(f"{OWNER}={name}")
            discard(work_folder(name))
            forget(state, name)
    left = _left_containers()
    with suppress(OSError):
        if time.time() - left.stat().st_mtime > _CONTAINERS_EVERY:
            os.utime(left)
            remove_left(left, os.environ)


def _left_containers() -> Path:
    """A folder with notes of containers that could not be removed yet."""
    return cache_folder() / "left"


def discard(work: Path) -> None:
    """Remove a folder of workspaces, and the containers that its runners have left."""
    with suppress(OSError):
        for runner in list(work.iterdir()):
            remove_left(runner, os.environ, _left_containers())
    shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _ended(compute: LocalCompute, work: Path) -> Iterator[None]:
    """Runners and workspaces are gone after the block."""
    try:
        yield
    finally:
        compute.close()
        discard(work)


class LocalRun:
    """One run on this machine, from its request, or from where another process left it.

    Args:
        place: the checkout.
        stores: where the run is kept.
        workers: how many jobs run at a time.
        run: id of a run that was begun before; "" begins a new one.
        plan: of a new run.
    """

    def __init__(
        self,
        place: git.Checkout,
        stores: Stores,
        *,
        workers: int,
        run: str = "",
        plan: Plan | None = None,
    ) -> None:
        self.id = run or new_run_id()
        self._place = place
        self._stores = stores
        self._plan = plan
        self._workers = workers

    @contextmanager
    def begun(self, request: RunRequested, observers: Sequence[Observer]) -> Iterator[OwnRun]:
        """The orchestrator of a new run; runners start at once, and are ended with the block.

        Args:
            request: as far as it does not depend on where the run works.
            observers: are shown what happens.

        Raises:
            OperatorError: the run could not be carried to its end; the text says where the report
                of what is known is.
        """
        clean_up(self._stores.state)
        with (
            presence(self._stores.state, self.id),
            self._served(observers) as (serving, stack),
        ):
            snapshot = work_folder(self.id) / "source"
            git.snapshot(self._place, snapshot)
            key = source_key(self._place, snapshot, self.id)
            stack.enter_context(Archiving(snapshot, self._stores.blobs, key))
            serving.request(self._located(request, snapshot, key))
            yield serving

    @contextmanager
    def resumed(
        self, observers: Sequence[Observer], on_begin: Callable[[], None]
    ) -> Iterator[OwnRun]:
        """The orchestrator of a run that was begun before.

        Args:
            observers: as above.
            on_begin: called as soon as the run is ours, before anything happens to it.

        Raises:
            Conflict: another process serves it; nothing was done.
            OperatorError: as above.
        """
        clean_up(self._stores.state)
        with presence(self._stores.state, self.id):
            on_begin()
            with self._served(observers) as (serving, _):
                serving.take_over()
                yield serving

    @contextmanager
    def _served(self, observers: Sequence[Observer]) -> Iterator[tuple[OwnRun, ExitStack]]:
        work = work_folder(self.id)
        compute = LocalCompute(
            self._runner_command, lambda one: remove_left(work / one, os.environ)
        )
        wait = 1.0 if self._stores.is_remote else 0.1
        serving = OwnRun(self.id, self._surroundings(compute), observers, wait=wait)
        try:
            with ExitStack() as stack:
                stack.enter_context(self._queues(compute))
                stack.enter_context(_ended(compute, work))
                compute.scale(POOL, self._workers)
                yield serving, stack
        except (PraktikaError, OSError) as error:
            # By now the workspaces are gone: a disk that was full has room again.
            place = self._rescue(serving, str(error))
            raise OperatorError(f"{error}\nWhat is known of the run is in {place}") from error

    @contextmanager
    def _queues(self, compute: LocalCompute) -> Iterator[None]:
        """The run's own queues are there in the block, and none of its runners' after it."""
        queue = self._stores.queue
        own = [names.own_inbox(self.id), names.own_tasks(self.id), names.own_alarms(self.id)]
        for name in own:
            queue.create(name)
        try:
            yield
        finally:
            own += [names.control(f"{self.id}-{runner}") for runner in compute.started]
            for name in own:
                with suppress(PraktikaError):
                    queue.remove(name)

    def _located(self, request: RunRequested, snapshot: Path, key: str) -> RunRequested:
        return structs.replace(
            request,
            name=self._place.root.name,
            folder=str(snapshot),
            source=key,
            inbox=names.own_inbox(self.id),
            host=self._stores.host,
        )

    def _make_plan(self, request: RunRequested) -> Plan:
        if self._plan is None:
            raise OperatorError(
                "the run came to no plan before it was interrupted; start a new one"
            )
        # Jobs wait here for one another's runners, never for a pool; and what fails on this
        # machine has no other one to wait for.
        plan = structs.replace(self._plan, pickup_timeout=0.0, pauses=_PAUSES)
        opened = of_snapshot(self._place, work_folder(self.id) / "source")
        return decided(plan, request, opened, self._stores)

    def _rescue(self, serving: OwnRun, reason: str) -> Path:
        """Write the report of a run that cannot go on, wherever there is room; where it is."""
        result = serving.give_up(reason)
        try:
            self._stores.blobs.put(names.result(self.id), pretty(result))
            self._stores.blobs.put(names.report(self.id), render(result))
        except PraktikaError:
            elsewhere = Path(tempfile.mkdtemp(prefix=f"praktika-{self.id}-")) / "report.html"
            elsewhere.write_bytes(render(result))
            return elsewhere
        return self._stores.state / names.report(self.id)

    def _surroundings(self, compute: LocalCompute) -> Surroundings:
        return Surroundings(
            journal=self._stores.journal,
            queue=self._stores.queue,
            blobs=self._stores.blobs,
            clock=self._stores.clock,
            inbox=names.own_inbox(self.id),
            alarms=names.own_alarms(self.id),
            tasks=lambda _label, _trust: names.own_tasks(self.id),
            make_plan=self._make_plan,
            render=render,
            supply=lambda _label, _trust: Supply(runners=self._workers, maximum=self._workers),
            lost=compute.lost,
        )

    def _runner_command(self, name: str) -> Sequence[str]:
        where = ("--root", str(self._place.root), "--parent", str(os.getpid()), "--run", self.id)
        return [*RUNNER, *where, name]


# -P: what lies in the checkout is never imported. UTF-8: names of jobs become names of files,
# whatever the locale.
RUNNER = (sys.executable, "-P", "-X", "utf8", "-m", "praktika.cli.runner")
"""The command line of a runner, without its arguments."""
