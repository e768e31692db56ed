"""Ctrl-C once, twice, three times."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from praktika.cli.interruptions import Abandoned, Interruptions


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def interruptions(ended) -> Interruptions:
    return Interruptions(lambda: 7.0, lambda: ended.append("all"))


@pytest.mark.parametrize(
    ("number", "by"),
    [
        (signal.SIGINT, "Ctrl-C"),
        (signal.SIGTERM, "SIGTERM"),
        (signal.SIGHUP, "a closed terminal"),
    ],
)
def test_the_first_asks_the_run_to_stop(interruptions, number, by):
    with interruptions:
        assert interruptions.request() is None
        signal.raise_signal(number)
        request = interruptions.request()
        assert interruptions.request() is None
    assert (request.by, request.at, request.force) == (by, 7.0, False)


def test_the_second_stops_what_runs_always_and_names_who_came_first(interruptions):
    with interruptions:
        signal.raise_signal(signal.SIGTERM)
        assert not interruptions.request().force
        signal.raise_signal(signal.SIGINT)
        request = interruptions.request()
    assert request.force
    assert request.by == "SIGTERM"


def test_two_at_once_are_one_request_with_force(interruptions):
    with interruptions:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert interruptions.request().force
        assert interruptions.request() is None


def test_the_third_ends_everything_at_once(interruptions, ended):
    with interruptions:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert ended == []
        with pytest.raises(Abandoned):
            signal.raise_signal(signal.SIGINT)
    assert ended == ["all"]


def test_the_handlers_are_as_before_afterwards(interruptions):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with interruptions:
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_what_was_ignored_stays_ignored(interruptions):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptions:
            signal.raise_signal(signal.SIGHUP)
            assert interruptions.request() is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_fourth_waits_for_nothing(tmp_path):
    program = """
        import os, signal
        from praktika.cli.interruptions import Abandoned, Interruptions
        with Interruptions(lambda: 0.0, lambda: None):
            try:
                for _ in range(3):
                    signal.raise_signal(signal.SIGINT)
            except Abandoned:
                signal.raise_signal(signal.SIGINT)
            print("too late")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        env=os.environ,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


_INTERRUPTED = """
from praktika.cli import main

def run(*_):
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        return 130

main.run = run
main.main()
"""


def test_an_interrupt_while_a_text_is_executed_does_not_spoil_the_exit_code(tmp_path):
    """Python would end itself by SIGINT: so it does after a dataclass was interrupted."""
    (tmp_path / "interrupted.py").write_text(_INTERRUPTED)
    ended = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, check=False)
    assert ended.returncode == 130
