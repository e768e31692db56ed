"""TeePopen with real processes."""

import os
import signal
import time

import pytest

from praktika.utils import TeePopen


def test_output_is_printed_logged_and_remembered(place, capfd):
    with TeePopen("echo one; echo two >&2; printf three; exit 3", log_file="d/log") as process:
        assert process.wait() == 3
    assert process.returncode == process.poll() == 3
    assert not process.timeout_exceeded
    assert (place / "d/log").read_text() == "one\ntwo\nthree"
    assert capfd.readouterr().out == "one\ntwo\nthree"
    assert process.get_latest_log() == "one\ntwo\nthree"
    assert process.get_latest_log(max_lines=2) == "two\nthree"


def test_output_comes_while_the_command_runs(place):
    with TeePopen("echo started; while [ ! -e stop ]; do sleep 0.02; done", "log") as process:
        deadline = time.monotonic() + 5
        while not process.get_latest_log() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process.get_latest_log() == "started\n"
        assert process.poll() is None
        (place / "stop").touch()
    assert process.returncode == 0


def test_a_timeout_ends_the_group_and_runs_the_cleanup(place):
    started = time.monotonic()
    with TeePopen(
        "sleep 30 & sleep 31", timeout=0.3, timeout_shell_cleanup="echo $A >cleaned", env={"A": "b"}
    ) as process:
        assert process.wait() != 0
    assert process.timeout_exceeded
    assert time.monotonic() - started < 5
    deadline = time.monotonic() + 5
    while not (place / "cleaned").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (place / "cleaned").read_text() == "b\n"


def test_a_command_that_ends_well_at_the_timeout_has_failed_all_the_same():
    with TeePopen("trap 'exit 0' TERM; sleep 30 & wait", timeout=0.3) as process:
        assert process.wait() == 1


def test_signals(place):
    with TeePopen("trap 'exit 9' USR1; touch ready; while :; do sleep 0.02; done") as process:
        while not (place / "ready").exists():
            time.sleep(0.01)
        assert os.getpgid(process.pid) == process.pid
        process.send_signal(signal.SIGUSR1)
        assert process.wait() == 9
    process.send_signal(signal.SIGTERM)


def test_kill():
    with TeePopen("sleep 30") as process:
        process.kill()
        assert process.wait() == -9


def test_an_exception_ends_the_command():
    started = time.monotonic()
    with pytest.raises(KeyError), TeePopen("sleep 30"):
        raise KeyError
    assert time.monotonic() - started < 5


def test_the_terminal_can_be_left_to_the_command(capfd, place):
    with TeePopen("echo direct", log_file="log", preserve_stdio=True) as process:
        assert process.wait() == 0
    assert capfd.readouterr().out == "direct\n"
    assert not (place / "log").exists()


def test_only_the_last_lines_are_remembered():
    with TeePopen("seq 1000; head -c 100000 /dev/zero | tr '\\0' x") as process:
        process.wait()
    assert len(process.get_latest_log(1000)) < 20_000
    assert len(process.get_latest_log(1000).splitlines()) == 100


def test_a_log_that_cannot_be_written_is_told():
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    process = TeePopen("yes", log_file="/dev/full")
    with pytest.raises(OSError, match="No space left"), process:
        process.wait()


def test_it_must_be_started():
    with pytest.raises(RuntimeError, match="with statement"):
        TeePopen("true").wait()
