"""The safety rules about retries, reruns, time, stops and concurrency groups; see `rules`."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.simulation.history import History, Step
from tests.simulation.oracle import GOOD, OPEN

from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.commands import Conclude, Dispatch, Enter, Leave, Revoke, SetTimer
from praktika.model.events import (
    Admitted,
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    RerunRequested,
    TimerFired,
)
from praktika.model.plan import Job
from praktika.model.result import Status

UNDER_WAY = {Phase.QUEUED, Phase.RUNNING}


def retries_are_bounded(history: History) -> None:
    """A failed attempt is tried again as often as it may be, after its pause, and no more."""
    losses: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for step in history.steps:
        event = step.event
        if step.counts and isinstance(event, RerunRequested):
            for key in repeated(step):
                losses[key] = failures[key] = 0
        if not step.counts or not isinstance(event, JobFinished | JobLost):
            continue
        job, after = history.jobs[event.job], step.after.jobs[event.job]
        was_stopped = step.before.jobs[event.job].revoked
        if was_stopped:
            assert after.phase is Phase.SETTLED, f"{job.key} was asked to stop"
        elif _is_loss(event):
            losses[job.key] += 1
            pauses = (*history.plan.pauses, *history.plan.pauses[-1:] * MAX_LOST_ATTEMPTS, 0.0)
            pause = pauses[min(losses[job.key], len(pauses)) - 1]
            _assert_again(step, after, pause, again=losses[job.key] < MAX_LOST_ATTEMPTS)
        elif _is_authors(event):
            failures[job.key] += 1
            _assert_again(step, after, 0.0, again=failures[job.key] <= job.retries)
        else:
            assert after.phase is Phase.SETTLED, f"{job.key} is tried again: {event}"


def _is_loss(event: JobFinished | JobLost) -> bool:
    if isinstance(event, JobLost):
        return True
    is_error = event.status is Status.ERROR or event.status in OPEN
    return event.verdict == "infrastructure" and is_error


def _is_authors(event: JobFinished | JobLost) -> bool:
    is_bad = isinstance(event, JobFinished) and event.status not in GOOD
    return is_bad and event.verdict in {"author", "timeout"}


def _assert_again(step: Step, after: JobState, pause: float, *, again: bool) -> None:
    if not again:
        assert after.phase is Phase.SETTLED, f"tried again by {step.event}"
    elif pause:
        assert after.phase is Phase.PAUSED, f"no pause after {step.event}"
        assert after.deadline == step.event.at + pause
    else:
        dropped = after.phase is Phase.SETTLED and after.status is Status.DROPPED
        waits = after.phase is Phase.WAITING
        assert after.phase is Phase.QUEUED or dropped or waits, f"given up by {step.event}"


def attempts_are_remembered(history: History) -> None:
    """Every earlier attempt is kept, in order, with what became of it and who had it."""
    runners: dict[tuple[str, int], str] = {}
    answers: dict[tuple[str, int], JobFinished | JobLost] = {}
    for step in history.steps:
        event = step.event
        if step.counts and isinstance(event, JobStarted | JobFinished) and event.runner:
            runners.setdefault((event.job, event.attempt), event.runner)
        if step.counts and isinstance(event, JobFinished | JobLost):
            answers[event.job, event.attempt] = event
        for key, state in step.after.jobs.items():
            if step.before.jobs.get(key) is state:
                continue
            numbers = [past.attempt for past in state.past]
            ended = state.attempt if state.phase in {Phase.WAITING, Phase.PAUSED} else 0
            known = range(1, max(state.attempt, ended + 1))
            assert numbers in ([*known], [*known, state.attempt]), f"{key}: {numbers}"
            for past in state.past:
                attempt = (key, past.attempt)
                assert past.runner == runners.get(attempt, ""), past
                assert past.status.is_settled, past
                assert past.revoked == (attempt not in answers), past
                assert past.reason.strip() or attempt in answers, past
                if attempt in answers and isinstance(answers[attempt], JobFinished):
                    answer = answers[attempt]
                    assert past.status in {answer.status, Status.ERROR}, past
                    assert past.verdict in {answer.verdict, "cancelled"}, past
            _assert_tests(step, key, state)


def _assert_tests(step: Step, key: str, state: JobState) -> None:
    """Failed tests alone are run again only where that was asked for, and can be done."""
    event, before = step.event, step.before.jobs.get(key)
    if before is None or not isinstance(event, RerunRequested):
        assert state.tests_of == (before.tests_of if before else 0), key
    elif before != state and before.phase is Phase.SETTLED:
        job = step.after.graph.jobs[key]
        can = event.failed_tests and job.rerun_command and before.status is Status.FAIL
        assert state.tests_of == (before.attempt if can else 0), key


def finished_work_stays(history: History) -> None:
    """A rerun repeats what was asked for, what that cannot do without and what is made from it.

    Everything else that is settled stays as it is.
    """
    for step in history.steps:
        event = step.event
        if not step.counts or not isinstance(event, RerunRequested) or step.before.plan is None:
            continue
        again = repeated(step)
        assert again, event
        for key in again:
            job, before = history.jobs[key], step.before.jobs[key]
            assert before.phase is Phase.SETTLED, f"{key} was under way"
            assert job.decision != "skip", f"{key} was left out"
            asked = {
                "all": True,
                "failed": not before.status.is_ok,
                "jobs": key in event.jobs,
            }[event.scope]
            follows = any(
                need.job in again
                and (need.kind != "order" or job.always_run or before.status is Status.DROPPED)
                and (not is_earlier(job, before) or _is_earlier(history, step.before, need.job))
                for need in job.needs
            )
            assert asked or follows or _is_wanted(history, step.before, key, again), key
        for key, state in step.before.jobs.items():
            if key not in again and state.phase is not Phase.WAITING:
                assert step.after.jobs[key] == state, key


def is_earlier(job: Job, state: JobState) -> bool:
    """Whether a job's outcome is that of an earlier run."""
    return job.decision == "reuse" and state.attempt == 0 and state.status is Status.OK


