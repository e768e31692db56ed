"""The safety rules of `praktika.engine`, each as a judge of one history.

Each function has the name of its rule, and raises AssertionError when the history breaks it. Here
are those about one round of a run; `rules_again` has those about retries, reruns, time and groups.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation import rules_again, rules_approval, rules_reuse
from tests.simulation.history import History, Step, Succession
from tests.simulation.oracle import Oracle

from praktika.engine.explain import explain
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.commands import Conclude, Dispatch, Revoke, SetTimer
from praktika.model.events import (
    Admitted,
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
)
from praktika.model.plan import Job, Need
from praktika.model.result import Status

Rule = Callable[[History], None]

NOT_BEGUN = {Stage.NEW, Stage.AWAITING, Stage.PLANNING}


def needs_first(history: History) -> None:
    """A job is dispatched only when everything that it needs is settled, and well."""
    oracle = Oracle()
    for step in history.steps:
        oracle.watch(step)
        for command in step.commands:
            if isinstance(command, Dispatch):
                job = history.jobs[command.job]
                assert job.decision != "skip", f"{job.key} was to be skipped"
                assert not step.after.failure
                for need in job.needs:
                    assert step.after.jobs[need.job].phase is Phase.SETTLED, f"{job.key}: {need}"
                    assert job.always_run or _went_well(history, oracle, need), f"{job.key}: {need}"


def _went_well(history: History, oracle: Oracle, need: Need) -> bool:
    fate = oracle.fates.get(need.job)
    if fate is None or fate.status is Status.DROPPED:
        return False
    tolerated = history.jobs[need.job].allow_failure or not fate.blocks
    return (fate.status.is_ok or tolerated) and all(
        artifact in fate.provided for artifact in need.artifacts
    )


def one_live_attempt(history: History) -> None:
    """A job has at most one attempt that counts: a new one only when the last one is at an end."""
    latest: dict[str, int] = {}
    ended: set[tuple[str, int]] = set()
    for step in history.steps:
        if step.counts and isinstance(step.event, JobFinished | JobLost):
            ended.add((step.event.job, step.event.attempt))
        for command in step.commands:
            if isinstance(command, Revoke):
                ended.add((command.job, command.attempt))
            if isinstance(command, Dispatch):
                last = latest.get(command.job, 0)
                assert command.attempt == last + 1, command
                assert not last or (command.job, last) in ended, f"{command} beside the last one"
                assert _has_cause(step, command), f"{command} by {step.event}"
                latest[command.job] = command.attempt
        for key, attempt in latest.items():
            assert step.after.jobs[key].attempt == attempt, key


def _has_cause(step: Step, command: Dispatch) -> bool:
    """Whether the attempt is the first of a round, or the last one just ended or had its pause."""
    before = step.before.jobs.get(command.job)
    if before is None or before.phase is Phase.WAITING:
        return True
    match before.phase:
        case Phase.PAUSED:
            return isinstance(step.event, TimerFired)
        case Phase.SETTLED:
            return isinstance(step.event, RerunRequested)
        case _:
            return isinstance(step.event, JobFinished | JobLost) and step.event.job == command.job


def stale_is_silent(history: History) -> None:
    """A repeated or outdated event changes nothing and asks for nothing."""
    latest: dict[str, int] = {}
    for step, stay in zip(history.steps, history.stays, strict=False):
        if _is_stale(step, latest, stay):
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


def _is_stale(step: Step, latest: dict[str, int], stay: int) -> bool:
    run, event = step.before, step.event
    match event:
        case RunRequested():
            return run.stage is not Stage.NEW
        case Planned() | PlanFailed():
            return run.stage is not Stage.PLANNING
        case Admitted():
            return run.stage is not Stage.HELD or event.stay != stay
        case Approved():
            return run.stage is not Stage.AWAITING or event.id in run.heard
        case CancelRequested():
            over = run.stage in {Stage.NEW, Stage.CONCLUDED}
            return over or event.id in run.heard or (event.job != "" and event.job not in run.jobs)
        case RerunRequested():
            return event.id in run.heard or run.stage in NOT_BEGUN | {Stage.HELD}
        case TimerFired():
            return run.stage not in {Stage.GOING, Stage.HELD} or event.at < run.alarm
        case JobStarted() | JobFinished() | JobLost():
            if latest.get(event.job) != event.attempt:
                return True
            phases = {Phase.QUEUED, Phase.RUNNING}
            if isinstance(event, JobStarted):
                phases = {Phase.QUEUED}
            return run.jobs[event.job].phase not in phases


def settled_stays(history: History) -> None:
    """A settled job changes only when it is run again, and so does a concluded run."""
    for step in history.steps:
        if isinstance(step.event, RerunRequested):
            continue
        for key, state in step.before.jobs.items():
            if state.phase is Phase.SETTLED:
                assert step.after.jobs[key] == state, f"{key}: {step.event}"
        if step.before.stage is Stage.CONCLUDED:
            assert step.after == step.before, step.event
            assert not step.commands, step.event


def concluded_once(history: History) -> None:
    """A run concludes once a round, when every job is settled, and not before."""
    for step in history.steps:
        conclusions = [command for command in step.commands if isinstance(command, Conclude)]
        assert len(conclusions) == (_is_over(step.after) and not _is_over(step.before)), step.event
        assert not conclusions or step.commands[-1] is conclusions[0]
        assert not conclusions or conclusions[0].status is step.after.worst
        begins_again = _is_over(step.before) and not _is_over(step.after)
        assert not begins_again or isinstance(step.event, RerunRequested), step.event
    assert any(True for _ in history.commands(Conclude)), "never concluded"


def _is_over(run: Run) -> bool:
    if run.stage in NOT_BEGUN:
        return False
    settled = all(state.phase is Phase.SETTLED for state in run.jobs.values())
    assert settled == (run.stage is Stage.CONCLUDED), run.stage
    return settled


def reason_always(history: History) -> None:
    """A job that did not run, or not well enough, says why, in words that name what it hangs on."""
    for step in history.steps:
        for key, state in step.after.jobs.items():
            if step.before.jobs.get(key) is not state:
                _assert_told(history, step, key, state)
    for step, _ in history.commands(Conclude):
        run = step.after
        assert bool(run.failure) == (run.plan is None and not run.cancelled_by)


def _assert_told(history: History, step: Step, key: str, state: JobState) -> None:
    job = history.jobs[key]
    is_settled = state.phase is Phase.SETTLED
    text = explain(step.after, key)
    assert text.strip(), key
    if is_settled and (state.attempt == 0 or state.status is Status.DROPPED):
        assert state.reason.strip(), f"{key} is {state.status}"
        assert state.reason in text
    if is_settled and state.status is Status.DROPPED and state.attempt == 0:
        assert _tells(job, state.reason, history), f"{key}: {state.reason}"
    if is_settled and job.decision == "skip" and job.reason:
        assert state.reason == job.reason
    if state.phase in {Phase.PAUSED, Phase.QUEUED} and state.attempt > (
        state.phase is Phase.QUEUED
    ):
        assert state.reason.strip(), f"{key}: attempt {state.attempt}"
        assert state.reason in text
    if state.phase in {Phase.PAUSED, Phase.QUEUED} and isinstance(
        step.event, JobFinished | JobLost
    ):
        _assert_blamed(step.event, key, state)
    if is_settled and isinstance(step.event, TimerFired) and not state.status.is_ok:
        _assert_late(step, step.event, job, state)


def _assert_blamed(event: JobFinished | JobLost, key: str, state: JobState) -> None:
    """What is tried again says whether its last attempt was lost, or ended, and how."""
    if event.job != key:
        return
    is_lost = isinstance(event, JobLost)
    ended = "was lost" if is_lost else f"ended with {state.past[-1].status}"
    assert state.reason.startswith(f"attempt {event.attempt} {ended}"), state.reason


def _assert_late(step: Step, event: TimerFired, job: Job, state: JobState) -> None:
    """What time has ended names the time, and what is known of the cause."""
    assert state.reason.strip(), job.key
    before = step.before.jobs[job.key]
    if before.phase is Phase.QUEUED and state.status is Status.ERROR:
        label = job.runs_on[0] if job.runs_on else ""
        assert event.causes.get(label, "") in state.reason
        assert f"{step.after.plan.pickup_timeout:g} s" in state.reason
        assert "nobody asks for this" not in state.reason


def _tells(job: Job, reason: str, history: History) -> bool:
    if reason.startswith("cancelled by the run's deadline"):
        return bool(history.plan.timeout)
    if reason.startswith("cancelled by "):
        return any(isinstance(step.event, CancelRequested) for step in history.steps)
    return any(f"'{history.jobs[need.job].name}'" in reason for need in job.needs)


def due_is_enough(history: History) -> None:
    """From any state, carrying out `due` and answering leads to the conclusion.

    That is: a successor knows the same and asks for what the dead one may not have asked for; the
    run ends when everything is answered; and then no attempt goes on that nobody has stopped.
    """
    answered = [calm for calm in history.calms if not calm.is_silent]
    assert all(calm.is_over for calm in answered), "all is answered, and the run is not over"
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
        current = {(key, state.attempt) for key, state in run.jobs.items()}
        stopped = {(c.job, c.attempt) for c in commands if isinstance(c, Revoke)} & current
        assert stopped == unanswered(history, succession) & current
        over = run.stage is Stage.CONCLUDED
        assert [each for each in commands if isinstance(each, Conclude)] == (
            [Conclude(status=run.worst)] if over else []
        )
        timers = [each.at for each in commands if isinstance(each, SetTimer)]
        assert timers == ([run.alarm] if run.alarm else [])


def unanswered(history: History, succession: Succession) -> set[tuple[str, int]]:
    """The attempts that were asked to stop before a crash and have not reported since."""
    asked: set[tuple[str, int]] = set()
    for step in history.steps[: succession.steps]:
        if step.counts and isinstance(step.event, JobFinished | JobLost):
            asked.discard((step.event.job, step.event.attempt))
        asked |= {(each.job, each.attempt) for each in step.commands if isinstance(each, Revoke)}
    return asked


def cancel_is_final(history: History) -> None:
    """After a cancel only jobs that always run begin, after a forced one none; what runs is stopped.

    A job that was cancelled alone does not begin, either. All this holds until somebody asks for a
    rerun.
    """
    cancelled = forced = False
    alone: set[str] = set()
    revoked: set[tuple[str, int]] = set()
    for step in history.steps:
        event = step.event
        if step.counts and isinstance(event, RerunRequested):
            cancelled = forced = False
            alone = {key for key in alone if step.before.jobs[key] == step.after.jobs.get(key)}
        is_cancel = isinstance(event, CancelRequested) and step.counts and not event.job
        expires = step.after.expired and not step.before.expired
        if (is_cancel or expires) and step.before.stage is Stage.HELD:
            assert step.after.stage is Stage.CONCLUDED
            assert not any(isinstance(each, Dispatch | Revoke) for each in step.commands)
        elif (is_cancel or expires) and step.before.stage is Stage.GOING:
            cancelled = True
            forced = forced or (isinstance(event, CancelRequested) and event.force)
        if isinstance(event, CancelRequested) and event.job and step.counts:
            alone.add(event.job)
        for command in step.commands:
            if isinstance(command, Dispatch):
                assert not forced, command
                assert not cancelled or history.jobs[command.job].always_run, command
                assert command.job not in alone, command
            if isinstance(command, Revoke):
                attempt = (command.job, command.attempt)
                spared = history.jobs[command.job].always_run and not forced
                is_late = isinstance(event, TimerFired)
                assert command.job in alone or is_late or (cancelled and not spared), command
                assert attempt not in revoked, f"{command} again"
                assert command.reason.strip(), command
                revoked.add(attempt)
        for key, state in step.after.jobs.items():
            spared = history.jobs[key].always_run and not forced
            if key in alone or (cancelled and not spared):
                assert state.phase in {Phase.RUNNING, Phase.SETTLED}, f"{key}: {state}"
                assert state.phase is Phase.SETTLED or (key, state.attempt) in revoked, key


def as_the_oracle_says(history: History) -> None:
    """Every job, and the run, comes out as the recursive definition says."""
    oracle = Oracle()
    for step in history.steps:
        oracle.watch(step)
        settled = {
            key: state.status
            for key, state in step.after.jobs.items()
            if state.phase is Phase.SETTLED
        }
        assert settled == {key: fate.status for key, fate in oracle.fates.items()}, step.event
        assert (step.after.stage is Stage.CONCLUDED) == oracle.is_over, step.event
        for command in step.commands:
            if isinstance(command, Conclude):
                assert command.status == oracle.verdict(), step.event


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
    *rules_again.RULES,
    *rules_approval.RULES,
    *rules_reuse.RULES,
)
