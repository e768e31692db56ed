"""An adversary around the engine: everything that a network, a runner or a person may do to it.

It serves a run as the orchestrator does: journal what changed something, then carry out. Answers
come in any order, twice, late, with attempts and jobs that do not exist; runners vanish; people
cancel at any time; and at any time the process dies, with its commands carried out or not.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.choices import Choices, once_in, pick, some
from tests.simulation.history import Engine, History, Step, Succession
from tests.simulation.plans import make_plan

from praktika.engine.run import Run
from praktika.model.commands import AnyCommand, Conclude, Dispatch, MakePlan, Revoke
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RunRequested,
    decode_event,
)
from praktika.model.plan import Plan
from praktika.model.result import Status
from praktika.model.wire import encode

Attempt = tuple[str, int]

STATUSES = (*[Status.OK] * 3, Status.FAIL, Status.ERROR, Status.DROPPED, *Status)


def simulate(choices: Choices, engine: Engine | None = None) -> History:
    """The history of one run with an adversary, to its end."""
    world = World(choices, engine or Engine(), make_plan(choices))
    world.trouble()
    world.calm()
    return world.history


class World:
    """One run and its surroundings.

    Attributes:
        live: attempts that runners have, or will take from the queue.
        seen: attempts that were ever queued; a second Dispatch of one does nothing.
        revoked: attempts that were asked to stop.
        planning: whether somebody is making the plan.
        cancels: how often the run was cancelled.
    """

    def __init__(self, choices: Choices, engine: Engine, plan: Plan) -> None:
        self.choices = choices
        self.engine = engine
        self.plan = plan
        self.history = History(engine, plan)
        self.run = Run()
        self.at = 0.0
        self.live: list[Attempt] = []
        self.seen: set[Attempt] = set()
        self.revoked: set[Attempt] = set()
        self.planning = False
        self.cancels = 0

    def trouble(self) -> None:
        """The run is requested, and whatever may happen to it does."""
        self.deliver(RunRequested(at=0.0, workflow="w"))
        moves = (self.answer, self.start, self.start, self.repeat, self.talk_nonsense, self.lose)
        for _ in range(self.choices.below(6 * len(self.plan.jobs) + 4)):
            if self.planning and not once_in(self.choices, 8):
                self.plan_it()
            elif once_in(self.choices, 5 if self.cancels else 25):
                self.cancel()
            elif once_in(self.choices, 15):
                self.crash()
            else:
                pick(self.choices, moves)()

    def calm(self) -> None:
        """Everything asked for is answered, until nothing is left; then the run must be over."""
        if once_in(self.choices, 2):
            self.crash()
        for _ in range(10 * len(self.plan.jobs) + 10):
            if self.planning:
                self.plan_it()
            elif self.live:
                self.answer()
            else:
                break
        self.history.ended = bool(self.history.concluded)

    def deliver(self, event: AnyEvent) -> None:
        """One turn of the orchestrator; it may die before it has carried out everything."""
        event = decode_event(encode(event))
        decision = self.engine.step(self.run, event)
        self.history.steps.append(Step(self.run, event, decision.run, decision.commands))
        if isinstance(event, JobFinished | JobLost) and (event.job, event.attempt) in self.live:
            self.live.remove((event.job, event.attempt))
        if decision.run is self.run:
            return
        self.history.journal.append(event)
        self.run = decision.run
        if once_in(self.choices, 12):
            self.carry_out(decision.commands[: self.choices.below(len(decision.commands) + 1)])
            self.crash()
        else:
            self.carry_out(decision.commands)

    def carry_out(self, commands: Sequence[AnyCommand]) -> None:
        for command in commands:
            match command:
                case MakePlan():
                    self.planning = True
                case Dispatch():
                    attempt = (command.job, command.attempt)
                    if attempt not in self.seen:
                        self.seen.add(attempt)
                        self.live.append(attempt)
                case Revoke():
                    self.revoked.add((command.job, command.attempt))
                case Conclude():
                    self.history.concluded.append(command.status)
                    self.history.orphans |= set(self.live) - self.revoked

    def crash(self) -> None:
        """The process dies; a successor reads the journal and goes on."""
        before = self.run
        self.planning = False
        self.run = self.engine.replay(self.history.journal)
        commands = self.engine.due(self.run)
        done = len(self.history.steps)
        self.history.successions.append(Succession(done, before, self.run, commands))
        self.carry_out(commands)

    def plan_it(self) -> None:
        self.planning = False
        if once_in(self.choices, 20):
            self.deliver(PlanFailed(at=self.now(), reason="the declaration is broken"))
        else:
            self.deliver(Planned(at=self.now(), plan=self.plan))

    def answer(self) -> None:
        """A runner reports whatever it likes about an attempt that it has."""
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(self.finished(job, attempt))

    def start(self) -> None:
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(JobStarted(at=self.now(), job=job, attempt=attempt, runner="r"))

    def lose(self) -> None:
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(JobLost(at=self.now(), job=job, attempt=attempt, reason="r died"))

    def repeat(self) -> None:
        """An event arrives again, perhaps long after."""
        self.deliver(pick(self.choices, self.history.steps).event)

    def cancel(self) -> None:
        self.cancels += 1
        by = pick(self.choices, ("ann", "bob", ""))
        self.deliver(CancelRequested(at=self.now(), by=by, force=bool(self.choices.below(2))))

    def talk_nonsense(self) -> None:
        """Something about a job or an attempt that may not exist, or another plan."""
        job = pick(self.choices, [job.key for job in self.plan.jobs] + ["nobody"])
        attempt = pick(self.choices, (0, 1, 2, 3, -1))
        nonsense: tuple[AnyEvent, ...] = (
            self.finished(job, attempt),
            JobStarted(at=self.now(), job=job, attempt=attempt),
            JobLost(at=self.now(), job=job, attempt=attempt, reason=""),
            RunRequested(at=self.now(), workflow="another"),
        )
        self.deliver(pick(self.choices, nonsense))

    def finished(self, job: str, attempt: int) -> JobFinished:
        provides = next((each.provides for each in self.plan.jobs if each.key == job), ())
        return JobFinished(
            at=self.now(),
            job=job,
            attempt=attempt,
            status=pick(self.choices, STATUSES),
            reason=pick(self.choices, ("because", "")),
            provided=some(self.choices, (*provides, "unheard of")),
            blocks=not once_in(self.choices, 5),
        )

    def now(self) -> float:
        self.at += 1.0
        return self.at
