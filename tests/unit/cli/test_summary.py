"""What is said when a run is over."""

from pathlib import Path

import pytest
from tests.unit.cli.sample import console

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.queue import MemoryQueue
from praktika.adapters.memory.secrets import MemorySecrets
from praktika.cli.view.summary import Ended, show_summary
from praktika.model.result import Result, Status
from praktika.wiring.stores import Pace, Stores

PAGE = "/repo/.praktika/runs/run-1/report.html"


@pytest.fixture
def stores(tmp_path) -> Stores:
    clock = ManualClock()
    return Stores(
        state=Path("/repo/.praktika"),
        journal=MemoryJournal(),
        queue=MemoryQueue(clock),
        blobs=MemoryBlobs(),
        secrets=MemorySecrets({}),
        clock=clock,
        pace=Pace(lease=30.0, wait=1.0),
    )


def said(stores: Stores, status: Status, *jobs: Result, info: str = "") -> list[str]:
    it, out, _ = console()
    result = Result(name="Pull request", status=status, duration=61.0, results=jobs, info=info)
    show_summary(it, Ended("run-1", result, stores))
    return out.lines


def test_a_good_run_is_two_lines(stores):
    lines = said(stores, Status.OK, Result(name="a", status=Status.OK))
    assert lines == [
        "",
        "OK      Pull request  1 OK  in 1m 01s",
        f"report: {PAGE} file://{PAGE}",
    ]


def test_a_failed_command_has_its_reason_and_the_end_of_its_log(stores):
    log = "".join(f"line {number}\n" for number in range(20)) + "\x1b[31mboom\x1b[0m\n"
    stores.blobs.put("runs/run-1/jobs/a/1/job.log", log.encode() + b"\xff\n")
    job = Result(
        name="a",
        status=Status.FAIL,
        info="the command exited with 1\nboom",
        ext={"log": "jobs/a/1/job.log", "reason": "the command exited with 1"},
    )
    lines = said(stores, Status.FAIL, job)
    assert lines[1] == "FAIL    a  the command exited with 1"
    assert lines[2] == "    | line 14"
    assert lines[8:11] == ["    | boom", "    | \ufffd", "    log: /repo/.praktika/runs/run-1/jobs/a/1/job.log"]  # fmt: skip
    assert lines[-2] == "look:   praktika why run-1 a, praktika logs run-1 a"


def test_the_first_failing_tests_are_named_with_their_last_lines(stores):
    def test(number: int, status: Status, info: str = "") -> Result:
        return Result(name=f"test_{number}", status=status, info=info)

    traceback = "Traceback:\n" + "  frame\n" * 50 + "AssertionError: 1 != 2\n"
    group = Result(
        name="group",
        status=Status.FAIL,
        results=(test(0, Status.OK), *(test(n, Status.FAIL, traceback) for n in range(1, 8))),
    )
    job = Result(name="Tests", status=Status.FAIL, results=(group, test(9, Status.XFAIL)))
    lines = said(stores, Status.FAIL, job)
    assert lines[1] == "FAIL    Tests  1 of 2 failed"
    assert lines[2] == "    FAIL group / test_1"
    assert lines[6] == "        | AssertionError: 1 != 2"
    assert lines[27] == "    ... and 2 tests more"


def test_allowed_failures_are_told_and_do_no_harm(stores):
    job = Result(
        name="style", status=Status.FAIL, info="exited with 1", ext={"allow_failure": True}
    )
    lines = said(stores, Status.OK, job)
    assert lines[1] == "FAIL    style  (allowed)  exited with 1"
    assert not any(line.startswith("look:") for line in lines)


def test_a_cancel_of_hundreds_is_one_line(stores):
    jobs = [
        Result(name=f"job {n}", status=Status.DROPPED, info="cancelled by Ctrl-C")
        for n in range(300)
    ]
    lines = said(stores, Status.DROPPED, *jobs, info="cancelled by Ctrl-C")
    assert lines[1] == "DROPPED job 0, job 1, job 2 and 297 more  cancelled by Ctrl-C"
    assert "300 DROPPED  in 1m 01s  (cancelled by Ctrl-C)" in lines[3]
    assert len(lines) == 5


def test_hundreds_of_failures_do_not_flood(stores):
    jobs = [Result(name=f"job {n}", status=Status.FAIL, info="exited") for n in range(300)]
    lines = said(stores, Status.FAIL, *jobs)
    assert "... and 250 failed jobs more" in lines
    assert len(lines) < 60


@pytest.mark.parametrize("name", ["it's", "x" * 300, "a\nb"])
def test_a_name_that_is_hard_to_type_is_given_by_its_key(stores, name):
    lines = said(stores, Status.FAIL, Result(name=name, status=Status.FAIL))
    assert name not in lines[-2]
    assert "'" not in lines[-2]
    assert len(lines[-2]) < 160


def test_a_run_without_jobs(stores):
    lines = said(stores, Status.ERROR, info="no plan")
    assert lines[1] == "ERROR   Pull request  no jobs  in 1m 01s  (no plan)"
