"""How much is written (faults 63, 67)."""

from __future__ import annotations

import time
from bisect import bisect_left

import pytest
from msgspec import structs
from tests.unit.checks.board_scene import FACTS, SHA, Scene, job, plan_of

from praktika.adapters.memory import ManualClock
from praktika.checks.budget import Budget
from praktika.checks.content.desired import Rank
from praktika.model.events import Planned
from praktika.model.forge import Subject
from praktika.model.plan import Shown
from praktika.model.result import Status

ALL = Shown(
    job_checks="all",
    failed_statuses=True,
    ready="Ready",
    summary=True,
    automerge=True,
    job_statuses=("key-J1", "key-J2"),
)


def most_within(times: list[float], window: float) -> int:
    """The largest number of times in any window."""
    return max(bisect_left(times, at + window) - number for number, at in enumerate(times))


def through(scene: Scene, jobs: int, *, fails: frozenset[int] = frozenset(), together: int) -> None:
    """Run the jobs, some at a time, each for some seconds."""
    for first in range(0, jobs, together):
        group = range(first, min(first + together, jobs))
        for number in group:
            scene.start(f"J{number}")
            scene.settle(0.2, pause=0.2)
        for number in group:
            status = Status.FAIL if number in fails else Status.OK
            scene.finish(f"J{number}", status)
            scene.settle(0.2, pause=0.2)


@pytest.mark.parametrize("together", [10, 300])
def test_fault_67_a_run_of_300_jobs_stays_within_what_github_takes(together):
    scene = Scene(*(job(f"J{number}") for number in range(300)), shown=ALL)
    through(scene, 300, fails=frozenset({5, 250}), together=together)
    scene.settle(900, pause=5)
    times = [at for at, _, _ in scene.board.calls]
    assert scene.board.looks == 0  # nobody died, so there is nothing to look for
    assert most_within(times, 60) <= 60
    assert most_within(times, 3600) <= 400
    assert scene.check.conclusion == "failure"
    assert scene.check.title.startswith("2 of 300 jobs failed: J5, J250")
    checks = scene.checks()
    assert checks["PR / J5"].conclusion == checks["PR / J250"].conclusion == "failure"
    assert len(checks) == 301
    assert all(each.status == "completed" for each in checks.values())


def test_fault_63_of_a_run_that_stands_still_nothing_is_written():
    scene = Scene(job("A"), job("B"), shown=ALL)
    scene.settle(10)
    scene.start("A")
    scene.settle(70)
    before = len(scene.board.writes)
    scene.settle(3600, pause=30)
    assert len(scene.board.writes) == before


def test_the_outcome_has_room_when_the_rest_has_used_up_its_part():
    """Several runs at once: successful jobs wait, the conclusion does not."""
    scene = Scene(*(job(f"J{number}") for number in range(100)), shown=ALL)
    for number in range(100):
        scene.start(f"J{number}")
        scene.finish(f"J{number}")
    scene.settle()
    assert scene.check.conclusion == "success"
    assert len(scene.checks()) < 60
    assert scene.memory.merged("o/r") == {7: SHA}
    scene.settle(300)
    assert len(scene.checks()) == 101


def test_checks_that_would_have_to_wait_too_long_are_dropped_and_the_run_says_so():
    scene = Scene(*(job(f"J{number}") for number in range(40)), shown=ALL)
    scene.budget = Budget(scene.clock, minute=60, hour=30)
    scene.successor()
    for number in range(40):
        scene.start(f"J{number}")
        scene.finish(f"J{number}", Status.FAIL if number == 39 else Status.OK)
    scene.settle(10)
    checks = scene.checks()
    assert checks["PR / J39"].conclusion == "failure"
    dropped = 41 - len(checks)
    assert dropped > 10
    assert f"No room for a check of their own: {dropped} jobs." in scene.check.summary
    assert scene.check.conclusion == "failure"
    before = len(scene.board.writes)
    scene.settle(7200, pause=60)
    assert len(scene.board.writes) == before


def test_in_no_window_more_is_taken_than_there_is():
    clock = ManualClock()
    budget = Budget(clock, minute=6, hour=20)
    taken = []
    for _ in range(4000):
        if budget.take("o", Rank.OUTCOME) == 0:
            taken.append(clock.monotonic())
        clock.advance(1)
    assert most_within(taken, 60) == 6
    assert most_within(taken, 3600) == 20


def test_the_wait_that_is_told_is_long_enough():
    clock = ManualClock()
    budget = Budget(clock, minute=10, hour=400)
    for _ in range(8):
        assert budget.take("o", Rank.REST) == 0
        clock.advance(1)
    wait = budget.take("o", Rank.REST)
    assert budget.take("other", Rank.REST) == 0
    assert budget.take("o", Rank.FAILURE) == 0
    assert wait > 0
    clock.advance(wait + 1)
    assert budget.take("o", Rank.REST) == 0


def test_a_pause_holds_for_everything_of_that_owner():
    clock = ManualClock()
    budget = Budget(clock)
    budget.pause("o", 50)
    assert budget.take("o", Rank.OUTCOME) == 50
    assert budget.take("p", Rank.OUTCOME) == 0
    clock.advance(50)
    assert budget.take("o", Rank.OUTCOME) == 0


def test_ten_thousand_jobs_are_shown_within_bounds():
    names = [f"{'N' * 150}{number}" for number in range(10_000)]
    began = time.monotonic()
    scene = Scene(*(job(name) for name in names), shown=ALL)
    scene.settle()
    assert time.monotonic() - began < 10
    assert len(scene.board.writes) <= 4
    assert "9," in scene.check.summary
    assert "not shown here: " in scene.check.summary


def test_security_22_a_storm_of_strangers_delays_no_check_of_ours():
    """Whoever opens hundreds of pull requests uses up what is to be written for them, no more."""
    scene = Scene()
    strange = structs.replace(FACTS, trust="untrusted")
    for number in range(100, 500):
        subject = Subject(repository="o/r", sha=f"{number:040}", number=number)
        scene.ask(f"s{number}", facts=strange, subject=subject, needs_approval=True)
    scene.settle(900, pause=5)
    assert len(scene.board.writes) == 300
    scene.ask()
    scene.tell(Planned(at=scene.clock.now(), plan=plan_of(job("A"))))
    scene.start("A")
    scene.finish("A")
    scene.settle(5)
    assert scene.check.conclusion == "success"
    scene.settle(3600, pause=30)
    assert len(scene.board.writes) == 401
