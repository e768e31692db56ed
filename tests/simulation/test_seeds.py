"""Seeded runs: every rule over many of them, the same for ever, and none of them dull.

    python -m tests.simulation.test_seeds [FIRST] LAST

judges the runs of those seeds, without pytest and as fast as it can.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable

from tests.simulation.choices import Choices, Seeded, second
from tests.simulation.history import History, Step
from tests.simulation.plans import make_plan
from tests.simulation.rules import RULES
from tests.simulation.world import simulate

from praktika.engine.choice.select import select
from praktika.engine.run import JobState, Phase, Stage
from praktika.model.commands import Conclude, Dispatch, Remember, Revoke
from praktika.model.events import Admitted, AnyEvent, Approved, CancelRequested, RerunRequested
from praktika.model.result import Status
from praktika.model.wire import encode


def digest(seeds: range) -> str:
    """Of every event and command of these runs, and of some selections."""
    sha = hashlib.sha256()
    for seed in seeds:
        for step in simulate(Seeded(seed)).steps:
            sha.update(encode(step.event) + encode(step.commands))
        for step in simulate(Seeded(seed), reuse=second(seed)).steps:
            sha.update(encode(step.event) + encode(step.commands))
        plan = make_plan(Seeded(seed))
        sha.update(encode(select(plan, {job.key for job in plan.jobs[2:]})))
    return sha.hexdigest()


def judge(seed: int, reuse: Choices | None = None) -> None:
    """Every rule on the run of one seed; when one is broken, the history is told whole."""
    history = simulate(Seeded(seed), reuse=reuse)
    for rule in RULES:
        try:
            rule(history)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {rule.__name__}: {error}\n{history}") from error


def test_every_rule_holds_in_every_seeded_run(seeds: range) -> None:
    for seed in seeds:
        judge(seed)


def test_every_rule_holds_where_outcomes_travel_between_runs(seeds: range) -> None:
    for seed in seeds[::2]:
        judge(seed, second(seed))


def test_the_same_seed_is_the_same_run_in_every_process() -> None:
    """Sets and maps of strings have another order in each; no decision may hang on that."""
    code = "from tests.simulation.test_seeds import digest; print(digest(range(40)))"
    path = os.pathsep.join(filter(None, ["", *sys.path, os.getcwd()]))

    def other(hash_seed: str) -> str:
        around = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=around, capture_output=True, text=True, check=True
        ).stdout

    assert other("1") == other("2") == digest(range(40)) + "\n"


def test_the_adversary_gets_everywhere(seeds: range) -> None:
    """A simulation in which nothing goes wrong would prove nothing."""
    histories = [simulate(Seeded(seed)) for seed in seeds[:400]]
    often = len(histories) // 50
    counts = {what: sum(map(sees, histories)) for what, sees in SIGHTS.items()}
    assert {what: times for what, times in counts.items() if times < often} == {}


def test_the_adversary_gets_everywhere_where_outcomes_travel(seeds: range) -> None:
    histories = [simulate(Seeded(seed), reuse=second(seed)) for seed in seeds[:200]]
    often = len(histories) // 100
    counts = {what: sum(map(sees, histories)) for what, sees in SIGHTS_OF_REUSE.items()}
    assert {what: times for what, times in counts.items() if times < often} == {}


def _steps(history: History, kind: type[AnyEvent]) -> list[Step]:
    """The steps that an event of this kind brought forward."""
    return [step for step in history.steps if step.counts and isinstance(step.event, kind)]


def _cancels(history: History, *, alone: bool = False) -> int:
    cancels = _steps(history, CancelRequested)
    return sum(bool(each.event.job) == alone and each.before.plan is not None for each in cancels)


def _again(history: History) -> bool:
    return any(each.attempt > 1 for _, each in history.commands(Dispatch))


def _is_stopped_again(history: History) -> bool:
    return any(isinstance(each, Revoke) for after in history.successions for each in after.commands)


def _told(words: str) -> Callable[[History], bool]:
    def sees(history: History) -> bool:
        runs = [step.after for step, _ in history.commands(Conclude)]
        return any(words in state.reason for run in runs for state in run.jobs.values())

    return sees


def _phase(phase: Phase) -> Callable[[History], bool]:
    return lambda history: any(
        state.phase is phase for step in history.steps for state in step.after.jobs.values()
    )


def _rerun(history: History, stage: Stage, scope: str) -> bool:
    reruns = _steps(history, RerunRequested)
    return any(each.event.scope == scope and each.before.stage is stage for each in reruns)


def _admitted_wrongly(history: History, by: int) -> bool:
    """Whether a run that waits for its turn was told of another stay's."""
    return any(
        isinstance(step.event, Admitted)
        and step.before.stage is Stage.HELD
        and step.event.stay == step.before.stay + by
        for step in history.steps
    )


def _awaiting(history: History, kind: type[AnyEvent], *, counts: bool) -> list[Step]:
    """What happened while an approval was awaited."""
    return [
        step
        for step in history.steps
        if step.before.stage is Stage.AWAITING
        and isinstance(step.event, kind)
        and step.counts == counts
    ]


