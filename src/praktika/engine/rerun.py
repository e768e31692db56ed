"""Running jobs again: which ones follow from a request, and the run that begins with them. Pure.

Finished work is not repeated: only what was asked for, what it cannot do without, and what was
made from it.
"""

from __future__ import annotations

from dataclasses import replace

from rpds import HashTrieMap, HashTrieSet

from praktika.engine.approval import planning
from praktika.engine.decision import Decision
from praktika.engine.due import joining
from praktika.engine.moves import Moves
from praktika.engine.outcome import Outcome, worse
from praktika.engine.reused import has_taken, is_to_take, with_doubt, with_input
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.events import RerunRequested, RerunScope
from praktika.model.plan import Job, Need
from praktika.model.result import Status


def rerun(run: Run, event: RerunRequested) -> Decision:
    """The decision on a request to run jobs again; nothing if there is nothing to run."""
    if event.id in run.heard:
        return Decision(run)
    heard = run.heard | {event.id}
    if run.stage is Stage.CONCLUDED and run.plan is None and run.requested is not None:
        anew = Run(
            requested=run.requested,
            heard=heard,
            approved_by=run.approved_by,
            began=event.at,
            at=run.at,
            round=run.round + 1,
            stay=run.stay + 1,
        )
        return planning(anew)
    if run.stage not in {Stage.GOING, Stage.CONCLUDED} or (run.cancelled_by and run.open):
        return Decision(run)
    keys = chosen(run, event)
    return _begin(replace(run, heard=heard), event, keys) if keys else Decision(run)


def chosen(run: Run, event: RerunRequested) -> dict[str, str]:
    """The jobs that are to run again, by key, each with the reason, in the order of the plan."""
    jobs = run.graph.jobs
    able = _able(run)
    named = frozenset(event.jobs)
    asked = (
        key
        for key in jobs
        if key in able and _is_asked_for(run.jobs[key], event.scope, is_named=key in named)
    )
    picked = dict.fromkeys(asked, f"run again by {event.by or 'somebody'}")
    for key in reversed(list(jobs)):
        if key in picked and not jobs[key].always_run and not is_to_take(jobs[key], run.jobs[key]):
            for need in jobs[key].needs:
                if need.job in able and _is_unmet(run, jobs[key], need):
                    picked.setdefault(need.job, f"run again, as '{jobs[key].name}' needs it")
    for key, job in jobs.items():
        source = _source(run, job, picked) if key in able and key not in picked else ""
        if source:
            picked[key] = f"run again after '{jobs[source].name}'"
    return {key: picked[key] for key in jobs if key in picked}


def _is_asked_for(state: JobState, scope: RerunScope, *, is_named: bool) -> bool:
    match scope:
        case "all":
            return True
        case "failed":
            return not state.status.is_ok
        case "jobs":
            return is_named


def _able(run: Run) -> set[str]:
    """The jobs that can be run again.

    They are settled, were not left out of the run, and do not need what was. What still is to
    take the outcome of an earlier run needs nothing.
    """
    able: set[str] = set()
    hopeless: set[str] = set()
    for key, job in run.graph.jobs.items():
        if job.decision == "skip" or run.jobs[key].phase is not Phase.SETTLED:
            continue
        is_free = job.always_run or is_to_take(job, run.jobs[key])
        if not is_free and any(
            (need.job in hopeless or run.graph.jobs[need.job].decision == "skip")
            and _is_unmet(run, job, need)
            for need in job.needs
        ):
            hopeless.add(key)
        else:
            able.add(key)
    return able


def _is_unmet(run: Run, job: Job, need: Need) -> bool:
    state = run.jobs[need.job]
    if state.phase is not Phase.SETTLED:
        return False
    return Outcome.of(run.graph.jobs[need.job], state).consequence(need, job) is not None


