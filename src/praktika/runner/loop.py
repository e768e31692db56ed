"""A runner's life: lease a task, claim it, run it, tell of it, and again.

The lease says that the runner lives; the claim says that the attempt is its own. A task whose
attempt was claimed before was given up by another runner: it is reported lost, never run twice.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from praktika.errors import Absent, Conflict, PraktikaError
from praktika.model.events import AnyEvent, JobFinished, JobLost, JobStarted
from praktika.model.plan import Plan
from praktika.model.result import Status
from praktika.model.task import TASK_LIMIT, RunFile, Task
from praktika.model.wire import decode, encode
from praktika.patience import patiently
from praktika.ports.queue import Message, Queue
from praktika.runner.attempt import Assignment, Bench, execute

LEASE = 30.0
"""Seconds that a task is leased for; extended at a third of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a runner gets its tasks and tells of them.

    Attributes:
        queue: see the port.
        tasks: name of the queue of tasks.
        events: name of a run's queue of events, by run id.
    """

    queue: Queue
    tasks: str
    events: Callable[[str], str]


class Runner:
    """Serves one queue of tasks, one at a time."""

    def __init__(self, bench: Bench, mailbox: Mailbox, on_bug: Callable[[Exception], None]) -> None:
        self.bench = bench
        self.mailbox = mailbox
        self.on_bug = on_bug
        self.ending = ""
        self._runs: dict[str, tuple[RunFile, Plan]] = {}

    def serve(self, *, while_true: Callable[[], bool]) -> None:
        """Work until `while_true` says otherwise, or SIGTERM comes."""
        while while_true():
            # Between tasks there is nothing to save: SIGTERM may end the process at once.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            messages = patiently(self._receive)
            signal.signal(signal.SIGTERM, self._on_terminate)
            for message in messages:
                self._take(message, while_true)
            if self.ending:
                return

    def _on_terminate(self, number: int, _frame: object) -> None:
        self.ending = f"the runner was ended ({signal.Signals(number).name})"

    def _take(self, message: Message, while_true: Callable[[], bool]) -> None:
        task = decode(message.body, Task, limit=TASK_LIMIT)
        if not self._claim(task):
            self._tell(task, self._lost(task, "its runner did not report"))
            self._acknowledge(message)
            return
        run_file, plan = self._load(task.run)
        job = next(job for job in plan.jobs if job.key == task.job)
        started = JobStarted(
            at=self.bench.clock.now(), job=task.job, attempt=task.attempt, runner=self.bench.name
        )
        self._tell(task, started)
        watch = _Watch(self, message, task, while_true)
        assignment = Assignment(task=task, plan=plan, job=job, run_file=run_file)
        with watch:
            finished = self._execute(assignment, watch)
        if self.ending and finished.status is Status.DROPPED:
            # Nobody asked for this job's end: somebody else shall run it.
            self._tell(task, self._lost(task, self.ending))
            self._acknowledge(message)
        elif watch.is_current:
            self._tell(task, finished)
            self._acknowledge(message)

    def _execute(self, assignment: Assignment, watch: _Watch) -> JobFinished:
        try:
            return execute(self.bench, assignment, watch.reason_to_stop)
        except (PraktikaError, OSError) as error:
            # Not even the Result could be stored: the event alone has to tell.
            reason = f"the outcome could not be stored: {error}"
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one job, not the run
            self.on_bug(error)
            reason = f"praktika stumbled over what the job left ({type(error).__name__}: {error})"
        return JobFinished(
            at=self.bench.clock.now(),
            job=assignment.task.job,
            attempt=assignment.task.attempt,
            status=Status.ERROR,
            reason=reason.encode("utf-8", "replace").decode(),
        )

    def _lost(self, task: Task, reason: str) -> JobLost:
        at = self.bench.clock.now()
        return JobLost(at=at, job=task.job, attempt=task.attempt, reason=reason)

    def _receive(self) -> list[Message]:
        return self.mailbox.queue.receive(self.mailbox.tasks, lease=LEASE, wait=1.0)

    def _acknowledge(self, message: Message) -> None:
        patiently(lambda: self.mailbox.queue.ack([message]))

    def _claim(self, task: Task) -> bool:
        key = f"runs/{task.run}/jobs/{task.job}/{task.attempt}/claim"
        try:
            patiently(lambda: self.bench.blobs.create(key, self.bench.name.encode()))
        except Conflict:
            return False
        return True

    def _load(self, run: str) -> tuple[RunFile, Plan]:
        if run not in self._runs:
            run_file = decode(self.bench.blobs.get(f"runs/{run}/run.json"), RunFile)
            plan = decode(self.bench.blobs.get(run_file.plan), Plan)
            self._runs = {run: (run_file, plan)}
        return self._runs[run]

    def _tell(self, task: Task, event: AnyEvent) -> None:
        # The same event of the same attempt is told once, even if the runner has to try again.
        identity = f"{task.job}/{task.attempt}/{type(event).__name__}"
        queue = self.mailbox.events(task.run)
        patiently(lambda: self.mailbox.queue.send(queue, [encode(event)], identity=[identity]))


class _Watch:
    """Looks after a running attempt: keeps its lease, and knows when it has to stop."""

    def __init__(
        self, runner: Runner, message: Message, task: Task, while_true: Callable[[], bool]
    ) -> None:
        self.runner = runner
        self.message = message
        self.cancel = f"runs/{task.run}/jobs/{task.job}/{task.attempt}/cancel"
        self.while_true = while_true
        self.is_current = True
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_lease, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _keep_lease(self) -> None:
        """Extend the lease for as long as the attempt takes, whatever it is doing."""
        while not self._over.wait(LEASE / 3):
            try:
                patiently(lambda: self.runner.mailbox.queue.extend(self.message, LEASE), LEASE / 3)
            except PraktikaError:
                self.is_current = False
                return

    def reason_to_stop(self) -> str:
        """Why the attempt has to end now, or ""."""
        if not self.while_true():
            self.is_current = False
            return "the run was abandoned"
        if not self.is_current:
            return "the runner lost its lease"
        try:
            return self.runner.bench.blobs.get(self.cancel).decode("utf-8", "replace")
        except Absent:
            return self.runner.ending


def parent_lives(parent: int) -> Callable[[], bool]:
    """A condition that holds as long as this process is a child of that one."""
    return lambda: os.getppid() == parent
