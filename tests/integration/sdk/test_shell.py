"""Shell with real processes. Faults 25, 26 and 48 of the predecessor."""

# ruff: noqa: T201 - what is printed is what is tested

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from praktika.utils import CommandFailed, Shell


class Quick(Shell):
    RETRY_DELAY = 0.01


def seconds(function):
    started = time.monotonic()
    function()
    return time.monotonic() - started


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def wait_for(condition, patience=5):
    deadline = time.monotonic() + patience
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.fixture
def leftovers(place):
    """Ends background processes whose ids a test's commands wrote to files named pid*."""
    yield
    for path in place.glob("pid*"):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(path.read_text()), signal.SIGKILL)


def test_exit_codes():
    assert Shell.run("exit 3") == 3
    assert Shell.check("true")
    assert not Shell.check("false")
    assert Shell.run("kill -9 $$") == -9


def test_output_is_printed_and_logged_in_order(capfdbinary, place):
    print("before")
    assert Shell.check("echo one; echo two >&2; printf 'th\\xffree'", "deep/log")
    print("after")
    expected = b"one\ntwo\nth\xffree"
    assert sorted((place / "deep/log").read_bytes()) == sorted(expected)
    printed = capfdbinary.readouterr().out
    assert printed.startswith(b"before\n")
    assert printed.endswith(b"after\n")
    assert b"th\xffree" in printed


def test_the_command_is_printed_on_demand(capsys):
    Shell.run("true")
    Shell.check("true")
    Shell.check("true", verbose=True)
    assert capsys.readouterr().out == "Run command: true\n" * 2


def test_dry_run(capsys, place):
    assert Shell.check("touch x", dry_run=True)
    assert not (place / "x").exists()
    assert "Would run command: touch x" in capsys.readouterr().out


def test_a_log_is_emptied_unless_it_is_to_be_kept(place):
    Shell.check("echo 1", "log")
    Shell.check("echo 2", "log")
    assert (place / "log").read_text() == "2\n"
    Shell.check("echo 3", "log", append_log=True)
    assert (place / "log").read_text() == "2\n3\n"


def test_strict_raises_with_the_last_words():
    with pytest.raises(CommandFailed, match=r"exit code 4: .*\nwhy"):
        Shell.check("echo why >&2; exit 4", strict=True)
    with pytest.raises(CommandFailed, match="exit code 4"):
        Shell.get_output("exit 4", strict=True)
    with pytest.raises(CommandFailed, match="exit code 4"):
        Shell.get_output_or_raise("exit 4")


def test_stdin():
    assert Shell.run('[ "$(wc -c)" = 300000 ]', stdin_str="x" * 300_000) == 0
    assert Shell.run("true", stdin_str="x" * 300_000) == 0


def test_options_for_the_process(place):
    (place / "d").mkdir()
    assert Shell.get_output("pwd", cwd=place / "d") == str(place / "d")
    assert Shell.get_output('echo "$A"', env={**os.environ, "A": "b"}) == "b"


def test_fault_48_everything_runs_in_bash():
    bashism = "[[ a == a ]] && echo ${BASH_VERSION:0:1}"
    assert Shell.check(bashism)
    assert Shell.get_output(bashism).isdigit()
    code, out, _ = Shell.get_res_stdout_stderr(bashism)
    assert (code, out.isdigit()) == (0, True)
    assert Shell.run_async(bashism, suppress_output=True).wait() == 0


def test_bashrc_is_not_read(place, monkeypatch):
    (place / ".bashrc").write_text("echo from bashrc\n")
    for name, value in {
        "HOME": str(place),
        "SHLVL": "0",
        "SSH_CLIENT": "x",
        "SSH2_CLIENT": "x",
    }.items():
        monkeypatch.setenv(name, value)
    assert Shell.get_output("echo me") == "me"


def test_output_of_a_command_that_fails():
    assert Shell.get_output("echo ' part '; exit 1") == "part"
    assert Shell.get_res_stdout_stderr("echo o; echo e >&2; exit 5") == (5, "o", "e")
    assert Shell.get_res_stdout_stderr("echo o", strip=False) == (0, "o\n", "")


