"""A command ends when it ends, with everything that it started."""

from __future__ import annotations

import io
import resource
import time

import psutil
import pytest

SLEEP = 987  # seconds that no other process sleeps, so that ours can be found


def sleepers() -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if str(SLEEP) in (process.info["cmdline"] or []) and process.info["status"] != "zombie"
    ]


def pids(survivors: tuple[str, ...]) -> set[int]:
    """Of what is named as `python3 (123)`."""
    return {int(one.rpartition("(")[2].rstrip(")")) for one in survivors}


def test_output_and_exit_code(bash):
    ran = bash("echo out; echo err >&2; exit 3")
    assert (ran.exit.cause, ran.exit.code) == ("exited", 3)
    assert ran.log == b"out\nerr\n"
    assert ran.exit.tail == "out\nerr"


def test_output_that_is_not_utf8_is_stored_as_it_is(bash):
    ran = bash(r"printf '\xff\xfe\x00abc'")
    assert ran.log == b"\xff\xfe\x00abc"


def test_a_signal_is_named(bash):
    assert bash("kill -SEGV $$").exit.signal == "SIGSEGV"


def test_the_environment_is_exactly_what_was_given(bash):
    ran = bash("env", env={"ONLY": "this", "ODD": "a b\n'c'"})
    assert b"ONLY=this" in ran.log
    assert b"PYTEST_CURRENT_TEST" not in ran.log


def test_startup_files_of_the_shell_are_not_read(bash, tmp_path):
    (tmp_path / ".bashrc").write_text("echo from bashrc\n")
    ran = bash("echo command", env={"HOME": str(tmp_path), "SHLVL": "0"})
    assert ran.log == b"command\n"


def test_fault_26_a_child_that_holds_the_output_delays_nothing(bash):
    began = time.monotonic()
    ran = bash(f"sleep {SLEEP} & echo done")
    assert ran.exit.code == 0
    assert ran.log == b"done\n"
    assert time.monotonic() - began < 5
    assert len(ran.exit.survivors) == 1
    assert sleepers() == []


def test_fault_26_a_timeout_ends_what_left_the_session(bash):
    ran = bash(
        f"(setsid sleep {SLEEP} &); env -i setsid sleep {SLEEP} & sleep {SLEEP}", timeout=0.5
    )
    assert ran.exit.cause == "timeout"
    assert ran.exit.seconds < 5
    assert sleepers() == []


def test_fault_25_a_stop_ends_every_process(bash):
    asked = iter(["", "", "enough"])
    ran = bash(
        f"setsid sleep {SLEEP} & (sleep {SLEEP} &); wait", stop=lambda: next(asked, "enough")
    )
    assert (ran.exit.cause, ran.exit.detail) == ("stopped", "enough")
    assert sleepers() == []


def test_attack_25_what_ignores_term_is_killed(bash):
    line = (
        f"trap '' TERM; setsid bash -c \"trap '' TERM; sleep {SLEEP}\" & while :; do sleep 1; done"
    )
    ran = bash(line, timeout=0.3, grace=0.3)
    assert ran.exit.signal == "SIGKILL"
    assert sleepers() == []


def test_attack_25_what_forks_away_cannot_outrun_its_end(bash):
    # Every generation starts the next one and leaves; none lives longer than 0.02 s.
    line = 'f() { sleep 0.02; (setsid bash -c "$(declare -f f); f" &); }; f; sleep 60'
    ran = bash(line, timeout=0.5, grace=0.2)
    assert ran.exit.cause == "timeout"


def test_attack_17_a_daemon_is_ended_with_the_job_that_started_it(bash):
    line = (
        'python3 -c "import os,time\nif os.fork(): os._exit(0)\nos.setsid()\n'
        'if os.fork(): os._exit(0)\nos.closerange(0, 100)\ntime.sleep(987)"'
    )
    ran = bash(line)
    assert ran.exit.code == 0
    # The one between may still be about to leave.
    assert len(ran.exit.survivors) in {1, 2}
    assert not [one for one in psutil.process_iter() if one.pid in pids(ran.exit.survivors)]


def test_a_stopped_process_can_be_ended(bash):
    ran = bash(f"sleep {SLEEP} & kill -STOP $!; kill -STOP $$", timeout=0.3, grace=0.5)
    assert ran.exit.cause == "timeout"
    assert sleepers() == []


def test_the_cleanup_runs_at_a_timeout_only(bash, tmp_path):
    bash("true", cleanup="touch cleaned")
    assert not (tmp_path / "cleaned").exists()
    bash("sleep 60", timeout=0.2, cleanup="touch cleaned")
    assert (tmp_path / "cleaned").exists()


def test_term_is_tried_first(bash):
    ran = bash("trap 'echo cleaned up; exit 0' TERM; sleep 60 & wait", timeout=0.3)
    assert ran.log == b"cleaned up\n"
    assert ran.exit.cause == "timeout"


def test_attack_22_output_over_the_limit_is_dropped_and_counted(bash):
    ran = bash("head -c 300000 /dev/zero", log_bytes=1000)
    assert len(ran.log) == 1000
    assert ran.exit.dropped == 299_000
    assert ran.exit.code == 0


def test_memory_does_not_grow_with_the_output(bash):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = bash("head -c 200000000 /dev/zero")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(ran.log) == 200_000_000
    assert after - before < 300_000  # KiB; the test itself reads the log once


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(5, "I/O error")])
def test_a_log_that_cannot_be_written_ends_the_job_with_the_reason(tmp_path, error):
    from praktika.runner.process import Command, Limits, run

    class Full(io.BytesIO):
        def write(self, _data):
            raise error

    command = Command(line=f"echo x; sleep {SLEEP}", cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})
    end = run(command, Full(), Limits())
    assert end.cause == "log"
    assert "could not be written" in end.detail
    assert sleepers() == []


def test_the_log_can_be_read_while_it_grows(tmp_path):
    from praktika.runner.process import Command, Limits, run

    seen = []
    path = tmp_path / "log"

    def look() -> str:
        seen.append(path.read_bytes())
        return "seen" if b"first" in seen[-1] else ""

    command = Command(line="echo first; sleep 60", cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})
    with path.open("wb", buffering=0) as log:
        end = run(command, log, Limits(), look)
    assert end.cause == "stopped"
    assert seen[-1] == b"first\n"
