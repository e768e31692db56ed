"""Loops of a server: they go on, whatever happens, and tell how they are."""

from __future__ import annotations

import threading
import time

import pytest

from praktika.errors import Unavailable
from praktika.wiring.github.installation import for_each
from praktika.wiring.serving import loops as module
from praktika.wiring.serving.loops import Loop, Loops, Pulse, again


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(module, "REST", 0.01)


def wait_until(holds) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Log:
    def __init__(self) -> None:
        self.said: list[tuple[str, dict]] = []

    def error(self, event: str, **fields) -> None:
        self.said.append((event, fields))


def test_a_loop_that_fails_is_logged_and_goes_on():
    log, failures = Log(), iter([Unavailable("no answer"), KeyError("bug"), None])

    def turn() -> int:
        error = next(failures, None)
        if error is not None:
            raise error
        return 2

    loops = Loops([Loop(name="one", serve=again(turn, 0.01))], log)
    loops.start()
    wait_until(lambda: loops.pulses()["one"].turns >= 2)
    assert loops.end() == []
    assert [event for event, _ in log.said] == ["loop.delayed", "loop.failed"]
    pulse = loops.pulses()["one"]
    assert pulse.troubles == 2
    assert pulse.handled == 2 * pulse.turns
    assert pulse.trouble == ""


def test_one_that_has_not_gone_round_for_long_is_not_well():
    def fail(_pulse: Pulse) -> None:
        raise Unavailable("no answer")

    loops = Loops(
        [
            Loop(name="bad", serve=fail, stale=0.1),
            Loop(name="good", serve=again(lambda: None, 0.01), stale=5.0),
        ],
        Log(),
    )
    loops.start()
    wait_until(lambda: loops.health()["bad"] != "ok")
    assert "no answer" in loops.health()["bad"]
    assert loops.health()["good"] == "ok"
    loops.end()
    assert loops.health()["good"] == "it has ended"


def test_one_that_does_not_end_is_named():
    over = threading.Event()
    loops = Loops([Loop(name="slow", serve=lambda _pulse: over.wait(5) and None)], Log())
    loops.start()
    assert loops.end(0.05) == ["slow"]
    over.set()


def test_a_turn_that_fails_is_followed_by_the_same_pause():
    times: list[float] = []

    def turn() -> int:
        times.append(time.monotonic())
        raise Unavailable("no answer")

    loops = Loops([Loop(name="one", serve=again(turn, 0.2))], Log())
    loops.start()
    wait_until(lambda: len(times) == 2)
    assert times[1] - times[0] >= 0.2
    assert loops.end() == []


def test_one_repository_that_fails_is_logged_and_all_of_them_are_trouble():
    """A server that GitHub refuses altogether is not well, however often it looks."""
    told: list[str] = []
    broken = {"o/a"}

    def look(repository: str) -> int:
        if repository in broken:
            raise Unavailable(f"no answer of {repository}")
        return 1

    assert for_each(("o/a", "o/b"), look, lambda name, _error: told.append(name)) == 1
    assert told == ["o/a"]
    broken.add("o/b")
    with pytest.raises(Unavailable, match="o/b"):
        for_each(("o/a", "o/b"), look, lambda _name, _error: None)