def _source(run: Run, job: Job, picked: dict[str, str]) -> str:
    """The first job run again that this one follows, or "" if it does not, or cannot run anyway.

    What reads another job's output follows it. What only had to come later follows if it was
    dropped, or if it runs always, as it then looks at the run as a whole. An outcome of an earlier
    run was made from others of that kind only.
    """
    if is_to_take(job, run.jobs[job.key]):
        return ""
    is_earlier = has_taken(job, run.jobs[job.key])
    comes_anyway = job.always_run or run.jobs[job.key].status is Status.DROPPED
    sources = [
        need.job
        for need in job.needs
        if need.job in picked
        and (need.kind != "order" or comes_anyway)
        and (not is_earlier or has_taken(run.graph.jobs[need.job], run.jobs[need.job]))
    ]
    blocked = not job.always_run and any(
        need.job not in picked and _is_unmet(run, job, need) for need in job.needs
    )
    return sources[0] if sources and not blocked else ""


def _begin(run: Run, event: RerunRequested, keys: dict[str, str]) -> Decision:
    """The run in which these jobs wait again, and the first of them are dispatched."""
    assert run.plan is not None
    is_queued = run.stage is Stage.CONCLUDED and _waits_for_group(run)
    deadline = event.at + run.plan.timeout if run.plan.timeout else 0.0
    going = replace(
        run,
        stage=Stage.HELD if is_queued else Stage.GOING,
        cancelled_by="",
        forced=False,
        expired=False,
        round=run.round + 1,
        stay=run.stay + 1 if run.stage is Stage.CONCLUDED else run.stay,
        began=event.at if run.stage is Stage.CONCLUDED else run.began,
        worst=_worst_of_others(run, keys),
        deadline=deadline if run.stage is Stage.CONCLUDED else run.deadline,
    )
    moves = Moves(going, event.at)
    moves.open += len(keys)
    moves.arm(going.deadline)
    for key, reason in keys.items():
        moves.states[key] = _anew(run, event, key, reason, keys)
        for dependent, _ in run.graph.dependents[key]:
            if run.jobs[dependent].phase is Phase.WAITING:
                waiting = moves.state(dependent)
                moves.states[dependent] = replace(waiting, unmet=waiting.unmet + 1)
    if is_queued:
        moves.commands += joining(going)
    else:
        moves.begin()
    return moves.decision()


def _waits_for_group(run: Run) -> bool:
    assert run.plan is not None
    return bool(run.group) and run.plan.concurrency_policy == "queue"


def _worst_of_others(run: Run, keys: dict[str, str]) -> Status:
    """The verdict on the jobs that stay as they are."""
    verdict = Status.OK
    for key, job in run.graph.jobs.items():
        if key not in keys and run.jobs[key].phase is Phase.SETTLED:
            verdict = worse(verdict, Outcome.of(job, run.jobs[key]).weight)
    return verdict


def _anew(run: Run, event: RerunRequested, key: str, reason: str, keys: dict[str, str]) -> JobState:
    """The state of a job that is to run again; its earlier attempts are remembered."""
    state, job = run.jobs[key], run.graph.jobs[key]
    unsettled = {need.job for need in job.needs if run.jobs[need.job].phase is not Phase.SETTLED}
    had_failed_tests = bool(event.failed_tests and job.rerun_command) and (
        state.attempt > 0 and state.status is Status.FAIL
    )
    return JobState(
        attempt=state.attempt,
        unmet=sum(need.job in keys or need.job in unsettled for need in job.needs),
        reason=reason,
        since=event.at,
        past=state.retired(state.status, state.verdict, state.reason),
        is_again=not is_to_take(job, state),
        tests_of=state.attempt if had_failed_tests else 0,
        inputs=_inputs(run, job),
        doubts=_doubts(run, job),
    )


def _inputs(run: Run, job: Job) -> HashTrieMap[str, int]:
    """Which attempts of what a job reads from count for it, of what is settled."""
    inputs: HashTrieMap[str, int] = HashTrieMap()
    for need in job.needs:
        if run.jobs[need.job].phase is Phase.SETTLED:
            inputs = with_input(inputs, need, run.graph.jobs[need.job], run.jobs[need.job])
    return inputs


def _doubts(run: Run, job: Job) -> HashTrieSet[str]:
    """What a job reads from, is settled, and did not truly go well."""
    doubts: HashTrieSet[str] = HashTrieSet()
    for need in job.needs:
        if run.jobs[need.job].phase is Phase.SETTLED:
            doubts = with_doubt(doubts, need, run.graph.jobs[need.job], run.jobs[need.job])
    return doubts
