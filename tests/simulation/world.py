"""An adversary around the engine: everything that a network, a runner or a person may do to it.

It serves a run as the orchestrator does: journal what changed something, then carry out. Answers
come in any order, twice, late, with attempts and jobs that do not exist; runners vanish or fall
silent; timers fire late, twice and for nothing; people cancel and ask for reruns at any time; and
at any time the process dies, with its commands carried out or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import msgspec
from tests.simulation.choices import Choices, once_in, pick, some
from tests.simulation.history import Calm, Engine, History, Step, Succession
from tests.simulation.plans import make_plan, with_reuse

from praktika.engine.run import Run, Stage
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
from praktika.model.events import (
    Admitted,
    AnyEvent,
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RerunRequested,
    RunRequested,
    TimerFired,
    decode_event,
)
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.plan import Plan, Stored
from praktika.model.result import Status
from praktika.model.wire import encode

Attempt = tuple[str, int]

STATUSES = (*[Status.OK] * 3, Status.FAIL, Status.FAIL, Status.ERROR, Status.DROPPED, *Status)
VERDICTS = ("", "author", "infrastructure", "infrastructure", "timeout", "cancelled")
HEAD, MERGED = "the commit that was pushed", "the merge of it"
CAUSES = {"arm": "all 3 runners of pool 'arm' are busy", "large": "nobody asks for this"}


def simulate(
    choices: Choices, engine: Engine | None = None, reuse: Choices | None = None
) -> History:
    """The history of one run with an adversary, to its end, and of some reruns, to theirs.

    Args:
        choices: decide on everything.
        engine: the functions on trial.
        reuse: if given, decides which jobs take the outcome of an earlier run, and what is worth
            remembering for later ones.
    """
    plan = make_plan(choices)
    world = World(choices, engine or Engine(), with_reuse(plan, reuse) if reuse else plan, reuse)
    world.request()
    world.trouble()
    world.calm()
    for _ in range(choices.below(3)):
        world.rerun()
        world.trouble()
        world.calm()
    return world.history


class World:
    """One run and its surroundings.

    Attributes:
        live: attempts that runners have, or will take from the queue.
        seen: attempts that were ever queued; a second Dispatch of one does nothing.
        revoked: attempts that were asked to stop.
        timers: when each one fires, and the time that it tells of then.
        planning: whether somebody is making the plan.
        tickets: the stays for which the run is in its concurrency group.
        in_line: the stays for which its turn is still to be told.
        put_off: commands of earlier events that are carried out with the next ones.
        cancels: how often the run was cancelled.
        sha: the commit that somebody has to approve of.
    """

    def __init__(
        self, choices: Choices, engine: Engine, plan: Plan, reuse: Choices | None = None
    ) -> None:
        self.choices = choices
        self.reuse = reuse
        self.engine = engine
        self.plan = plan
        self.history = History(engine, plan)
        self.run = Run()
        self.at = 0.0
        self.live: list[Attempt] = []
        self.seen: set[Attempt] = set()
        self.revoked: set[Attempt] = set()
        self.timers: list[tuple[float, float]] = []
        self.planning = False
        self.tickets: set[int] = set()
        self.in_line: list[int] = []
        self.put_off: tuple[AnyCommand, ...] = ()
        self.cancels = 0
        self.sha = MERGED

    def request(self) -> None:
        pr_number = pick(self.choices, (0, 7))
        local = once_in(self.choices, 4)
        facts = Facts(repository="o/r", pr_number=pr_number, local=local, sha=MERGED)
        request = RunRequested(at=0.0, workflow="w", facts=facts)
        if once_in(self.choices, 4):
            request = msgspec.structs.replace(request, needs_approval=True)
            if self.choices.below(2):
                self.sha = HEAD
                subject = Subject(repository="o/r", sha=HEAD)
                request = msgspec.structs.replace(request, subject=subject)
        self.deliver(request)

    def trouble(self) -> None:
        """Whatever may happen to a run does."""
        often = (self.answer, self.start, self.start, self.repeat, self.talk_nonsense, self.lose)
        seldom = (
            *(self.tick, self.fire_early, self.tick),
            *(self.rerun, self.cancel_one, self.rerun, self.cancel_one),
        )
        for _ in range(self.choices.below(6 * len(self.plan.jobs) + 4)):
            if self.planning and not once_in(self.choices, 8):
                self.plan_it()
            elif self.run.stage is Stage.AWAITING and once_in(self.choices, 2):
                pick(self.choices, (self.approve, self.approve_wrongly, self.cancel))()
            elif self.in_line and once_in(self.choices, 3):
                self.admit()
            elif self.run.stage is Stage.HELD and once_in(self.choices, 3):
                pick(self.choices, (self.cancel_one, self.admit_wrongly))()
            elif self.run.stage is Stage.CONCLUDED and self.put_off:
                pick(self.choices, (self.rerun, self.repeat, self.crash))()
            elif once_in(self.choices, 5 if self.cancels else 25):
                self.cancel()
            elif once_in(self.choices, 15):
                self.crash()
            else:
                pick(self.choices, seldom if once_in(self.choices, 4) else often)()

    def calm(self) -> None:
        """Everything asked for is answered, until nothing is left; then the run must be over."""
        if once_in(self.choices, 2):
            self.crash()
        self.catch_up()
        ends_by_itself = bool(self.plan.pickup_timeout and self.plan.overtime)
        is_silent = ends_by_itself and bool(self.choices.below(2))
        for _ in range(40 * len(self.plan.jobs) + 40):
            if self.planning:
                self.plan_it()
            elif self.run.stage is Stage.AWAITING:
                self.approve()
            elif self.in_line:
                self.admit()
            elif self.live and not is_silent:
                self.answer()
            elif self.live and once_in(self.choices, 3):
                self.start()
            elif self.timers:
                self.tick()
            else:
                break
            self.catch_up()
        is_over = self.run.stage is Stage.CONCLUDED and bool(self.history.concluded)
        tickets = frozenset(self.tickets)
        self.history.calms.append(Calm(len(self.history.steps), is_silent, is_over, tickets))

    def deliver(self, event: AnyEvent) -> None:
        """One turn of the orchestrator; it may die before it has carried out everything."""
        event = decode_event(encode(event))
        if isinstance(event, JobStarted | JobFinished | JobLost) and self.is_secret(event):
            return
        decision = self.engine.step(self.run, event)
        self.history.steps.append(Step(self.run, event, decision.run, decision.commands))
        if isinstance(event, JobFinished | JobLost) and (event.job, event.attempt) in self.live:
            self.live.remove((event.job, event.attempt))
        if decision.run is self.run:
            return
        self.history.journal.append(event)
        self.run = decision.run
        self.put_off += decision.commands
        if once_in(self.choices, 12):
            self.carry_out(self.put_off[: self.choices.below(len(self.put_off) + 1)])
            self.crash()
        elif not once_in(self.choices, 10):
            self.catch_up()

    def is_secret(self, event: JobStarted | JobFinished | JobLost) -> bool:
        """Whether the event is about an attempt that nobody was told of yet."""
        state = self.run.jobs.get(event.job)
        is_current = state is not None and state.attempt == event.attempt > 0
        return is_current and (event.job, event.attempt) not in self.seen

    def catch_up(self) -> None:
        commands, self.put_off = self.put_off, ()
        self.carry_out(commands)

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
                case SetTimer():
                    self.timers.append((self.at + command.after, command.at))
                case Enter():
                    self.tickets.add(command.stay)
                    if command.policy == "queue":
                        self.in_line.append(command.stay)
                case Remember():
                    pass
                case Leave():
                    self.tickets.discard(command.stay)
                    self.in_line = [stay for stay in self.in_line if stay != command.stay]
                case Conclude():
                    self.history.concluded.append(command.status)
                    self.history.orphans |= set(self.live) - self.revoked
                case _:
                    assert_never(command)

    def crash(self) -> None:
        """The process dies; a successor reads the journal and goes on."""
        before = self.run
        self.planning = False
        self.put_off = ()
        self.run = self.engine.replay(self.history.journal)
        commands = self.engine.due(self.run)
        done = len(self.history.steps)
        self.history.successions.append(Succession(done, before, self.run, commands))
        self.carry_out(commands)

    def plan_it(self) -> None:
        self.planning = False
        if once_in(self.choices, 4 if self.run.approved_by else 20):
            self.deliver(PlanFailed(at=self.now(), reason="the declaration is broken"))
        else:
            self.deliver(Planned(at=self.now(), plan=self.plan))

    def approve(self) -> None:
        new = f"request-{len(self.history.steps)}"
        self.deliver(Approved(at=self.now(), by="ann", sha=self.sha, id=new))

    def approve_wrongly(self) -> None:
        """Another commit is approved, or nobody approves, or with a request that was heard."""
        by = pick(self.choices, ("ann", "bob", ""))
        sha = pick(self.choices, (HEAD, MERGED, ""))
        self.deliver(Approved(at=self.now(), by=by, sha=sha, id=self.request_id()))

    def admit(self) -> None:
        stay = pick(self.choices, self.in_line)
        self.in_line.remove(stay)
        self.deliver(Admitted(at=self.now(), stay=stay))

    def admit_wrongly(self) -> None:
        """A turn that was given for another stay is told now."""
        stay = self.run.stay + pick(self.choices, (-1, 1))
        self.deliver(Admitted(at=self.now(), stay=stay))

    def answer(self) -> None:
        """A runner reports whatever it likes about an attempt that it has."""
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(self.finished(job, attempt))

    def start(self) -> None:
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(JobStarted(at=self.lately(), job=job, attempt=attempt, runner="r"))

    def lose(self) -> None:
        if self.live:
            job, attempt = pick(self.choices, self.live)
            self.deliver(JobLost(at=self.lately(), job=job, attempt=attempt, reason="r died"))

    def repeat(self) -> None:
        """An event arrives again, perhaps long after."""
        self.deliver(pick(self.choices, self.history.steps).event)

    def tick(self) -> None:
        """Time passes until a timer fires, or one fires that is late already."""
        if self.timers:
            self.timers.sort()
            fires, at = self.timers.pop(0)
            self.at = max(self.at, fires)
            self.deliver(TimerFired(at=at, causes=pick(self.choices, (CAUSES, {}))))

    def fire_early(self) -> None:
        """A timer that was not set for now, or that is late and does not know it."""
        self.deliver(TimerFired(at=self.now(), causes=CAUSES))

    def cancel(self) -> None:
        self.cancels += 1
        by = pick(self.choices, ("ann", "bob", ""))
        force = bool(self.choices.below(2))
        self.deliver(CancelRequested(at=self.now(), by=by, force=force, id=self.request_id()))

    def cancel_one(self) -> None:
        job = pick(self.choices, [job.key for job in self.plan.jobs] + ["nobody"])
        self.deliver(CancelRequested(at=self.now(), by="ann", job=job, id=self.request_id()))

    def rerun(self) -> None:
        keys = [job.key for job in self.plan.jobs] + ["nobody"]
        event = RerunRequested(
            at=self.now(),
            by=pick(self.choices, ("eve", "")),
            id=self.request_id() or f"rerun-{len(self.history.steps)}",
            scope=pick(self.choices, ("failed", "jobs", "jobs", "all")),
            jobs=tuple(pick(self.choices, keys) for _ in range(1 + self.choices.below(2))),
            failed_tests=bool(self.choices.below(2)),
        )
        self.deliver(event)

    def request_id(self) -> str:
        """Of a request: mostly another one each time, sometimes none, or that of another request."""
        new = f"request-{len(self.history.steps)}"
        return pick(self.choices, (new, new, "", "request-a"))

    def talk_nonsense(self) -> None:
        """Something about a job or an attempt that may not exist, or another plan."""
        job = pick(self.choices, [job.key for job in self.plan.jobs] + ["nobody"])
        attempt = pick(self.choices, (0, 1, 2, 3, -1))
        nonsense: tuple[AnyEvent, ...] = (
            self.finished(job, attempt),
            JobStarted(at=self.now(), job=job, attempt=attempt),
            JobLost(at=self.now(), job=job, attempt=attempt, reason=""),
            RunRequested(at=self.now(), workflow="another"),
            Planned(at=self.now(), plan=self.plan),
            Admitted(at=self.now(), stay=self.run.stay),
            Approved(at=self.now(), by="eve", sha=self.sha),
        )
        self.deliver(pick(self.choices, nonsense))

    def finished(self, job: str, attempt: int) -> JobFinished:
        obeys = (job, attempt) in self.revoked and bool(self.choices.below(2))
        provides = next((each.provides for each in self.plan.jobs if each.key == job), ())
        event = JobFinished(
            at=self.lately(),
            job=job,
            attempt=attempt,
            status=Status.DROPPED if obeys else pick(self.choices, STATUSES),
            reason=pick(self.choices, ("because", "")),
            provided=some(self.choices, (*provides, "unheard of")),
            blocks=not once_in(self.choices, 5),
            verdict=pick(self.choices, VERDICTS),
            runner=pick(self.choices, ("r", "")),
        )
        return event if self.reuse is None else self.with_records(event, provides)

    def with_records(self, event: JobFinished, provides: tuple[str, ...]) -> JobFinished:
        """The same with what was stored, and whether it went well only as its author said so."""
        assert self.reuse is not None
        return msgspec.structs.replace(
            event,
            stored=tuple(
                Stored(name=name, sha256=f"{event.job} {event.attempt} {event.at}")
                for name in event.provided
                if name in provides
            ),
            is_forced=event.status is Status.OK and once_in(self.reuse, 6),
            verdict="" if event.status is Status.OK and self.reuse.below(3) else event.verdict,
        )

    def now(self) -> float:
        self.at += 1.0
        return self.at

    def lately(self) -> float:
        """When something happened of which the news arrive now."""
        return max(0.0, self.now() - self.choices.below(3))