def _is_earlier(history: History, run: Run, key: str) -> bool:
    return is_earlier(history.jobs[key], run.jobs[key])


def _is_wanted(history: History, before: Run, key: str, again: set[str]) -> bool:
    """Whether a job that is repeated cannot do without another try of this one."""
    state, job = before.jobs[key], history.jobs[key]
    is_bad = state.status is Status.DROPPED or not (
        state.status.is_ok or job.allow_failure or not state.blocks
    )
    return any(
        need.job == key and (is_bad or not {*need.artifacts} <= {*state.provided})
        for other in again
        if not history.jobs[other].always_run
        for need in history.jobs[other].needs
    )


def repeated(step: Step) -> set[str]:
    """The jobs that were settled and are not, or were settled otherwise, or have another attempt."""
    return {
        key
        for key, state in step.before.jobs.items()
        if state.phase is Phase.SETTLED and step.after.jobs.get(key) != state
    }


def reruns_end(history: History) -> None:
    """After any request for a rerun everything settles again, and the run concludes again."""
    conclusions = [number for number, step in enumerate(history.steps) if _concludes(step)]
    for number, step in enumerate(history.steps):
        if isinstance(step.event, RerunRequested) and step.before.stage is Stage.CONCLUDED:
            is_new = step.event.id not in step.before.heard
            assert step.counts or not is_new or step.before.plan, f"ignored: {step.event}"
        if step.counts and isinstance(step.event, RerunRequested):
            assert step.after.stage is not Stage.CONCLUDED, step.event
            assert step.after.round == step.before.round + 1
            assert any(later > number for later in conclusions), f"never ends: {step.event}"
    over = [step for step in history.steps if step.before.stage is Stage.CONCLUDED and step.counts]
    assert len(conclusions) == len(over) + 1, "a round without a conclusion"
    assert history.last.stage is Stage.CONCLUDED
    assert history.last.open == 0


