"""What the evidence of an attempt amounts to."""

from __future__ import annotations

import pytest

from praktika.model.plan import Job
from praktika.model.result import Result, Status
from praktika.runner.outcome import Evidence, judge
from praktika.runner.process import Exit

OK, FAIL, ERROR = Status.OK, Status.FAIL, Status.ERROR


def ended(code: int | None = 0, *, cause="exited", signal="", detail="") -> Exit:
    return Exit(cause=cause, code=code, signal=signal, detail=detail, seconds=5.0)


def job(**fields) -> Job:
    return Job(key="k", name="Tests", command="true", **fields)


def written(status: Status, **fields) -> Result:
    return Result(name="Tests", status=status, **fields)


def case(name: str, status: Status) -> Result:
    return Result(name=name, status=status)


def test_fault_40_an_exit_code_is_enough():
    assert judge(job(), Evidence(exit=ended(0))).status is OK
    result = judge(job(), Evidence(exit=ended(3), tail="boom"))
    assert (result.status, result.info) == (FAIL, "the command exited with 3\nboom")


@pytest.mark.parametrize(
    ("end", "status", "verdict", "text"),
    [
        (ended(127), FAIL, "author", "command not found"),
        (ended(126), FAIL, "author", "not executable"),
        (ended(137), ERROR, "infrastructure", "out of memory?"),
        (ended(None, signal="SIGKILL"), ERROR, "infrastructure", "SIGKILL (out of memory?)"),
        (ended(None, signal="SIGSEGV"), FAIL, "author", "SIGSEGV"),
        (ended(0, cause="timeout"), ERROR, "timeout", "timed out after 5.0 s"),
        (ended(0, cause="stopped", detail="cancelled by ann"), Status.DROPPED, "cancelled", "ann"),
        (ended(0, cause="log", detail="No space left"), ERROR, "infrastructure", "No space left"),
        (None, ERROR, "infrastructure", "no input"),
    ],
)
def test_every_end_has_a_status_a_verdict_and_a_reason(end, status, verdict, text):
    result = judge(job(), Evidence(exit=end, trouble="no input"))
    assert (result.status, result.ext["verdict"]) == (status, verdict)
    assert text in result.ext["reason"]
    assert text in result.info


def test_a_written_result_decides():
    parts = (case("a", OK), case("b", FAIL))
    evidence = Evidence(exit=ended(1), written=written(FAIL, results=parts, info="1 of 2"))
    result = judge(job(), evidence)
    assert (result.status, result.results, result.info) == (FAIL, parts, "1 of 2")


def test_a_written_ok_with_a_bad_exit_code_contradicts_itself():
    result = judge(job(), Evidence(exit=ended(2), written=written(OK)))
    assert result.status is ERROR
    assert result.ext["reason"] == "its Result says OK, but the command exited with 2"


def test_an_unreadable_result_is_an_error_whatever_the_exit_code():
    result = judge(job(), Evidence(exit=ended(0), written_error="not JSON"))
    assert (result.status, result.ext["verdict"]) == (ERROR, "author")


def test_failed_tests_of_a_report_fail_the_job_and_are_named():
    tests = (case("a", OK), case("b", FAIL), case("c", ERROR))
    result = judge(job(), Evidence(exit=ended(0), tests=tests))
    assert (result.status, result.results) == (FAIL, tests)
    assert result.ext["reason"] == "2 of 3 failed: b, c"


def test_passed_tests_do_not_hide_a_bad_exit_code():
    result = judge(job(), Evidence(exit=ended(1), tests=(case("a", OK),)))
    assert result.status is FAIL
    assert "although all 1 tests passed" in result.info


def test_a_named_report_that_is_missing_fails_a_job_that_looked_good():
    evidence = Evidence(exit=ended(0), report_errors=("test report 'x.xml' was not written",))
    assert judge(job(), evidence).status is FAIL


def test_an_output_that_is_missing_fails_a_job_that_looked_good():
    result = judge(job(), Evidence(exit=ended(0), missing=("artifact 'bin': nothing matches",)))
    assert (result.status, result.ext["verdict"]) == (FAIL, "author")


def test_a_store_that_fails_is_no_fault_of_the_author():
    result = judge(job(), Evidence(exit=ended(0), trouble="store out of reach"))
    assert (result.status, result.ext["verdict"]) == (ERROR, "infrastructure")


def test_fault_31_force_success_shows_ok_but_keeps_the_truth():
    result = judge(job(force_success=True), Evidence(exit=ended(1)))
    assert result.status is OK
    assert "FAIL" in result.ext["warnings"][0]["message"]
    assert result.ext["verdict"] == "author"


def test_force_success_does_not_revive_a_cancelled_job():
    end = ended(None, cause="stopped", detail="cancelled")
    assert judge(job(force_success=True), Evidence(exit=end)).status is Status.DROPPED


def test_what_the_job_wrote_in_ext_stays():
    result = judge(job(), Evidence(exit=ended(0), written=written(OK, ext={"labels": [1]})))
    assert result.ext["labels"] == [1]


def test_whose_fault_it_is_is_not_the_job_s_to_say():
    told = written(FAIL, ext={"verdict": "infrastructure"})
    assert (
        judge(job(), Evidence(exit=ended(1), written=told)).ext.get("verdict") != "infrastructure"
    )


def test_fault_31_what_is_ok_only_by_force_says_so_and_a_job_cannot_say_it_itself():
    assert judge(job(force_success=True), Evidence(exit=ended(1))).ext["forced"] is True
    assert "forced" not in judge(job(force_success=True), Evidence(exit=ended(0))).ext
    written = Result(name="job", status=Status.OK, ext={"forced": True})
    assert "forced" not in judge(job(), Evidence(exit=ended(0), written=written)).ext
