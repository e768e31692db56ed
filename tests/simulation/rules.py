"""The safety rules of `praktika.engine`, each as a judge of one history.

Each function has the name of its rule, and raises AssertionError when the history breaks it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.history import History, Step, Succession
from tests.simulation.oracle import Oracle

from praktika.engine.explain import explain
from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.engine.run import Phase, Run, Stage
from praktika.model.commands import Conclude, Dispatch, Revoke
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RunRequested,
)
from praktika.model.plan import Job, Need
from praktika.model.result import Status

Rule = Callable[[History], None]


def needs_first(history: History) -> None:
    """A job is dispatched only when everything that it needs is settled, and well."""
    oracle = Oracle()
    for step in history.steps:
        oracle.watch(step)
        for command in step.commands:
            if isinstance(command, Dispatch):
                job = history.jobs[command.job]
                assert job.decision == "run", f"{job.key} was to be skipped"
                assert not step.after.failure
                for need in job.needs:
                    assert step.after.jobs[need.job].phase is Phase.SETTLED, f"{job.key}: {need}"
                    assert job.always_run or _went_well(history, oracle, need), f"{job.key}: {need}"


def _went_well(history: History, oracle: Oracle, need: Need) -> bool:
    fate = oracle.fate(need.job)
    if fate is Status.SKIPPED and need.job not in oracle.endings:
        return not need.artifacts
    ending = oracle.endings.get(need.job)
    if ending is None or fate is Status.DROPPED:
        return False
    job = history.jobs[need.job]
    return (ending.status.is_ok or job.allow_failure or not ending.blocks) and all(
        artifact in ending.provided for artifact in need.artifacts
    )


def one_live_attempt(history: History) -> None:
    """A job has at most one attempt that counts: a new one only when the last one is lost."""
    latest: dict[str, int] = {}
    for step in history.steps:
        for command in step.commands:
            if not isinstance(command, Dispatch):
                continue
            assert command.attempt == latest.get(command.job, 0) + 1, command
            assert command.attempt <= MAX_LOST_ATTEMPTS, command
            if command.attempt > 1:
                assert isinstance(step.event, JobLost), command
                assert (step.event.job, step.event.attempt) == (command.job, command.attempt - 1)
            latest[command.job] = command.attempt
        for key, attempt in latest.items():
            assert step.after.jobs[key].attempt == attempt, key


def stale_is_silent(history: History) -> None:
    """A repeated or outdated event changes nothing and asks for nothing."""
    latest: dict[str, int] = {}
    for step in history.steps:
        if _is_stale(step, latest):
            _assert_silent(step)
        if step.after == step.before:
            _assert_silent(step)
        again = history.engine.step(step.after, step.event)
        _assert_silent(Step(step.after, step.event, again.run, again.commands))
        for command in step.commands:
            if isinstance(command, Dispatch):
                latest[command.job] = command.attempt


def _assert_silent(step: Step) -> None:
    assert step.after is step.before, f"changed by {step.event}"
    assert step.commands == (), f"asked for {step.commands} by {step.event}"


def _is_stale(step: Step, latest: dict[str, int]) -> bool:
    run, event = step.before, step.event
    match event:
        case RunRequested():
            return run.stage is not Stage.NEW
        case Planned() | PlanFailed():
            return run.stage is not Stage.PLANNING
        case CancelRequested():
            return run.stage in {Stage.NEW, Stage.CONCLUDED}
        case JobStarted() | JobFinished() | JobLost():
            outdated = latest.get(event.job) != event.attempt
            if outdated or run.jobs[event.job].phase is Phase.SETTLED:
                return True
            return isinstance(event, JobStarted) and run.jobs[event.job].phase is Phase.RUNNING


def settled_stays(history: History) -> None:
    """A settled job never changes, nor does a concluded run."""
    for step in history.steps:
        for key, state in step.before.jobs.items():
            if state.phase is Phase.SETTLED:
                assert step.after.jobs[key] == state, f"{key}: {step.event}"
        if step.before.stage is Stage.CONCLUDED:
            assert step.after == step.before, step.event
            assert not step.commands, step.event


def concluded_once(history: History) -> None:
    """A run concludes once, when every job is settled, and not before."""
    times = 0
    for step in history.steps:
        conclusions = [command for command in step.commands if isinstance(command, Conclude)]
        times += len(conclusions)
        assert len(conclusions) == (_is_over(step.after) and not _is_over(step.before)), step.event
        assert not conclusions or step.commands[-1] is conclusions[0]
    assert times == 1, f"concluded {times} times"
    assert len(set(history.concluded)) == 1, history.concluded


def _is_over(run: Run) -> bool:
    if run.stage in {Stage.NEW, Stage.PLANNING}:
        return False
    settled = all(state.phase is Phase.SETTLED for state in run.jobs.values())
    assert settled == (run.stage is Stage.CONCLUDED), run.stage
    return settled


def reason_always(history: History) -> None:
    """A job that did not run says why, in words that name what it hangs on; so does a lost plan."""
    run = history.last
    planless = run.plan is None and not run.cancelled_by
    assert bool(run.failure) == planless
    for key, state in run.jobs.items():
        job = history.jobs[key]
        if state.attempt == 0 or state.status is Status.DROPPED:
            assert state.reason.strip(), f"{key} is {state.status}"
            assert state.reason in explain(run, key)
        if state.status is Status.DROPPED and state.attempt == 0:
            assert _tells(job, state.reason, history), f"{key}: {state.reason}"
        if job.decision == "skip" and job.reason:
            assert state.reason == job.reason


def _tells(job: Job, reason: str, history: History) -> bool:
    if reason.startswith("cancelled by "):
        return any(isinstance(step.event, CancelRequested) for step in history.steps)
    return any(f"'{history.jobs[need.job].name}'" in reason for need in job.needs)


def due_is_enough(history: History) -> None:
    """From any state, carrying out `due` and answering leads to the conclusion.

    That is: a successor knows the same and asks for what the dead one may not have asked for; the
    run ends when everything is answered; and then no attempt goes on that nobody has stopped.
    """
    assert history.ended, "everything is answered, and the run is not over"
    assert not history.orphans, f"nobody stopped {history.orphans}"
    for succession in history.successions:
        run, commands = succession.after, succession.commands
        assert run == succession.before
        queued = {
            Dispatch(job=key, attempt=state.attempt)
            for key, state in run.jobs.items()
            if state.phase is Phase.QUEUED
        }
        assert {command for command in commands if isinstance(command, Dispatch)} == queued
        stopped = [command for command in commands if isinstance(command, Revoke)]
        assert sorted(stopped, key=repr) == sorted(_unanswered(history, succession), key=repr)
        over = run.stage is Stage.CONCLUDED
        assert [each for each in commands if isinstance(each, Conclude)] == (
            [Conclude(status=run.worst)] if over else []
        )


def _unanswered(history: History, succession: Succession) -> list[Revoke]:
    """The stops that were asked for before a crash, of attempts that have not reported since."""
    asked: dict[str, Revoke] = {}
    for step in history.steps[: succession.steps]:
        if step.after is not step.before and isinstance(step.event, JobFinished | JobLost):
            asked.pop(step.event.job, None)
        asked |= {each.job: each for each in step.commands if isinstance(each, Revoke)}
    return list(asked.values())


def cancel_is_final(history: History) -> None:
    """After a cancel only jobs that always run are begun, after a forced one none; what runs is stopped."""
    cancelled = forced = False
    revoked: set[tuple[str, int]] = set()
    for step in history.steps:
        if isinstance(step.event, CancelRequested) and step.before.stage is Stage.GOING:
            cancelled = True
            forced = forced or step.event.force
        for command in step.commands:
            if isinstance(command, Dispatch):
                assert not forced, command
                assert not cancelled or history.jobs[command.job].always_run, command
            if isinstance(command, Revoke):
                attempt = (command.job, command.attempt)
                assert cancelled, command
                assert forced or not history.jobs[command.job].always_run, command
                assert attempt not in revoked, f"{command} again"
                assert command.reason.strip(), command
                revoked.add(attempt)
        for key, state in step.after.jobs.items():
            if cancelled and (forced or not history.jobs[key].always_run):
                assert state.phase in {Phase.RUNNING, Phase.SETTLED}, f"{key}: {state}"
                assert state.phase is Phase.SETTLED or (key, state.attempt) in revoked, key


def as_the_oracle_says(history: History) -> None:
    """Every job, and the run, comes out as the recursive definition says."""
    oracle = Oracle.of(history)
    run = history.last
    expected = {key: oracle.fate(key) for key in oracle.jobs}
    assert {key: state.status for key, state in run.jobs.items()} == expected
    assert history.concluded[:1] == [oracle.verdict()]


RULES: tuple[Rule, ...] = (
    needs_first,
    one_live_attempt,
    stale_is_silent,
    settled_stays,
    concluded_once,
    reason_always,
    due_is_enough,
    cancel_is_final,
    as_the_oracle_says,
)
