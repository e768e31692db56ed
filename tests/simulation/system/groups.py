"""The rule for concurrency groups."""

from __future__ import annotations

from itertools import combinations

from tests.simulation.system.history import History
from tests.simulation.system.story import Story, stories

from praktika.engine.run import Run

TOGETHER = 100.0
"""Calm seconds for which two runs stay in one group at most before the older one gives way."""


def groups_exclude(history: History) -> None:
    """Of a group's runs one goes on at a time, or only the newest one goes on to its end."""
    by_group: dict[str, list[Story]] = {}
    for story in stories(history).values():
        if story.run.group:
            by_group.setdefault(story.run.group, []).append(story)
    for members in by_group.values():
        for one, other in combinations(members, 2):
            if _policy(one.run) == "queue":
                _take_turns(one, other)
            else:
                _give_way(history, one, other)


def _policy(run: Run) -> str:
    assert run.plan is not None
    return run.plan.concurrency_policy


def _take_turns(one: Story, other: Story) -> None:
    for start, end in one.going():
        for other_start, other_end in other.going():
            together = max(start, other_start), min(end, other_end)
            assert together[0] >= together[1], f"{one.run_id} and {other.run_id} {together}"


def _give_way(history: History, one: Story, other: Story) -> None:
    """If both were in the group for long, the older one was cancelled."""
    older, newer = sorted((one, other), key=lambda each: (_asked(each.run), each.run_id))
    for stay in _stays(history, older.run_id):
        for other_stay in _stays(history, newer.run_id):
            start = max(stay[0], other_stay[0], history.calm)
            if min(stay[1], other_stay[1]) - start > TOGETHER:
                cancelled = any(chapter.after.cancelled_by for chapter in older.chapters)
                assert cancelled, f"{older.run_id} and {newer.run_id} from {start} on"


def _stays(history: History, run: str) -> list[tuple[float, float]]:
    return [
        (stay.since, stay.until or float("inf"))
        for stays in history.stays.values()
        for stay in stays
        if stay.ticket.run == run
    ]


def _asked(run: Run) -> float:
    assert run.requested is not None
    return run.requested.at
