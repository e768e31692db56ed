"""Every promise of the whole system in many seeded histories, none of them dull."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter

from tests.simulation.system.history import History
from tests.simulation.system.rules import RULES
from tests.simulation.system.story import stories
from tests.simulation.system.world import simulate

from praktika.engine.run import Stage
from praktika.model.events import Approved, CancelRequested, JobLost, RerunRequested, TimerFired
from praktika.model.result import Status


def digest(seeds: range) -> str:
    """Of everything that happened in these histories."""
    return hashlib.sha256("".join(simulate(seed).digest() for seed in seeds).encode()).hexdigest()


def test_every_promise_is_kept_and_the_trouble_gets_everywhere(seeds: range) -> None:
    """A simulation in which nothing goes wrong would prove nothing."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        seen.update(_trouble(_judged(seed)))
    often = len(seeds) // 50
    assert {what: seen[what] for what in TROUBLE if seen[what] < often} == {}


def test_every_promise_is_kept_where_outcomes_travel_between_runs(seeds: range) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds[::3]:
        seen.update(_travels(_judged(seed, reuse=True)))
    often = len(seeds) // 100
    assert {what: seen[what] for what in TRAVELS if seen[what] < often} == {}


def _judged(seed: int, *, reuse: bool = False) -> History:
    history = simulate(seed, reuse=reuse)
    for rule in RULES:
        try:
            rule(history)
        except AssertionError as error:
            told = f"seed {seed}: {rule.__name__}: {error}\n{history.tail()}"
            raise AssertionError(told) from error
    return history


def test_the_same_seed_is_the_same_history_in_every_process() -> None:
    code = "from tests.simulation.system.test_system import digest; print(digest(range(25)))"
    path = os.pathsep.join(filter(None, ["", *sys.path, os.getcwd()]))

    def other(hash_seed: str) -> str:
        around = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=around, capture_output=True, text=True, check=True
        ).stdout

    assert other("1") == other("2") == digest(range(25)) + "\n"


TRAVELS = ("reused", "reused and run again", "reused as an input", "kept", "kept with artifacts")


def _travels(history: History) -> set[str]:
    """What has travelled between runs."""
    runs = [story.run for story in stories(history).values()]
    states = [(run.graph.jobs[key], state) for run in runs for key, state in run.jobs.items()]
    reused = [state for job, state in states if job.decision == "reuse"]
    found = {
        "reused": any(state.status is Status.OK and not state.attempt for state in reused),
        "reused and run again": any(state.attempt for state in reused),
        "reused as an input": any("get runs/earlier/jobs/" in what for _, _, what in history.deeds),
        "kept": bool(history.records),
        "kept with artifacts": any(record.stored for record in history.records.values()),
    }
    return {what for what, happened in found.items() if happened}


TROUBLE = (
    "crash of an orchestrator",
    "crash of a runner",
    "pause",
    "failure",
    "lost answer",
    "conflict",
    "redelivery",
    "lost job",
    "cancel",
    "rerun",
    "timer",
    "turn in a group",
    "older run gives way",
    "two who have one message",
    "poison",
    "stop of a running job",
    "approval",
    "approval in vain",
    "cancel of what is awaited",
    "death over an announcement",
)


def _trouble(history: History) -> set[str]:
    """What has gone wrong, and what was asked for."""
    said = [what for _, _, what in history.deeds]
    events = [chapter.event for story in stories(history).values() for chapter in story.chapters]
    found = {
        "crash of an orchestrator": any(who.startswith("orch") for who in history.deaths),
        "crash of a runner": any(who.startswith("runner") for who in history.deaths),
        "pause": any("stands still" in what for what in said),
        "failure": any(what.endswith(": failed") for what in said),
        "lost answer": any(what.endswith(": no answer") for what in said),
        "conflict": any(what.startswith("append") and "Conflict" in what for what in said),
        "redelivery": any("(2)" in what and what.endswith("events.fifo") for what in said),
        "lost job": any(isinstance(event, JobLost) for event in events),
        "cancel": any(isinstance(event, CancelRequested) for event in events),
        "rerun": any(isinstance(event, RerunRequested) for event in events),
        "timer": any(isinstance(event, TimerFired) for event in events),
        "turn in a group": any(
            "has turn" in what or ("send events.fifo" in what and "Admitted" in what)
            for what in said
        ),
        "older run gives way": any(
            "which is newer" in getattr(event, "by", "") for event in events
        ),
        "two who have one message": bool(history.twins),
        "poison": bool(history.poisons),
        "approval": any(isinstance(event, Approved) for event in events),
        "approval in vain": any(
            isinstance(one.event, Approved) and one.event not in events for one in history.told
        ),
        "cancel of what is awaited": any(
            chapter.before.stage is Stage.AWAITING and isinstance(chapter.event, CancelRequested)
            for story in stories(history).values()
            for chapter in story.chapters
        ),
        "death over an announcement": any(what.startswith("crashes at announce") for what in said),
        "stop of a running job": any("through: DROPPED cancelled" in what for what in said),
    }
    return {what for what, happened in found.items() if happened}
