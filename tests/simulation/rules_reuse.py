"""The safety rules about outcomes that travel between runs; see `rules`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.simulation.history import History, Step
from tests.simulation.rules_again import repeated

from praktika.engine.run import Phase, Run, Stage
from praktika.model.commands import Dispatch, Remember
from praktika.model.events import CancelRequested, JobFinished, RerunRequested, TimerFired
from praktika.model.plan import Job, Stored
from praktika.model.result import Status
from praktika.orchestrator.tasks import make_task


@dataclass
class Wishes:
    """Which reused jobs somebody asked for to be run here after all."""

    history: History
    run_here: set[str] = field(default_factory=set)

    def watch(self, step: Step) -> None:
        if not step.counts or not isinstance(step.event, RerunRequested):
            return
        for key in repeated(step):
            # One that was stopped before it took its outcome still takes it.
            has_outcome = step.before.jobs[key].status is not Status.DROPPED
            if self.history.jobs[key].decision == "reuse" and has_outcome:
                self.run_here.add(key)

    def stands_on_earlier(self, job: Job) -> bool:
        return job.decision == "reuse" and job.key not in self.run_here


def reused_is_not_run(history: History) -> None:
    """A reused job is well as soon as the run begins, and runs only if somebody asks for it again.

    It waits for nothing; but as long as the run waits for its turn, so does it.
    """
    wishes = Wishes(history)
    for step in history.steps:
        wishes.watch(step)
        for command in step.commands:
            if isinstance(command, Dispatch):
                job = history.jobs[command.job]
                assert not wishes.stands_on_earlier(job), f"{command} by {step.event}"
        for key, state in step.after.jobs.items():
            job, before = history.jobs[key], step.before.jobs.get(key)
            if not wishes.stands_on_earlier(job) or state is before:
                continue
            if step.after.stage is Stage.HELD or _is_stopped_before_its_turn(step):
                assert state.status is not Status.OK, f"{key}: {step.event}"
                continue
            assert state.phase is Phase.SETTLED, f"{key} waits for something: {step.event}"
            assert state.status is Status.OK, f"{key} is {state.status}: {step.event}"
            assert state.attempt == 0, key
            assert state.stored == job.origin.stored, key
            assert state.provided == tuple(each.name for each in job.origin.stored), key
        if step.after.stage is Stage.GOING:
            reused = [j for j in history.plan.jobs if wishes.stands_on_earlier(j)]
            assert all(step.after.jobs[job.key].phase is Phase.SETTLED for job in reused)


def _is_stopped_before_its_turn(step: Step) -> bool:
    return step.before.stage is Stage.HELD and isinstance(step.event, CancelRequested | TimerFired)


def good_work_is_remembered(history: History) -> None:
    """What truly went well is remembered when it ends, by successors too; nothing else ever is.

    That is an attempt that ran here, counts, is OK by itself, ran all of the job, and got nothing
    but the output of such attempts.
    """
    good: dict[str, int] = {}
    soundness = Soundness(history)
    crashes = defaultdict(list)
    for succession in history.successions:
        crashes[succession.steps].append(succession)
    for number, step in enumerate(history.steps, start=1):
        if step.counts and isinstance(step.event, RerunRequested):
            good = {key: good[key] for key in good.keys() - repeated(step)}
        soundness.watch(step)
        expected = _worth_keeping(history, step, soundness)
        found = [each for each in step.commands if isinstance(each, Remember)]
        assert found == expected, f"{found}, not {expected}: {step.event}"
        good |= {each.job: each.attempt for each in expected}
        for succession in crashes[number]:
            again = [each for each in succession.commands if isinstance(each, Remember)]
            assert {each.job: each.attempt for each in again} == good, f"{again}, not {good}"
            assert len(again) == len(good)


class Soundness:
    """Which attempts truly went well, and which got the output of others only."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.well: set[tuple[str, int]] = set()
        self.doubtful: set[tuple[str, int]] = set()

    def watch(self, step: Step) -> None:
        if self.is_good_end(step):
            self.well.add((step.event.job, step.event.attempt))
        for command in step.commands:
            if isinstance(command, Dispatch):
                inputs = make_task("r", step.after, command.job, "").inputs
                needs = [n for n in self.history.jobs[command.job].needs if n.kind != "order"]
                if not all(self._is_well(need.job, inputs.get(need.job)) for need in needs):
                    self.doubtful.add((command.job, command.attempt))

    def is_good_end(self, step: Step) -> bool:
        event = step.event
        if not step.counts or not isinstance(event, JobFinished):
            return False
        is_whole = not step.before.jobs[event.job].tests_of
        is_good = event.status is Status.OK and not event.is_forced and not event.verdict
        return is_whole and is_good and (event.job, event.attempt) not in self.doubtful

    def _is_well(self, key: str, attempt: int | None) -> bool:
        if attempt is None and self.history.jobs[key].decision == "reuse":
            return True
        return (key, 1 if attempt is None else attempt) in self.well