def _concludes(step: Step) -> bool:
    return any(isinstance(command, Conclude) for command in step.commands)


def time_is_enough(history: History) -> None:
    """What waits for time moves on when only time passes: a timer is set whenever there is need."""
    silent = [calm for calm in history.calms if calm.is_silent]
    assert all(calm.is_over for calm in silent), "time passes, and the run is not over"
    expected: dict[str, float] = {}
    for step in history.steps:
        run, event = step.after, step.event
        for key, state in run.jobs.items():
            if step.before.jobs.get(key) is not state:
                expected[key] = _deadline(history, step, key, expected.get(key, 0.0))
            assert state.deadline == expected[key], f"{key}: {state.deadline}, not {expected[key]}"
        deadlines = _deadlines(run)
        if deadlines:
            assert 0 < run.alarm <= min(deadlines), f"no timer for {min(deadlines)}"
        timers = [each for each in step.commands if isinstance(each, SetTimer)]
        is_moved = isinstance(event, TimerFired) and step.counts
        if run.alarm and (is_moved or run.alarm != step.before.alarm):
            assert [timer.at for timer in timers] == [run.alarm], timers
            assert timers[0].after == max(0.0, run.alarm - event.at)
            assert run.alarm in deadlines, f"a timer for nothing: {timers}"
        else:
            assert not timers
        if isinstance(event, TimerFired):
            assert all(deadline > event.at for deadline in deadlines), f"not moved by {event}"


def _deadlines(run: Run) -> list[float]:
    if run.stage not in {Stage.HELD, Stage.GOING}:
        return []
    whole = [run.deadline] if run.deadline and not run.expired else []
    return whole + [state.deadline for state in run.jobs.values() if state.deadline]


def _deadline(history: History, step: Step, key: str, last: float) -> float:
    """When something has to happen to a job that has just changed, by itself."""
    plan, at = history.plan, step.event.at
    state, before = step.after.jobs[key], step.before.jobs.get(key)
    match state.phase:
        case Phase.QUEUED:
            return at + plan.pickup_timeout if plan.pickup_timeout else 0.0
        case Phase.RUNNING if state.revoked:
            is_new = before is None or not before.revoked
            return (at + plan.overtime if plan.overtime else 0.0) if is_new else last
        case Phase.RUNNING:
            is_new = before is None or before.phase is not Phase.RUNNING
            limit = at + history.jobs[key].timeout + plan.overtime if plan.overtime else 0.0
            return limit if is_new else last
        case Phase.PAUSED:
            return state.deadline if state.deadline > at else -1.0
        case _:
            return 0.0


def stopped_is_told(history: History) -> None:
    """An attempt that is given up without an answer is asked to stop, and successors ask again."""
    open_: dict[tuple[str, int], bool] = {}
    crashes = defaultdict(list)
    for succession in history.successions:
        crashes[succession.steps].append(succession)
    for number, step in enumerate(history.steps, start=1):
        if step.counts and isinstance(step.event, JobFinished | JobLost):
            open_.pop((step.event.job, step.event.attempt), None)
        for command in step.commands:
            if isinstance(command, Dispatch):
                open_[command.job, command.attempt] = False
            if isinstance(command, Revoke):
                open_[command.job, command.attempt] = True
        for (key, attempt), is_told in open_.items():
            state = step.after.jobs[key]
            if state.attempt != attempt or state.phase not in UNDER_WAY:
                assert is_told, f"attempt {attempt} of {key} goes on: {step.event}"
        for succession in crashes[number]:
            again = [(c.job, c.attempt) for c in succession.commands if isinstance(c, Revoke)]
            told = sorted(attempt for attempt, is_told in open_.items() if is_told)
            assert sorted(again) == told, f"{again}, not {told}"


