"""A runner's life: lease a task, claim it, run it, tell of it, and again.

- The lease says that the runner lives. It is kept while the attempt goes on.
- The claim says that the attempt is the runner's own. A task that comes again although it was
  claimed was given up by another runner: it is reported lost, never run twice.
- The fence: whoever has lost the lease ends its job and publishes nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from praktika.errors import Absent, Conflict, PraktikaError, TransientError
from praktika.model.events import AnyEvent, JobFinished, JobLost, JobStarted
from praktika.model.plan import Plan
from praktika.model.result import Status
from praktika.model.task import TASK_LIMIT, RunFile, Task
from praktika.model.wire import WireError, decode, encode
from praktika.patience import Beat, patiently
from praktika.ports.queue import Message, Queue, dead_letters
from praktika.runner.attempt import REASON, execute
from praktika.runner.bench import Assignment, Bench
from praktika.runner.claims import Claimed, claim
from praktika.runner.control import Control
from praktika.runner.hold import Hold, LeaseLost
from praktika.runner.process import Stop

AVOIDED = 3
"""How often a runner gives back a task that another one should take, before it takes it."""

AVOID_PAUSE = 2.0
"""Seconds for which it leaves such a task to others."""


Execute = Callable[[Bench, Assignment, Hold, Stop], JobFinished]
"""Runs an attempt and stores its Result, see `attempt.execute`; the event that tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a runner gets its tasks and tells of them.

    Attributes:
        queue: see the port.
        tasks: name of the queue of tasks.
        control: name of the queue of requests to stop.
        lease: seconds that a task is leased for; renewed at a third of it.
        wait: seconds to wait for a task before looking around.
        avoids: whether a task that this runner failed is left to others for a while.
    """

    queue: Queue
    tasks: str
    control: str
    lease: float = 30.0
    wait: float = 1.0
    avoids: bool = True


class Runner:
    """Serves one queue of tasks, one at a time.

    Args:
        bench: what attempts are run with.
        mailbox: where tasks come from.
        on_bug: is told of what should never happen.
        execute: runs an attempt.
        why_ended: says why this process gets SIGTERM, or "".
    """

    def __init__(
        self,
        bench: Bench,
        mailbox: Mailbox,
        on_bug: Callable[[Exception], None],
        execute: Execute = execute,
        why_ended: Callable[[], str] = str,
    ) -> None:
        self.bench = bench
        self.mailbox = mailbox
        self.control = Control(mailbox.queue, mailbox.control)
        self.ending = ""
        self._on_bug = on_bug
        self._execute = execute
        self._why_ended = why_ended
        self._runs: dict[str, tuple[RunFile, Plan]] = {}

    def serve(self, *, while_true: Callable[[], bool]) -> None:
        """Work until `while_true` says otherwise, or SIGTERM comes."""
        self.control.start()
        while while_true() and not self.ending:
            # Between tasks there is nothing to save: SIGTERM may end the process at once.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            since, messages = self.receive()
            signal.signal(signal.SIGTERM, self._on_terminate)
            for message in messages:
                if while_true():
                    self.take(message, since, while_true)
        self.control.close()

    def serve_one(self, *, while_true: Callable[[], bool]) -> None:
        """Deal with the one task that there is, if it is still there.

        The control queue stays: a queue cannot be made anew a moment after it was removed.
        """
        signal.signal(signal.SIGTERM, self._on_terminate)
        since, messages = self.receive()
        self.control.start()
        for message in messages:
            if while_true() and not self.ending:
                self.take(message, since, while_true)

    def receive(self) -> tuple[float, list[Message]]:
        """The next task, if there is one, and the monotonic reading before it was asked for."""
        since = self.bench.clock.monotonic()
        box = self.mailbox
        messages = patiently(lambda: box.queue.receive(box.tasks, lease=box.lease, wait=box.wait))
        now = self.bench.clock.monotonic()
        if now - since > box.lease / 3:
            # Nobody tells how much of it was waiting: with a new lease that does not matter.
            with suppress(TransientError):
                messages = [message for message in messages if self._renewed(message)]
                since = now
        return since, messages

    def _renewed(self, message: Message) -> bool:
        """Whether a message is still ours, and now is for a whole lease."""
        with suppress(Conflict):
            self.mailbox.queue.extend(message, self.mailbox.lease)
            return True
        return False

    def take(self, message: Message, since: float, while_true: Callable[[], bool]) -> None:
        """Deal with one task to its end."""
        box = self.mailbox
        try:
            task = decode(message.body, Task, limit=TASK_LIMIT)
        except WireError as error:
            self._set_aside(message, error)
            return
        if box.avoids and self.bench.name in task.avoid and message.deliveries <= AVOIDED:
            patiently(lambda: box.queue.release(message, AVOID_PAUSE))
            return
        hold = Hold(box.queue, self.bench.clock, message, lease=box.lease, since=since)
        match claim(self.bench.blobs, task, message, self.bench.name):
            case Claimed.OURS:
                with Beat(box.lease / 3, hold.renew):
                    self._run(task, message, hold, while_true)
            case Claimed.LAPSED:
                self._report_lost(task, message, hold)
            case Claimed.DUPLICATE:
                self._acknowledge(message)

    def _report_lost(self, task: Task, message: Message, hold: Hold) -> None:
        """Tell that an attempt was lost, if it is: whoever stood still may be told of by others."""
        try:
            hold.confirm()
        except LeaseLost:
            return
        self._tell(task, self._lost(task, "its runner did not report"))
        self._acknowledge(message)

    def _run(
        self, task: Task, message: Message, hold: Hold, while_true: Callable[[], bool]
    ) -> None:
        started = JobStarted(
            at=self.bench.clock.now(),
            job=task.job,
            attempt=task.attempt,
            runner=self.bench.name,
            control=self.mailbox.control,
        )
        self._tell(task, started)
        try:
            outcome = self._outcome(task, hold, while_true)
            hold.confirm()
        except LeaseLost:
            return  # whoever has it now tells of it
        finally:
            self.control.forget(task)
        self._tell(task, outcome)
        self._acknowledge(message)

    def _outcome(self, task: Task, hold: Hold, while_true: Callable[[], bool]) -> AnyEvent:
        """What became of an attempt; a runner that is ended leaves it to another one."""
        known = self._known_stop(task)

        def reason_to_stop() -> str:
            if hold.is_lost:
                return "the runner lost its lease"
            if not while_true():
                return "the runner's machine was given up"
            return known or self.control.reason_to_stop(task) or self.ending

        finished = self._finished(task, hold, reason_to_stop)
        asked = known or self.control.reason_to_stop(task)
        if finished.status is Status.DROPPED and not asked:
            if not while_true():
                raise LeaseLost  # nobody is left to be told
            if self.ending:
                return self._lost(task, self.ending)
        return finished

    def _finished(self, task: Task, hold: Hold, stop: Stop) -> JobFinished:
        try:
            return self._execute(self.bench, self._assignment(task), hold, stop)
        except LeaseLost:
            raise
        except (PraktikaError, OSError, WireError) as error:
            # Not even the Result could be stored: the event alone has to tell.
            reason = f"the outcome could not be stored: {error}"
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one job, not the run
            self._on_bug(error)
            reason = f"praktika stumbled over what the job left ({type(error).__name__}: {error})"
        return JobFinished(
            at=self.bench.clock.now(),
            job=task.job,
            attempt=task.attempt,
            status=Status.ERROR,
            reason=reason[:REASON].encode("utf-8", "replace").decode(),
            verdict="infrastructure",
            runner=self.bench.name,
        )

    def _known_stop(self, task: Task) -> str:
        """Why the attempt was given up before it was known that it is here, or ""."""
        key = f"runs/{task.run}/jobs/{task.job}/{task.attempt}/cancel"
        try:
            return patiently(lambda: self.bench.blobs.get(key)).decode("utf-8", "replace")
        except Absent:
            return ""

    def _on_terminate(self, number: int, _frame: object) -> None:
        self.ending = self._why_ended() or f"the runner was ended ({signal.Signals(number).name})"

    def _lost(self, task: Task, reason: str) -> JobLost:
        at = self.bench.clock.now()
        return JobLost(at=at, job=task.job, attempt=task.attempt, reason=reason)

    def _acknowledge(self, message: Message) -> None:
        patiently(lambda: self.mailbox.queue.ack([message]))

    def _set_aside(self, message: Message, error: Exception) -> None:
        """Put what is no task where a person finds it."""
        self._on_bug(error)
        aside = dead_letters(self.mailbox.tasks)
        patiently(lambda: self.mailbox.queue.send(aside, [message.body]))
        self._acknowledge(message)

    def _assignment(self, task: Task) -> Assignment:
        run_file, plan = self._load(task.run)
        job = next(job for job in plan.jobs if job.key == task.job)
        return Assignment(task=task, plan=plan, job=job, run_file=run_file)

    def _load(self, run: str) -> tuple[RunFile, Plan]:
        if run not in self._runs:
            data = patiently(lambda: self.bench.blobs.get(f"runs/{run}/run.json"))
            run_file = decode(data, RunFile)
            plan = decode(patiently(lambda: self.bench.blobs.get(run_file.plan)), Plan)
            self._runs = {run: (run_file, plan)}
        return self._runs[run]

    def _tell(self, task: Task, event: AnyEvent) -> None:
        # The same event of the same attempt is told once, even if the runner has to try again.
        identity = f"{task.run}/{task.job}/{task.attempt}/{type(event).__name__}"
        patiently(
            lambda: self.mailbox.queue.send(
                task.inbox, [encode(event)], group=task.run, identity=[identity]
            )
        )


def parent_lives(parent: int) -> Callable[[], bool]:
    """A condition that holds as long as this process is a child of that one."""
    return lambda: os.getppid() == parent
