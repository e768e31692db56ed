"""Carrying out what the engine asks for. Everything here may be done twice without harm."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import assert_never

from praktika.engine.reused import remembering
from praktika.engine.run import Phase, Run, Stage
from praktika.errors import Absent, Denied, PraktikaError, TransientError
from praktika.model.commands import (
    AnyCommand,
    Conclude,
    Dispatch,
    Enter,
    Leave,
    MakePlan,
    Remember,
    Revoke,
    SetTimer,
)
from praktika.model.events import AnyEvent, JobFinished, PlanFailed, Planned
from praktika.model.result import Result, Status
from praktika.model.task import RunFile, Stop, Task, Ticket
from praktika.model.wire import encode, pretty
from praktika.orchestrator import names
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.cache import remember
from praktika.orchestrator.groups import Groups
from praktika.orchestrator.summary import summarize
from praktika.orchestrator.surroundings import Surroundings
from praktika.orchestrator.tasks import make_task
from praktika.patience import patiently

_REMEMBERED = 20_000


class Hands:
    """Carries out commands for any run.

    Args:
        around: see `Surroundings`.
        alarms: where alarms are set.
    """

    def __init__(self, around: Surroundings, alarms: Alarms) -> None:
        self.around = around
        self._alarms = alarms
        self._groups = Groups(around)
        self._remembered: set[tuple[str, str, int]] = set()

    def carry_out(  # noqa: C901 - one case a command
        self, run_id: str, run: Run, commands: Sequence[AnyCommand]
    ) -> tuple[list[AnyEvent], Result | None]:
        """The events that answer the commands, and the run's Result if it was concluded.

        Raises:
            PraktikaError: a store or queue refuses, or does not answer for too long.
        """
        result: Result | None = None
        dispatches = [each for each in commands if isinstance(each, Dispatch)]
        answers: list[AnyEvent] = self._dispatch(run_id, run, dispatches)
        for command in commands:
            match command:
                case Dispatch():
                    pass
                case MakePlan():
                    answers.append(self._make_plan(run_id, run))
                case Revoke():
                    self._revoke(run_id, run, command)
                case SetTimer():
                    self._alarms.set(run_id, self._inbox(run), command)
                case Enter():
                    answers += patiently(partial(self._enter, run_id, run, command))
                case Leave():
                    ticket = self._ticket(run_id, run, command.stay)
                    patiently(partial(self._groups.leave, command.group, ticket, command.policy))
                case Remember():
                    self._remember(run_id, run, command)
                case Conclude():
                    # It may go on again already: then nobody is to be told that it is over.
                    if run.stage is Stage.CONCLUDED:
                        result = self._conclude(run_id, run)
                case _:
                    assert_never(command)
        return answers, result

    def stop(self, control: str, stop: Stop) -> None:
        """Tell a runner to end an attempt; one that is gone has ended it.

        The runner has said what its queue is called. If that is one that we may not send to, the
        run goes on without it: the attempt's blob says the same.
        """
        if control:
            with suppress(Absent, Denied):
                patiently(lambda: self.around.queue.send(control, [encode(stop)]))

    def _dispatch(self, run_id: str, run: Run, commands: Sequence[Dispatch]) -> list[AnyEvent]:
        """Queue tasks; those that the run has got past since they were asked for are left out.

        Where nobody will ever take one, that is the answer.
        """
        queues: dict[str, list[Task]] = {}
        answers: list[AnyEvent] = []
        inbox = self.around.reports or self._inbox(run)
        for command in commands:
            state = run.jobs[command.job]
            if state.phase is not Phase.QUEUED or state.attempt != command.attempt:
                continue
            labels = run.graph.jobs[command.job].runs_on
            label = labels[0] if labels else ""
            why = self.around.hopeless(label, run.trust)
            if why:
                answers.append(self._never_taken(command, why))
                continue
            queue = self.around.tasks(label, run.trust)
            queues.setdefault(queue, []).append(make_task(run_id, run, command.job, inbox))
        for queue, tasks in queues.items():
            bodies = [encode(task) for task in tasks]
            patiently(partial(self._send, queue, bodies))
            self.around.nudge(queue)
        return answers

    def _never_taken(self, command: Dispatch, why: str) -> JobFinished:
        """What becomes of a job that no runner will take: no other attempt would fare better."""
        return JobFinished(
            at=self.around.clock.now(),
            job=command.job,
            attempt=command.attempt,
            status=Status.ERROR,
            reason=f"no runner will take it: {why}",
        )

    def _send(self, queue: str, bodies: Sequence[bytes]) -> None:
        """Queue tasks, also where nobody has served the label yet: somebody may, before long."""
        try:
            self.around.queue.send(queue, bodies)
        except Absent:
            self.around.queue.create(queue)
            self.around.queue.send(queue, bodies)

    def _make_plan(self, run_id: str, run: Run) -> AnyEvent:
        request = run.requested
        assert request is not None
        try:
            request = self.around.settle(request)
            plan = self.around.make_plan(request)
        except (TransientError, OSError):  # of this machine
            raise
        except PraktikaError as error:
            return PlanFailed(at=self.around.clock.now(), reason=str(error))
        except Exception as error:  # noqa: BLE001 - the edge of a plan: the run has to end (fault 23)
            self.around.on_bug(run_id, error)
            kind = type(error).__name__
            reason = f"praktika stumbled over this code ({kind}); the log of its server says more"
            return PlanFailed(at=self.around.clock.now(), reason=reason)
        self._put(names.plan(run_id), pretty(plan))
        run_file = RunFile(
            run=run_id,
            plan=names.plan(run_id),
            facts=request.facts.of_event(plan.event),
            source=request.source,
            folder=request.folder,
            name=request.name,
            remote=request.remote,
            merge=request.merge,
            base_venv=plan.base.venv,
            overlay=plan.base.overlay,
            overlay_sha256=plan.base.overlay_sha256,
        )
        self._put(names.run_file(run_id), pretty(run_file))
        return Planned(at=self.around.clock.now(), plan=plan)

    def _revoke(self, run_id: str, run: Run, command: Revoke) -> None:
        key = names.job(run_id, command.job, command.attempt, "cancel")
        self._put(key, command.reason.encode())
        stop = Stop(run=run_id, job=command.job, attempt=command.attempt, reason=command.reason)
        self.stop(run.jobs[command.job].control_of(command.attempt), stop)

    def _remember(self, run_id: str, run: Run, command: Remember) -> None:
        """Keep an outcome; once only, as `due` asks for all of them again.

        One that the run has got past since it was asked for is left out.
        """
        kept = (run_id, command.job, command.attempt)
        state, job = run.jobs[command.job], run.graph.jobs[command.job]
        if kept in self._remembered or run.plan is None:
            return
        if command not in remembering(run.plan, job, state):
            return
        if len(self._remembered) > _REMEMBERED:
            self._remembered.clear()
        remember(self.around.blobs, run_id, run, command.job)
        self._remembered.add(kept)

    def _conclude(self, run_id: str, run: Run) -> Result:
        result = summarize(run, run.worst, run_id, self.around)
        self._put(names.result(run_id), pretty(result))
        self._put(names.report(run_id), self.around.render(result))
        return result

    def _enter(self, run_id: str, run: Run, command: Enter) -> list[AnyEvent]:
        ticket = self._ticket(run_id, run, command.stay)
        return self._groups.enter(command.group, ticket, command.policy)

    def _ticket(self, run_id: str, run: Run, stay: int) -> Ticket:
        assert run.requested is not None
        return Ticket(run=run_id, inbox=self._inbox(run), at=run.requested.at, stay=stay)

    def _inbox(self, run: Run) -> str:
        named = run.requested.inbox if run.requested else ""
        return named or self.around.inbox

    def _put(self, key: str, data: bytes) -> None:
        patiently(lambda: self.around.blobs.put(key, data))