def _worth_keeping(history: History, step: Step, soundness: Soundness) -> list[Remember]:
    event = step.event
    if not soundness.is_good_end(step):
        return []
    has_name = history.plan.caches and history.jobs[event.job].digest
    return [Remember(job=event.job, attempt=event.attempt)] * bool(has_name)


EARLIER = 0
"""Stands for the attempt of an earlier run."""


class Readers:
    """Which attempt of what a job reads from counts for it.

    That is the one which counted when the last change to what it waited for came about; None if
    what it needed has come to its end without one.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.wishes = Wishes(history)
        self.left: dict[tuple[str, int], tuple[Stored, ...]] = {}
        self.counting: dict[str, int | None] = {}
        self.known: dict[str, dict[str, int | None]] = {}

    def watch(self, step: Step) -> None:
        self.wishes.watch(step)
        event = step.event
        settled = set()
        for key, state in step.after.jobs.items():
            before = step.before.jobs.get(key)
            if state is before:
                continue
            self.counting.pop(key, None)
            if state.phase is Phase.SETTLED:
                settled.add(key)
                self.counting[key] = self._counting(step, key)
        if step.counts and isinstance(event, JobFinished):
            self.left[event.job, event.attempt] = event.stored
        for key, job in self.history.jobs.items():
            if key not in step.after.jobs or step.after.jobs[key] is step.before.jobs.get(key):
                continue
            before = step.before.jobs.get(key)
            is_new = before is None or before.phase is Phase.SETTLED
            if not is_new and before.phase is not Phase.WAITING:
                continue
            known = {} if is_new else self.known[key]
            self.known[key] = known | {
                need.job: self.counting[need.job]
                for need in job.needs
                if need.job in self.counting and (is_new or need.job in settled)
            }

    def _counting(self, step: Step, key: str) -> int | None:
        job, before = self.history.jobs[key], step.before.jobs.get(key)
        if self.wishes.stands_on_earlier(job):
            return EARLIER if step.after.jobs[key].status is Status.OK else None
        if before is None or before.phase not in {Phase.QUEUED, Phase.RUNNING}:
            return None
        given_up = {past.attempt for past in step.after.jobs[key].past}
        return None if before.attempt in given_up else before.attempt

    def assert_told(self, run: Run, command: Dispatch) -> None:
        job = self.history.jobs[command.job]
        task = make_task("r", run, job.key, "inbox")
        assert task.attempt == command.attempt
        inputs: dict[str, int] = {}
        stored: list[Stored] = []
        for need in job.needs:
            provider, attempt = self.history.jobs[need.job], self.known[job.key][need.job]
            goes_without_saying = EARLIER if provider.decision == "reuse" else 1
            is_read = need.kind != "order" and provider.decision != "skip"
            if is_read and attempt != goes_without_saying:
                inputs[need.job] = attempt or 0
            if attempt is not None:
                left = (
                    provider.origin.stored
                    if not attempt
                    else self.left.get((need.job, attempt), ())
                )
                stored += [each for each in left if each.name in need.artifacts]
        assert task.inputs == inputs, f"{task.inputs}, not {inputs}: {command}"
        assert list(task.stored) == stored, f"{task.stored}, not {stored}: {command}"


def inputs_are_named(history: History) -> None:
    """A task names the records of what it brings in, as the attempts that count for it left them."""
    readers = Readers(history)
    crashes = defaultdict(list)
    for succession in history.successions:
        crashes[succession.steps].append(succession)
    for number, step in enumerate(history.steps, start=1):
        readers.watch(step)
        for command in step.commands:
            if isinstance(command, Dispatch):
                readers.assert_told(step.after, command)
        for succession in crashes[number]:
            for command in succession.commands:
                if isinstance(command, Dispatch):
                    readers.assert_told(succession.after, command)


RULES = (reused_is_not_run, good_work_is_remembered, inputs_are_named)