SIGHTS: dict[str, Callable[[History], bool]] = {
    "crash": lambda history: bool(history.successions),
    "cancel": lambda history: _cancels(history) > 0,
    "second cancel": lambda history: _cancels(history) > 1,
    "cancel of one": lambda history: _cancels(history, alone=True) > 0,
    "retry": _again,
    "retry by its author": _told("ended with FAIL"),
    "pause": _phase(Phase.PAUSED),
    "given up": _told("given up after"),
    "dropped": _told("which ended with"),
    "dropped in a chain": _told("which was dropped"),
    "no artifact": _told("needs artifact"),
    "not taken": _told("no runner took it"),
    "not taken for a cause": _told("are busy"),
    "overtime": _told("said nothing for"),
    "stop without an answer": _told("did not confirm"),
    "deadline": _told("the run's deadline"),
    "stop": lambda history: any(True for _ in history.commands(Revoke)),
    "stop again": _is_stopped_again,
    "no plan": lambda history: any(
        step.after.plan is None for step, _ in history.commands(Conclude)
    ),
    "rerun": lambda history: _rerun(history, Stage.CONCLUDED, "jobs"),
    "rerun of all": lambda history: _rerun(history, Stage.CONCLUDED, "all"),
    "rerun of what failed": lambda history: _rerun(history, Stage.CONCLUDED, "failed"),
    "rerun of a run that goes on": lambda history: _rerun(history, Stage.GOING, "jobs"),
    "rerun without a plan": lambda history: any(
        each.before.plan is None for each in _steps(history, RerunRequested)
    ),
    "rerun of failed tests": lambda history: any(
        state.tests_of for step in history.steps for state in step.after.jobs.values()
    ),
    "held": lambda history: any(step.after.stage is Stage.HELD for step in history.steps),
    "held again": lambda history: any(
        step.after.stage is Stage.HELD for step in _steps(history, RerunRequested)
    ),
    "admitted again": lambda history: any(each.event.stay for each in _steps(history, Admitted)),
    "admission of an earlier stay": lambda history: _admitted_wrongly(history, -1),
    "admission of a later stay": lambda history: _admitted_wrongly(history, 1),
    "cancelled while held": lambda history: any(
        step.before.stage is Stage.HELD for step in _steps(history, CancelRequested)
    ),
    "approved": lambda history: bool(_awaiting(history, Approved, counts=True)),
    "approved wrongly": lambda history: any(
        step.event.by and step.event.sha for step in _awaiting(history, Approved, counts=False)
    ),
    "approved by nobody": lambda history: any(
        not step.event.by for step in _awaiting(history, Approved, counts=False)
    ),
    "approved twice": lambda history: any(
        isinstance(step.event, Approved) and step.before.approved_by for step in history.steps
    ),
    "cancelled while awaited": lambda history: bool(
        _awaiting(history, CancelRequested, counts=True)
    ),
    "awaited again": lambda history: any(
        step.after.stage is Stage.AWAITING for step in _steps(history, RerunRequested)
    ),
    "approved, planned again": lambda history: any(
        step.before.plan is None and step.before.approved_by
        for step in _steps(history, RerunRequested)
    ),
    "crash while awaited": lambda history: any(
        each.after.stage is Stage.AWAITING for each in history.successions
    ),
    "silence": lambda history: any(calm.is_silent for calm in history.calms),
}


def _of_reused(history: History, sees: Callable[[JobState], bool]) -> bool:
    """Whether a reused job of a history was ever like this."""
    reused = [job.key for job in history.plan.jobs if job.decision == "reuse"]
    runs = [step.after for step in history.steps]
    return any(key in run.jobs and sees(run.jobs[key]) for run in runs for key in reused)


SIGHTS_OF_REUSE: dict[str, Callable[[History], bool]] = {
    "reused": lambda history: _of_reused(history, lambda state: state.status is Status.OK),
    "run again": lambda history: _of_reused(history, lambda state: state.attempt > 0),
    "run again with others": lambda history: any(
        history.jobs[each.job].decision == "reuse" and each.attempt > 1
        for _, each in history.commands(Dispatch)
    ),
    "stopped before its time": lambda history: _of_reused(
        history, lambda state: state.status is Status.DROPPED and not state.is_again
    ),
    "waits for its turn": lambda history: any(
        step.after.stage is Stage.HELD and any(job.decision == "reuse" for job in history.plan.jobs)
        for step in history.steps
    ),
    "reads what was reused": lambda history: any(
        history.jobs[need.job].decision == "reuse" and need.artifacts
        for _, each in history.commands(Dispatch)
        for need in history.jobs[each.job].needs
    ),
    "does without what is left out": lambda history: any(
        job.decision == "reuse" and history.jobs[need.job].decision == "skip"
        for job in history.plan.jobs
        for need in job.needs
    ),
    "remembered": lambda history: any(True for _ in history.commands(Remember)),
    "remembered by a successor": lambda history: any(
        isinstance(each, Remember) for after in history.successions for each in after.commands
    ),
    "no attempt counts": lambda history: any(
        0 in state.inputs.values() for step in history.steps for state in step.after.jobs.values()
    ),
}


if __name__ == "__main__":
    for number in range(*map(int, sys.argv[1:] or ["500"])):
        judge(number)
        judge(number, second(number))
