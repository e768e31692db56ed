"""The rule about outcomes that are kept for later runs; see `rules`."""

from __future__ import annotations

from tests.simulation.system.history import Attempt, History
from tests.simulation.system.plans import place, record
from tests.simulation.system.story import Story, stories

from praktika.engine.run import Phase
from praktika.model.events import JobFinished
from praktika.model.result import Status
from praktika.orchestrator import names

GIVEN_UP = 2.5
"""Seconds for which whoever gave up has tried in vain to store an outcome, at least."""


def good_work_is_kept(history: History) -> None:
    """In the end the cache holds what truly went well, in its scope, and nothing else.

    Excused is who tried in vain for some seconds: then the job runs once more, some day.
    """
    good: dict[Attempt, JobFinished] = {}
    for story in stories(history).values():
        good |= _good(story)
    for run, story in stories(history).items():
        if story.run.plan is None:
            continue
        for key, job in story.run.graph.jobs.items():
            state = story.run.jobs[key]
            is_standing = state.phase is Phase.SETTLED and state.status is Status.OK
            is_standing = is_standing and not state.doubts
            if is_standing and (run, key, state.attempt) in good:
                for name in (job.digest, names.LATEST):
                    kept = names.cached("o/r", story.run.plan.scope, key, name)
                    is_there = kept in history.records or history.in_vain.get(kept, 0.0) >= GIVEN_UP
                    assert is_there, f"{(run, key, state.attempt)} is not kept as {name}"
    for kept, one in history.records.items():
        attempt = (one.run, one.key, one.attempt)
        assert attempt in good, f"{attempt} is kept in {kept}"
        plan = history.plans[one.run]
        job = next(job for job in plan.jobs if job.key == one.key)
        assert (one.digest, one.scope) == (job.digest, plan.scope), kept
        expected = {names.cached("o/r", plan.scope, job.key, n) for n in (job.digest, names.LATEST)}
        assert kept in expected, kept
        assert one.stored == good[attempt].stored, f"{attempt} is kept with {one.stored}"
        for each in one.stored:
            data = history.artifacts.get(place(*attempt, each.name), b"")
            assert record(each.name, data) == each, f"{each} is not there"


def _good(story: Story) -> dict[Attempt, JobFinished]:
    """The attempts of a run that are worth keeping, each with the event that ended it."""
    plan = story.run.plan
    if plan is None or not plan.caches:
        return {}
    with_key = {job.key for job in plan.jobs if job.digest}
    return {
        attempt: event
        for attempt, event in story.endings().items()
        if isinstance(event, JobFinished)
        and event.job in with_key
        and event.status is Status.OK
        and not (event.is_forced or event.verdict)
    }