def heard_once(history: History) -> None:
    """A request that has a name is acted upon once, however often and late it arrives."""
    heard: set[str] = set()
    for step in history.steps:
        named = CancelRequested | RerunRequested | Approved
        request = step.event.id if isinstance(step.event, named) else ""
        if request and step.counts:
            assert request not in heard, f"{step.event} again"
            if step.before.stage is not Stage.PLANNING:
                heard.add(request)
        assert heard <= step.after.heard, "forgot a request"


def waits_its_turn(history: History) -> None:
    """A run of a queued group dispatches nothing before it is admitted, and leaves when it is over.

    Each stay in a group is one of its own: it begins when a run that was over begins again.
    """
    for step, stay in zip(history.steps, history.stays[1:], strict=True):
        assert step.after.stay == stay, step.event
        _assert_held(step)
        _assert_place(step, stay)
    for succession in history.successions:
        stay = history.stays[succession.steps]
        _assert_place_is_kept(succession.after, succession.commands, stay)
    for calm in history.calms:
        assert not (calm.is_over and calm.tickets), f"over, and still in its group: {calm.tickets}"


def _assert_held(step: Step) -> None:
    """A run that waits for its turn dispatches nothing; only its turn lets it go on."""
    run = step.after
    if run.stage is Stage.HELD:
        assert not any(isinstance(each, Dispatch) for each in step.commands), step.event
        assert run.plan.concurrency_policy == "queue"
        assert all(s.phase in {Phase.WAITING, Phase.SETTLED} for s in run.jobs.values())
    if step.before.stage is Stage.HELD and run.stage is Stage.GOING:
        assert isinstance(step.event, Admitted), step.event
    if _begins(step):
        assert (run.stage is Stage.HELD) == _is_queued(run), step.event


def _begins(step: Step) -> bool:
    under_way = {Stage.HELD, Stage.GOING}
    return step.after.stage in under_way and step.before.stage not in under_way


def _is_queued(run: Run) -> bool:
    return bool(run.group) and run.plan.concurrency_policy == "queue"


def _assert_place(step: Step, stay: int) -> None:
    """A run joins its group when it begins, once a stay, and leaves it when it concludes."""
    run = step.after
    enters = [each for each in step.commands if isinstance(each, Enter)]
    leaves = [each for each in step.commands if isinstance(each, Leave)]
    is_planned = step.before.plan is not run.plan and run.plan is not None and run.group
    if (is_planned and (_is_queued(run) or not stay)) or (_begins(step) and _is_queued(run)):
        policy = run.plan.concurrency_policy
        assert enters == [Enter(group=run.group, policy=policy, stay=stay)]
    else:
        assert not enters
    if _concludes(step) and run.group:
        assert leaves == [_leave(run, stay)]
    else:
        assert not leaves


def _leave(run: Run, stay: int) -> Leave:
    return Leave(group=run.group, policy=run.plan.concurrency_policy, stay=stay)


def _assert_place_is_kept(run: Run, commands: tuple[object, ...], stay: int) -> None:
    """A successor is in the group as long as its run goes on, and leaves it then.

    It leaves it for all earlier stays in any case: the dead one may have had that still to do.
    """
    enters = [each for each in commands if isinstance(each, Enter)]
    leaves = [each for each in commands if isinstance(each, Leave)]
    is_over = run.stage is Stage.CONCLUDED
    over = range(stay + 1 if is_over else stay) if run.group else ()
    assert leaves == [_leave(run, each) for each in over]
    if not run.group or is_over:
        assert not enters
    elif _is_queued(run) or not stay:
        policy = run.plan.concurrency_policy
        assert enters == [Enter(group=run.group, policy=policy, stay=stay)]
    else:
        assert not enters, "an old run that is run again gives way to newer ones"


RULES = (
    retries_are_bounded,
    attempts_are_remembered,
    finished_work_stays,
    reruns_end,
    time_is_enough,
    stopped_is_told,
    heard_once,
    waits_its_turn,
)
