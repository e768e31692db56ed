"""Telling of work at once, and not too often."""

import threading
import time
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.orchestrator.test_service import Installation

from praktika.orchestrator.orchestrator import Orchestrator
from praktika.orchestrator.scaling.debounce import Debounce
from praktika.orchestrator.scaling.nudges import Nudges


def test_the_first_is_told_at_once_and_once_more_after_a_period():
    debounce = Debounce(1.0)
    debounce.ask("a", 5.0)
    assert debounce.next() == 5.0
    assert debounce.take(5.0) == ["a"]
    assert debounce.next() == 6.0
    assert debounce.take(5.9) == []
    assert debounce.take(6.0) == ["a"]
    assert debounce.next() is None


def test_many_within_a_period_are_told_once_at_its_end_and_once_more():
    debounce = Debounce(1.0)
    told = []
    for tick in range(100):
        if tick <= 20:
            debounce.ask("a", tick / 10)
        told += [tick for _ in debounce.take(tick / 10)]
    assert told == [0, 10, 20, 30]


def test_names_do_not_wait_for_one_another():
    debounce = Debounce(1.0)
    debounce.ask("a", 0.0)
    debounce.take(0.0)
    debounce.ask("b", 0.5)
    debounce.ask("a", 0.5)
    assert debounce.take(0.5) == ["b"]
    assert debounce.take(1.5) == ["a", "b"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.0, 3.0)), min_size=1, max_size=30))
def test_whoever_asks_is_told_soon_and_again_and_never_too_often(asked):
    debounce, now, told = Debounce(1.0), 0.0, []

    def pass_time(until: float) -> None:
        while (due := debounce.next()) is not None and due <= until:
            told.extend((name, due) for name in debounce.take(due))

    calls = []
    for name, rest in asked:
        pass_time(now)
        now += rest
        pass_time(now)
        debounce.ask(name, now)
        calls.append((name, now))
    pass_time(float("inf"))
    for name, at in calls:
        later = sorted(time for who, time in told if who == name and time >= at)
        assert later[0] <= at + 1.0
        assert at + 1.0 <= later[-1]
        assert any(at + 1.0 <= time <= at + 2.0 for time in later)
    for name in "ab":
        times = [time for who, time in told if who == name]
        assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(times))


def test_nudging_does_not_wait_for_the_telling_and_survives_its_trouble():
    told, troubles, going = [], [], threading.Event()

    def tell(names):
        told.append(names)
        going.wait(5)
        if len(told) == 1:
            raise OSError("no network")

    nudges = Nudges(tell, troubles.append, period=0.05)
    began = time.monotonic()
    for _ in range(100):
        nudges.nudge("tasks-arm")
    assert time.monotonic() - began < 1
    going.set()
    deadline = time.monotonic() + 5
    while len(told) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    nudges.close()
    assert told[:2] == [["tasks-arm"], ["tasks-arm"]]
    assert len(told) <= 3
    assert [str(error) for error in troubles] == ["no network"]


def test_the_end_of_a_process_tells_what_is_due_first():
    told = []
    nudges = Nudges(told.append, lambda error: None, period=60.0)
    nudges.nudge("a")
    nudges.close()
    assert told == [["a"]]
    assert not nudges._thread.is_alive()


def test_whatever_is_dispatched_is_told_once_it_is_in_its_queue():
    system, told = Installation(), []
    depth = lambda queue: told.append((queue, system.queue.depth(queue)))  # noqa: E731
    system.ask()
    Orchestrator(replace(system.orchestrator().around, nudge=depth)).turn()
    assert told == [("tasks-linux", 1)]
