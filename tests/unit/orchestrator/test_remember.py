"""What the orchestrator keeps of a job for later runs."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.queue import MemoryQueue
from praktika.model.cache import Record
from praktika.model.commands import Remember
from praktika.model.plan import Stored
from praktika.model.wire import decode
from praktika.orchestrator import names
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.surroundings import Surroundings

BIN = Stored(name="bin", sha256="ab" * 32, size=3)
BUILT = [Remember(job=key("build"), attempt=1)]


class Kept:
    """The hands of an orchestrator, and what they keep."""

    def __init__(self) -> None:
        clock = ManualClock()
        queue = MemoryQueue(clock)
        self.blobs = MemoryBlobs()
        around = Surroundings(
            journal=MemoryJournal(),
            queue=queue,
            blobs=self.blobs,
            clock=clock,
            inbox="events.fifo",
            alarms="alarms",
            tasks=names.tasks,
            make_plan=lambda _: Scene().run.plan,
            render=lambda _: b"",
        )
        self.hands = Hands(around, Alarms(queue, clock, "alarms"))

    def records(self) -> dict[str, Record]:
        return {
            place.rsplit("/", 1)[1]: decode(self.blobs.get(place), Record)
            for place in self.blobs.list("cache/")
        }


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def scene() -> Scene:
    scene = Scene(
        job("fetch"),
        job("build", after("fetch"), digest="d1", provides=("bin",)),
        caches=True,
        scope="s",
    )
    scene.finish("fetch")
    scene.finish("build", provided=("bin",), stored=(BIN,))
    return scene


def test_an_outcome_is_kept_under_its_digest_and_as_the_latest(kept, scene) -> None:
    kept.hands.carry_out("r1", scene.run, BUILT)

    records = kept.records()
    assert set(records) == {"d1.json", "latest.json"}
    assert {(each.run, each.attempt, each.stored) for each in records.values()} == {
        ("r1", 1, (BIN,))
    }


def test_an_outcome_that_the_run_has_got_past_is_not_kept_as_something_else(kept, scene) -> None:
    scene.rerun(scope="all")  # it waits now; its first attempt is still the latest
    kept.hands.carry_out("r1", scene.run, BUILT)

    assert kept.records() == {}
