"""Runs of strangers' code: who looks at it, and the rules about that."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import msgspec
from tests.simulation.system.history import History
from tests.simulation.system.plans import Asked
from tests.simulation.system.scheduler import Process
from tests.simulation.system.stores import Stores

from praktika.engine.run import Stage
from praktika.engine.step import replay
from praktika.model.events import AnyEvent, Approved, CancelRequested, Planned, RunRequested
from praktika.model.forge import Subject

Saying = Callable[[str, AnyEvent, str], None]

HEAD, MERGED = "the commit that was pushed", "the merge of it"


def of_strangers(asked: tuple[Asked, ...], chance: random.Random) -> tuple[Asked, ...]:
    """The same requests; now and then, some need an approval."""
    if chance.random() < 0.75:
        return asked
    return tuple(_of_stranger(one, chance) if chance.random() < 0.6 else one for one in asked)


def _of_stranger(asked: Asked, chance: random.Random) -> Asked:
    facts = msgspec.structs.replace(asked.request.facts, sha=MERGED)
    subject = Subject(repository="o/r", sha=HEAD) if chance.random() < 0.5 else None
    request = msgspec.structs.replace(
        asked.request, facts=facts, needs_approval=True, subject=subject
    )
    return replace(asked, request=request)


def wanted(request: RunRequested) -> str:
    """The commit that somebody has to look at."""
    return request.subject.sha if request.subject is not None else request.facts.sha


class Reviewers:
    """They approve in the end; before, sometimes of another commit, or too often, or too late."""

    def __init__(self, stores: Stores, chance: random.Random, asked: tuple[Asked, ...]) -> None:
        self._stores = stores
        self._chance = chance
        self._asked = [one for one in asked if one.request.needs_approval]

    def start(self, process: Process, say: Saying) -> None:
        """Let one begin for each run that needs it."""
        for one in self._asked:
            process.start(lambda one=one: self._review(one, say))

    @property
    def is_awaited(self) -> bool:
        """Whether a run waits for them."""
        return any(self._awaits(one) for one in self._asked)

    def _awaits(self, asked: Asked) -> bool:
        return replay(self._stores.journal.read(asked.run)).stage is Stage.AWAITING

    def _review(self, asked: Asked, say: Saying) -> None:
        chance, stores = self._chance, self._stores
        number = 0
        while True:
            stores.scheduler.sleep(0.5 + chance.choice((1.0, 20.0, 100.0)) * chance.random())
            if not self._awaits(asked) and chance.random() < 0.95:
                continue
            number += 1
            event = self._answer(asked, f"review-{number}")
            for _ in range(chance.choice((1, 1, 2))):
                say(asked.run, event, "")

    def _answer(self, asked: Asked, name: str) -> AnyEvent:
        chance, stores = self._chance, self._stores
        at = round(1_700_000_000.0 + stores.scheduler.now, 3)
        by, sha = "eve", wanted(asked.request)
        if not stores.is_calm and chance.random() < 0.4:
            by = chance.choice(("eve", "eve", ""))
            sha = chance.choice((HEAD, MERGED, ""))
        elif chance.random() < 0.2:
            return CancelRequested(at=at, by="eve", id=name)
        return Approved(at=at, by=by, sha=sha, id=name)


def nothing_unapproved(history: History) -> None:
    """No plan is made, and no job begins, before somebody approved of exactly this commit."""
    for run, since in approved(history).items():
        for at, _, what in history.deeds:
            assert what != f"compile {run}" or at >= since, f"{run} is compiled at {at}"
        for execution in history.executions:
            begun = execution.attempt[0] == run and execution.began < since
            assert not begun, f"{execution.attempt} begins, {run} is approved at {since}"
        for written in history.written:
            if written.run == run and written.at < since:
                assert not any(isinstance(event, Planned) for event in written.events), run


def approved_once(history: History) -> None:
    """An approval is asked for until it is given, and once: no rerun and no crash forgets it."""
    for run in approved(history):
        events = [event for one in history.written if one.run == run for event in one.events]
        given = [event for event in events if isinstance(event, Approved)]
        assert len(given) <= 1, f"{run} was approved by {[one.by for one in given]}"
        is_planned = any(isinstance(event, Planned) for event in events)
        assert given or not is_planned, f"nobody approved of {run}"


def approved(history: History) -> dict[str, float]:
    """When each run that needs it was approved, as its journal tells; infinite if it never was."""
    found: dict[str, float] = {}
    requests: dict[str, RunRequested] = {}
    for written in history.written:
        for event in written.events:
            if isinstance(event, RunRequested) and event.needs_approval:
                requests[written.run] = event
                found[written.run] = float("inf")
            is_fit = isinstance(event, Approved) and event.by and written.run in requests
            if is_fit and event.sha == wanted(requests[written.run]):
                found[written.run] = min(found[written.run], written.at)
    return found
