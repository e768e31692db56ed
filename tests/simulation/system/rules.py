"""What the system promises, each as a judge of one history.

Each function has the name of its rule, and raises AssertionError when the history breaks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tests.simulation.system.actors import LEASE
from tests.simulation.system.approval import approved_once, nothing_unapproved
from tests.simulation.system.board import conclusions_are_announced
from tests.simulation.system.cache import good_work_is_kept
from tests.simulation.system.groups import groups_exclude
from tests.simulation.system.history import History
from tests.simulation.system.job import GLANCE, GRACE
from tests.simulation.system.story import end_of, stories

from praktika.engine.reused import is_to_take
from praktika.engine.run import Phase, Run, Stage
from praktika.model.events import JobFinished, JobLost, RerunRequested
from praktika.model.result import Result, Status
from praktika.model.wire import decode

Rule = Callable[[History], None]

SETTLING = 2 * LEASE
"""Seconds after which the trouble is over for good: what the dead had leased has come again."""


def every_run_concludes(history: History) -> None:
    """A run that was requested comes to its end, with a Result, whatever happened on its way."""
    assert history.ended is not None, history.end
    for run, story in stories(history).items():
        assert story.run.stage is Stage.CONCLUDED, f"{run} is {story.run.stage}"
        assert history.results[run], f"{run} has no result"


def nothing_stumbles(history: History) -> None:
    """Nothing is raised that is not one of praktika's own errors."""
    assert not history.stumbles, history.stumbles[0]


def one_counted_effect(history: History) -> None:
    """No attempt is executed twice, and what counts as done was done by the attempt that counts."""
    times = Counter(execution.attempt for execution in history.executions)
    assert all(count == 1 for count in times.values()), times.most_common(1)
    done = {execution.attempt: execution for execution in history.executions}
    for story in stories(history).values():
        for attempt, ending in story.endings().items():
            if isinstance(ending, JobFinished) and ending.status.is_ok:
                assert attempt in done, f"{attempt} counts and was never executed"
                assert done[attempt].effect is not None, f"{attempt} counts and had no effect"
                assert done[attempt].told == ending, f"{attempt}: {ending}"


def lost_means_lapsed(history: History) -> None:
    """An attempt is reported lost only if its runner does not hold its task any more."""
    for told in history.told:
        if not isinstance(told.event, JobLost) or told.process == "people":
            continue
        attempt = (told.run, told.event.job, told.event.attempt)
        claim = history.claims[attempt]
        if claim.message in history.twins or claim.process == told.process:
            continue
        held = history.held(claim, told.at)
        assert not held, f"{attempt} is at {claim.process}, and {told.process} says it is lost"


def nothing_published_after_the_lease(history: History) -> None:
    """A runner whose lease lapsed works no further, and shows nothing of its attempt.

    It cannot know that it stands still: what it has checked just before may be out of date.
    """
    for one in history.publications:
        claim = history.claims.get(one.attempt)
        assert claim is not None, f"{one.process} shows {one.what} without a claim"
        assert claim.process == one.process, f"{one.process} shows {one.what} of {claim.process}"
        held = history.held(claim, min(one.heard, one.at))
        assert held, f"{one.process} shows {one.what} at {one.at}"
    for execution in history.executions:
        if execution.effect is not None:
            held = history.held(history.claims[execution.attempt], execution.checked)
            assert held, f"{execution.process} went on with {execution.attempt}"


def results_agree(history: History) -> None:
    """The stored Result of a run says what its journal says, in the words of attempts that count.

    But for one that was written by a process which stood still over it, and died, or lost touch
    with the stores, before it looked at the journal again: it stays until the run's next event.
    """
    tokens = {
        execution.attempt: execution.token
        for execution in history.executions
        if execution.told is not None
    }
    told = {execution.attempt: execution.told for execution in history.executions}
    for run, story in stories(history).items():
        if not history.results[run] or _is_writer_gone(history, run):
            continue
        result = decode(history.results[run], Result)
        assert result.status is story.run.worst, f"{run}: {result.status}, {story.run.worst}"
        jobs = story.run.plan.jobs if story.run.plan else ()
        assert [part.name for part in result.results] == [job.name for job in jobs]
        endings = story.endings()
        for job, part in zip(jobs, result.results, strict=True):
            state = story.run.jobs[job.key]
            assert part.status is state.status, f"{run} {job.key}: {part.status}, {state.status}"
            attempt = (run, job.key, state.attempt)
            if state.past and state.past[-1].attempt == state.attempt:
                assert "token" not in part.ext, f"{attempt} is of another round"
            elif attempt in endings and endings[attempt] == told.get(attempt):
                assert part.ext.get("token") == tokens[attempt], f"{attempt}: another's Result"
            assert part.ext.get("attempt", state.attempt) == state.attempt, attempt


def _is_writer_gone(history: History, run: str) -> bool:
    process, at = history.wrote[run]
    is_cut_off = history.troubled.get((run, process), 0.0) >= at
    looked = history.looked.get((run, process), 0.0) >= at
    return (is_cut_off or process in history.deaths) and not looked


def journal_is_a_fold(history: History) -> None:
    """A journal has no gaps, holds what moved the run and nothing else, and is what all know."""
    lengths: Counter[str] = Counter()
    for written in history.written:
        assert written.position == lengths[written.run], f"{written.run}: {written.position}"
        lengths[written.run] += len(written.events)
    for run, story in stories(history).items():
        assert len(history.journals[run]) == lengths[run]
        for chapter in story.chapters:
            assert chapter.after is not chapter.before, f"{run}: {chapter.event} moved nothing"
    for known in history.known:
        assert known.position <= lengths[known.run], f"{known.process} knows too much"
        if known.position == lengths[known.run]:
            assert known.state == stories(history)[known.run].run, known.process


