"""Seeded runs: every rule over many of them, the same for ever, and none of them dull."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from tests.simulation.choices import Seeded
from tests.simulation.history import History
from tests.simulation.plans import make_plan
from tests.simulation.rules import RULES
from tests.simulation.world import simulate

from praktika.engine.select import select
from praktika.model.commands import AnyCommand, Dispatch, Revoke
from praktika.model.events import CancelRequested
from praktika.model.wire import encode


def digest(seeds: range) -> str:
    """Of every event and command of these runs, and of some selections."""
    sha = hashlib.sha256()
    for seed in seeds:
        for step in simulate(Seeded(seed)).steps:
            sha.update(encode(step.event) + encode(step.commands))
        plan = make_plan(Seeded(seed))
        sha.update(encode(select(plan, {job.key for job in plan.jobs[2:]})))
    return sha.hexdigest()


def test_every_rule_holds_in_every_seeded_run(seeds: range) -> None:
    for seed in seeds:
        history = simulate(Seeded(seed))
        for rule in RULES:
            try:
                rule(history)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {rule.__name__}: {error}\n{history}") from error


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
    seen = {
        "crash": sum(bool(history.successions) for history in histories),
        "cancel": sum(_cancels(history) > 0 for history in histories),
        "second cancel": sum(_cancels(history) > 1 for history in histories),
        "retry": sum(any(_of(history, Dispatch, again=True)) for history in histories),
        "given up": _told(histories, "given up after"),
        "dropped": _told(histories, "which ended with"),
        "dropped in a chain": _told(histories, "which was dropped"),
        "no artifact": _told(histories, "needs artifact"),
        "stop": sum(any(_of(history, Revoke)) for history in histories),
        "stop again": sum(_is_stopped_again(history) for history in histories),
        "no plan": sum(history.last.plan is None for history in histories),
    }
    assert {what: times for what, times in seen.items() if times < often} == {}


def _cancels(history: History) -> int:
    return sum(
        isinstance(step.event, CancelRequested)
        and step.after is not step.before
        and step.before.plan is not None
        for step in history.steps
    )


def _of(history: History, kind: type, *, again: bool = False) -> list[AnyCommand]:
    commands = [each for step in history.steps for each in step.commands if isinstance(each, kind)]
    return [each for each in commands if not again or each.attempt > 1]


def _is_stopped_again(history: History) -> bool:
    return any(isinstance(each, Revoke) for after in history.successions for each in after.commands)


def _told(histories: list[History], words: str) -> int:
    return sum(
        any(words in state.reason for state in history.last.jobs.values()) for history in histories
    )
