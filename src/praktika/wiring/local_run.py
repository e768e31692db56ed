"""A run on this machine: an orchestrator in this process, runners as its children."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from praktika.adapters.local import git
from praktika.adapters.local.compute import LocalCompute
from praktika.errors import OperatorError, PraktikaError
from praktika.model.plan import Plan
from praktika.model.wire import pretty
from praktika.orchestrator import names
from praktika.orchestrator.orchestrator import Observer, Orchestrator, Surroundings
from praktika.report import render
from praktika.wiring.presence import forget, gone, presence
from praktika.wiring.stores import Stores

POOL = "runner"


def new_run_id() -> str:
    """An id that sorts by time and is easy to read aloud."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2)


def tasks_queue(run: str) -> str:
    """The queue of a local run's tasks; its runners serve nobody else."""
    return f"tasks-{run}"


def work_folder(run: str) -> Path:
    """Where the run's source and its runners' workspaces are.

    Outside of the checkout: tools that look for their configuration in the folders above a job's
    workspace must not find the author's own.
    """
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        raise OperatorError(
            "there is no home folder to work in; set HOME or XDG_CACHE_HOME to one"
        ) from None
    return Path(cache).absolute() / "praktika" / run


@contextmanager
def _ended(compute: LocalCompute, work: Path) -> Iterator[None]:
    """Runners and workspaces are gone after the block."""
    try:
        yield
    finally:
        compute.close()
        shutil.rmtree(work, ignore_errors=True)


class LocalRun:
    """One run of a compiled plan on this machine.

    Args:
        place: the checkout.
        stores: where the run is kept.
        plan: what to run.
        workers: how many jobs run at a time.
    """

    def __init__(self, place: git.Checkout, stores: Stores, plan: Plan, *, workers: int) -> None:
        self.id = new_run_id()
        self._place = place
        self._stores = stores
        self._plan = plan
        self._workers = workers

    @contextmanager
    def orchestrator(self, observers: Sequence[Observer]) -> Iterator[Orchestrator]:
        """The run's orchestrator; runners start at once, and are ended with the block.

        Raises:
            OperatorError: the run could not be carried to its end; the text says where the report
                of what is known is.
        """
        self._clean_up()
        work = work_folder(self.id)
        compute = LocalCompute(self._runner_command)
        serving = Orchestrator(self.id, self._surroundings(compute, work), observers)
        try:
            with presence(self._stores.state, self.id), _ended(compute, work):
                compute.scale(POOL, self._workers)
                git.snapshot(self._place, work / "source")
                yield serving
        except (PraktikaError, OSError) as error:
            # By now the workspaces are gone: a disk that was full has room again.
            place = self._rescue(serving, str(error))
            raise OperatorError(f"{error}\nWhat is known of the run is in {place}") from error

    def _rescue(self, serving: Orchestrator, reason: str) -> Path:
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

    def _clean_up(self) -> None:
        """Remove what runs left whose process was killed."""
        for run in gone(self._stores.state):
            shutil.rmtree(work_folder(run), ignore_errors=True)
            forget(self._stores.state, run)

    def _surroundings(self, compute: LocalCompute, work: Path) -> Surroundings:
        return Surroundings(
            journal=self._stores.journal,
            queue=self._stores.queue,
            blobs=self._stores.blobs,
            clock=self._stores.clock,
            compute=compute,
            tasks=tasks_queue(self.id),
            make_plan=lambda _: self._plan,
            render=render,
            facts=self._place.facts,
            source=work / "source",
            name=self._place.root.name,
        )

    def _runner_command(self, name: str) -> Sequence[str]:
        where = ("--root", str(self._place.root), "--run", self.id, "--parent", str(os.getpid()))
        # -P: what lies in the checkout is never imported. UTF-8: names of jobs become names of
        # files, whatever the locale.
        return [sys.executable, "-P", "-X", "utf8", "-m", "praktika.cli.runner", *where, name]