def no_message_is_left(history: History) -> None:
    """In the end no task, event or alarm goes round, and only poison has been set aside."""
    for queue, body in history.left:
        assert "-dead" in queue, f"{queue}: {body!r}"
        assert body in history.poisons, f"{queue}: {body!r}"


def inputs_are_there(history: History) -> None:
    """What a job needs has been stored when it begins, by the attempt that counts."""
    for execution in history.executions:
        assert not execution.missing, f"{execution.attempt}: no {execution.missing}"


def stops_arrive(history: History) -> None:
    """What was asked to stop ends soon, and what was asked before it began does not begin."""
    asked = {
        attempt: at
        for story in stories(history).values()
        for attempt, at in story.revoked().items()
    }
    for execution in history.executions:
        if execution.attempt not in asked:
            continue
        at, began = asked[execution.attempt], execution.began
        patience = LEASE if at > history.calm + SETTLING else LEASE + SETTLING
        latest = max(at, began, history.calm) + patience + GLANCE + GRACE
        end = end_of(history, execution)
        assert end <= latest, f"{execution.attempt} goes on until {end}, asked to stop at {at}"
        if began > max(at + LEASE, history.calm + SETTLING):
            assert execution.looks <= 1, f"{execution.attempt} was begun after its stop"


def lost_runner_is_noticed(history: History) -> None:
    """What a dead runner had is reported lost soon after its lease lapsed, by the next idle one."""
    ended: dict[object, float] = {}
    for told in history.told:
        if isinstance(told.event, JobFinished | JobLost):
            ended.setdefault((told.run, told.event.job, told.event.attempt), told.at)
    for attempt, claim in history.claims.items():
        died = history.deaths.get(claim.process)
        if died is None:
            continue
        since = max(died, history.calm)
        busy = sum(
            end_of(history, one) - max(since, one.began)
            for one in history.executions
            if end_of(history, one) > since
        )
        assert attempt in ended, f"nobody tells of {attempt}"
        latest = since + LEASE + SETTLING + busy
        assert ended[attempt] <= latest, f"{attempt} was lost at {died}, noticed {ended[attempt]}"


def told_truly(history: History) -> None:
    """Who watches runs is told of conclusions when they are true."""
    for process, run, stage, same in history.shown:
        assert stage is Stage.CONCLUDED, f"{process} says that {run} is over, which is {stage}"
        assert same, f"{process} tells another status of {run}"


def reruns_repeat_nothing_else(history: History) -> None:
    """A rerun gives new attempts to what was asked for, what that needs, and what follows from it."""
    for run, story in stories(history).items():
        for chapter in story.chapters:
            event = chapter.event
            if not isinstance(event, RerunRequested) or chapter.before.plan is None:
                continue
            before, after = chapter.before, chapter.after
            anew = {
                key
                for key in after.graph.jobs
                if before.jobs[key].phase is Phase.SETTLED
                and (after.jobs[key].phase is not Phase.SETTLED)
            }
            asked = _asked(event, before) - _hopeless(before)
            # What was stopped before it took its outcome may do so at once.
            run_here = {k for k in asked if not is_to_take(after.graph.jobs[k], before.jobs[k])}
            assert run_here <= anew, f"{run}: {run_here - anew} was asked for"
            related = set(asked)
            jobs = after.graph.jobs
            for key in reversed(list(jobs)):
                if key in related:
                    related |= {
                        need.job
                        for need in jobs[key].needs
                        if not before.jobs[need.job].status.is_ok or need.kind == "artifact"
                    }
            for key, job in jobs.items():
                if any(need.job in related for need in job.needs):
                    related.add(key)
            assert anew <= related, f"{run}: {anew - related} has nothing to do with {asked}"
            for key in anew - asked:
                fine = before.jobs[key].status.is_ok
                is_fed = any(
                    need.job in anew
                    for need in jobs[key].needs
                    if need.kind != "order" or jobs[key].always_run
                )
                assert not fine or is_fed or _lacks(key, before), f"{run}: {key} was well"


def _lacks(key: str, before: Run) -> bool:
    """Whether a job that went well has not left all that it should."""
    return bool(set(before.graph.jobs[key].provides) - set(before.jobs[key].provided))


def _hopeless(before: Run) -> set[str]:
    """The jobs that cannot run, as something that they need was left out."""
    found: set[str] = set()
    for key, job in before.graph.jobs.items():
        lacks = any(
            (need.job in found and before.jobs[need.job].status is Status.DROPPED)
            or (before.graph.jobs[need.job].decision == "skip" and need.artifacts)
            for need in job.needs
        )
        is_free = job.always_run or is_to_take(job, before.jobs[key])
        if lacks and job.decision != "skip" and not is_free:
            found.add(key)
    return found


def _asked(event: RerunRequested, run: Run) -> set[str]:
    jobs, states = run.graph.jobs, run.jobs
    open_to = {
        key for key in jobs if states[key].phase is Phase.SETTLED and jobs[key].decision != "skip"
    }
    match event.scope:
        case "all":
            return open_to
        case "jobs":
            return open_to & set(event.jobs)
        case "failed":
            return {key for key in open_to if not states[key].status.is_ok}


RULES: tuple[Rule, ...] = (
    nothing_stumbles,
    every_run_concludes,
    one_counted_effect,
    lost_means_lapsed,
    nothing_published_after_the_lease,
    results_agree,
    journal_is_a_fold,
    no_message_is_left,
    inputs_are_there,
    stops_arrive,
    lost_runner_is_noticed,
    told_truly,
    reruns_repeat_nothing_else,
    groups_exclude,
    good_work_is_kept,
    nothing_unapproved,
    approved_once,
    conclusions_are_announced,
)