def test_a_command_that_cannot_start(capsys):
    assert Shell.run("true", cwd="/none") == 127
    assert "cannot start the command" in capsys.readouterr().out
    assert Shell.get_output("true", cwd="/none") == ""
    with pytest.raises(CommandFailed, match="127"):
        Shell.check("true", cwd="/none", strict=True)


def count(place):
    return len((place / "tries").read_text())


def test_retries(place):
    assert not Quick.check("printf x >>tries; false", retries=3)
    assert count(place) == 3
    (place / "tries").unlink()
    assert Quick.check("printf x >>tries; [ $(wc -c <tries) = 2 ]", "log", retries=5)
    assert count(place) == 2


def test_each_try_reads_the_whole_input(place):
    assert Quick.check(
        "cat >got; printf x >>tries; [ $(wc -c <tries) = 2 ]", stdin_str="in", retries=3
    )
    assert (place / "got").read_text() == "in"


def test_pauses_double_up_to_a_limit(monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    Shell.check("false", retries=8)
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    pauses.clear()
    Shell.get_output("false", retries=3, delay=5)
    assert pauses == [5, 10]


@pytest.mark.parametrize(
    ("errors", "retries", "tries"),
    [
        ("timed out", 1, 2),
        (["none", "timed out"], 1, 2),
        ("timed out", 4, 4),
        ("no such text", 4, 1),
        (["no such text"], 1, 1),
    ],
)
def test_fault_48_errors_to_retry_may_be_one_text_or_several(place, errors, retries, tries):
    command = "printf x >>tries; echo the connection timed out >&2; false"
    assert not Quick.check(command, retries=retries, retry_errors=errors)
    assert count(place) == tries


def test_only_stderr_decides_about_a_retry(place):
    assert not Quick.check("printf x >>tries; echo bad; false", retries=3, retry_errors="bad")
    assert count(place) == 1


def test_fault_48_an_error_long_before_the_end_is_found(place):
    command = "printf x >>tries; echo needle >&2; head -c 3000000 /dev/zero >&2; false"
    assert not Quick.check(f"({command}) 2> >(cat >&2)", retries=2, retry_errors="needle")
    assert count(place) == 2


def test_fault_48_memory_does_not_grow_with_the_output():
    script = (
        "import resource\n"
        "from praktika.utils import Shell\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "assert Shell.check('head -c 200000000 /dev/zero; head -c 200000000 /dev/zero >&2')\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "assert grown < 20_000, grown\n"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0


def test_fault_48_parallel_commands_never_crash(capsys):
    class Broken(Shell):
        @classmethod
        def check(cls, command, log_file="", **options):
            if command == "raise":
                raise OSError("no more processes")
            return super().check(command, log_file, **options)

    assert Shell.check_parallel(["true", "true"], verbose=True)
    assert not Shell.check_parallel(["true", "false", "true"], max_workers=1)
    assert Shell.check_parallel([])
    assert not Broken.check_parallel(["true", "raise"])
    assert "no more processes" in capsys.readouterr().err


def test_parallel_commands_run_side_by_side(place):
    meet = "touch {0}; for i in $(seq 200); do [ -e {1} ] && exit 0; sleep 0.02; done; exit 1"
    assert Shell.check_parallel([meet.format("a", "b"), meet.format("b", "a")], max_workers=2)


@pytest.mark.usefixtures("leftovers")
def test_fault_26_a_background_process_that_holds_the_output_delays_nobody():
    command = "sleep 30 & echo $! >pid; echo done"
    assert seconds(lambda: Shell.check(command)) < 5
    assert seconds(lambda: Shell.get_output(command)) < 5
    assert seconds(lambda: Shell.get_res_stdout_stderr(command)) < 5


@pytest.mark.usefixtures("leftovers")
def test_a_background_process_that_goes_on_printing_lives(place):
    Shell.check("(while sleep 0.02; do echo tick; done) & echo $! >pid", "log")
    pid = int((place / "pid").read_text())
    time.sleep(0.3)
    assert is_alive(pid)


@pytest.mark.usefixtures("leftovers")
def test_fault_26_a_background_process_that_prints_forever_delays_nobody():
    assert seconds(lambda: Shell.get_output("yes & echo $! >pid")) < 5


def test_what_was_printed_at_the_very_end_is_not_lost():
    for _ in range(20):
        assert len(Shell.get_output("head -c 60000 /dev/zero | tr '\\0' x")) == 60000


def test_a_timeout_ends_the_command(capsys):
    codes = []
    assert seconds(lambda: codes.append(Shell.run("sleep 30", timeout=0.3))) < 5
    assert codes == [124]
    assert "timed out after 0.3 s" in capsys.readouterr().err
    with pytest.raises(CommandFailed, match=r"timed out after 0\.1 s: sleep"):
        Shell.check("sleep 30", timeout=0.1, strict=True)


def test_fault_25_a_timeout_ends_the_whole_process_group(place):
    command = "sleep 31 & echo $! >pid; (sleep 32; true) & wait"
    assert seconds(lambda: Shell.check(command, timeout=0.3)) < 5
    pid = int((place / "pid").read_text())
    assert wait_for(lambda: not is_alive(pid))


def test_fault_25_what_ignores_the_request_is_killed_when_its_leader_has_ended(place):
    stubborn = "trap '' TERM; echo $BASHPID >pid; while :; do sleep 0.05; done"
    command = f"({stubborn}) & while [ ! -s pid ]; do sleep 0.02; done; wait"
    assert Shell.run(command, timeout=1) == 124
    pid = int((place / "pid").read_text())
    assert wait_for(lambda: not is_alive(pid))


def test_fault_26_a_child_in_a_session_of_its_own_does_not_defeat_the_timeout(place):
    command = "setsid sh -c 'echo $$ >pid; exec sleep 33' & wait"
    try:
        assert seconds(lambda: Shell.check(command, timeout=0.5)) < 5
    finally:
        os.kill(int((place / "pid").read_text()), signal.SIGKILL)


def test_a_command_that_ends_well_when_it_is_asked_to_has_timed_out_all_the_same():
    assert Shell.run("trap 'exit 0' TERM; sleep 30 & wait", timeout=0.3) == 124


def test_a_command_that_ignores_the_request_is_killed(monkeypatch):
    from praktika.sdk.shell.child import Child

    got = []
    child = Child(
        ["bash", "-c", "trap '' TERM; echo up; sleep 30 & wait; sleep 30"],
        out=got.append,
        session=True,
    )
    started = time.monotonic()
    ended = child.wait(0.3, grace=0.3)
    assert (ended.timed_out, ended.code) == (True, -9)
    assert time.monotonic() - started < 5
    assert got == [b"up\n"]


def test_fault_26_a_command_that_is_done_is_not_signalled_later():
    assert Shell.run("true", timeout=0.2) == 0
    other = Shell.run_async("sleep 1")
    time.sleep(0.4)
    assert other.poll() is None
    assert other.wait() == 0


def test_commands_run_asynchronously(place):
    process = Shell.run_async("cat >got; exit 7", stdin_str="in", verbose=True)
    assert process.wait(5) == 7
    assert (place / "got").read_text() == "in"
    assert os.getpgrp() != process.pid


def test_an_interrupt_ends_the_command(place):
    script = (
        "import os, signal, threading\n"
        "from praktika.utils import Shell\n"
        "threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "Shell.check('echo $$ >pid; exec sleep 30', timeout=60)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "KeyboardInterrupt" in done.stderr
    assert not is_alive(int((place / "pid").read_text()))


def test_on_systems_without_pidfd_and_waitid(monkeypatch):
    monkeypatch.delattr("os.pidfd_open")
    monkeypatch.delattr("os.waitid")
    assert Shell.get_output("echo a; sleep 0.1; echo b") == "a\nb"
    assert Shell.run("sleep 30", timeout=0.2) == 124


def test_no_file_descriptors_are_lost():
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        Shell.check("true", "log", timeout=5, stdin_str="x")
        Shell.get_output("true")
    assert len(os.listdir("/proc/self/fd")) <= before
