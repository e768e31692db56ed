"""The contract of `Clock`."""

import threading
import time

import pytest

from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory import ManualClock


def test_it_shows_seconds_since_the_epoch(any_clock):
    # after 2023 and before 2100: not milliseconds, not an arbitrary start
    assert 1_600_000_000 < any_clock.now() < 4_100_000_000


def test_the_monotonic_reading_never_goes_back(any_clock):
    readings = [any_clock.monotonic() for _ in range(1000)]
    assert readings == sorted(readings)


def test_the_clock_of_the_machine_moves_with_it():
    clock = SystemClock()
    shown, measured = clock.now(), clock.monotonic()
    time.sleep(0.02)
    assert 0.02 <= clock.monotonic() - measured < 5
    assert clock.now() != shown
    assert abs(clock.now() - time.time()) < 5


def test_a_manual_clock_stands_still_until_it_is_told():
    clock = ManualClock(start=1000.0)
    assert (clock.now(), clock.monotonic()) == (1000.0, 0.0)
    time.sleep(0.002)
    assert (clock.now(), clock.monotonic()) == (1000.0, 0.0)
    clock.advance(2.5)
    assert (clock.now(), clock.monotonic()) == (1002.5, 2.5)


def test_the_shown_time_of_a_manual_clock_may_jump_but_time_does_not_go_back():
    clock = ManualClock(start=1000.0)
    clock.jump(-600)
    assert (clock.now(), clock.monotonic()) == (400.0, 0.0)
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_a_manual_clock_may_be_moved_by_several_threads():
    clock = ManualClock(start=0)
    threads = [
        threading.Thread(target=lambda: [clock.advance(1) for _ in range(1000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (clock.now(), clock.monotonic()) == (4000, 4000)
