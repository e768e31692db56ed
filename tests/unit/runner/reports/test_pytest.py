"""pytest: its report log and its JUnit XML, and that both say the same."""

from __future__ import annotations

import json

import pytest

EXPECTED = {
    "tests/test_broken_import.py": "ERROR",
    "tests/test_flaky.py::test_second_time": "OK",
    "tests/test_flaky.py::test_never_works": "FAIL",
    "tests/test_shop.py::test_total": "OK",
    "tests/test_shop.py::test_wrong_total": "FAIL",
    "tests/test_shop.py::test_price[0]": "OK",
    "tests/test_shop.py::test_price[5]": "FAIL",
    "tests/test_shop.py::test_price[a/b]": "OK",
    "tests/test_shop.py::test_price[x[1]]": "OK",
    "tests/test_shop.py::test_closed": "SKIPPED",
    "tests/test_shop.py::test_known": "XFAIL",
    "tests/test_shop.py::test_mended": "XPASS",
    "tests/test_shop.py::test_strict": "FAIL",
    "tests/test_shop.py::TestTill::test_open": "OK",
    "tests/test_shop.py::TestTill::TestDrawer::test_inside": "OK",
    "tests/test_shop.py::test_setup": "ERROR",
    "tests/test_shop.py::test_teardown": "ERROR",
    "tests/test_shop.py::test_fails_and_teardown": "FAIL",
    "tests/test_shop.py::test_props": "OK",
}


def _by_name(results):
    return {result.name: result for result in results}


def test_the_log_gives_each_test_once_with_its_status(recorded):
    results = recorded("pytest-log.jsonl")
    assert [(result.name, result.status) for result in results] == list(EXPECTED.items())


@pytest.mark.parametrize("name", ["pytest-junit.xml", "pytest-junit-xunit1.xml"])
def test_junit_gives_the_same_names_as_the_log(recorded, name):
    results = recorded(name)
    assert list(dict.fromkeys(result.name for result in results)) == list(EXPECTED)
    differing = {r.name: r.status for r in results if r.status != EXPECTED[r.name]}
    # JUnit XML cannot say XPASS, and gives a teardown's error and each rerun a case of its own.
    assert differing == {
        "tests/test_flaky.py::test_never_works": "OK",
        "tests/test_shop.py::test_mended": "OK",
        "tests/test_shop.py::test_fails_and_teardown": "ERROR",
    }


def test_cases_of_the_same_name_are_kept(recorded):
    results = recorded("pytest-junit.xml")
    both = [r.status for r in results if r.name.endswith("test_fails_and_teardown")]
    assert both == ["FAIL", "ERROR"]


def test_the_log_tells_place_time_and_output(recorded):
    result = _by_name(recorded("pytest-log.jsonl"))["tests/test_shop.py::test_wrong_total"]
    assert result.ext == {"file": "tests/test_shop.py", "line": 9}
    assert result.start_time == pytest.approx(1795471745.6188447)
    assert result.duration == pytest.approx(0.00056, abs=1e-5)
    assert result.info.startswith("AssertionError: the till is short\n")
    assert '>       assert [1, 2] == [1, 3], "the till is short"' in result.info
    assert "tests/test_shop.py:12: AssertionError" in result.info
    assert "Captured stdout call:\ncounting the till" in result.info
    assert "Captured log call:\nWARNING  till:test_shop.py:11 short by one" in result.info


def test_lines_of_junit_count_from_one(recorded):
    result = _by_name(recorded("pytest-junit-xunit1.xml"))["tests/test_shop.py::test_wrong_total"]
    assert (result.ext["file"], result.ext["line"]) == ("tests/test_shop.py", 9)


@pytest.mark.parametrize("name", ["pytest-junit.xml", "pytest-log.jsonl"])
def test_reasons_of_skips_and_expected_failures(recorded, name):
    results = _by_name(recorded(name))
    assert results["tests/test_shop.py::test_closed"].info == "the shop is closed"
    assert results["tests/test_shop.py::test_known"].info == "known to be short"


def test_a_rerun_that_passes_is_flaky_and_keeps_the_earlier_failure(recorded):
    results = _by_name(recorded("pytest-log.jsonl"))
    flaky = results["tests/test_flaky.py::test_second_time"]
    assert flaky.ext["labels"] == [{"name": "flaky"}]
    assert flaky.info.startswith("Earlier attempt: FAIL\nAssertionError: attempt 1")
    failed = results["tests/test_flaky.py::test_never_works"]
    assert failed.ext["labels"] == [{"name": "retry_failed"}]


def test_a_test_that_fails_and_whose_teardown_fails_tells_both(recorded):
    result = _by_name(recorded("pytest-log.jsonl"))["tests/test_shop.py::test_fails_and_teardown"]
    assert result.info.index("first the test") < result.info.index("the drawer is stuck")


@pytest.mark.parametrize("name", ["pytest-subtests.jsonl", "pytest-subtests.xml"])
def test_subtests_and_unittest(recorded, name):
    assert {r.name: str(r.status) for r in recorded(name)} == {
        "test_sub.py::test_many": "FAIL",
        "test_sub.py::TestU::test_err": "FAIL",
        "test_sub.py::TestU::test_exp": "XFAIL",
        "test_sub.py::TestU::test_skip": "SKIPPED",
        "test_sub.py::TestU::test_u": "FAIL",
        "test_sub.py::TestU::test_unexp": "FAIL",
        "test_sub.py::TestBad::test_never": "ERROR",
    }


def test_the_failed_subtest_is_named(recorded):
    results = _by_name(recorded("pytest-subtests.jsonl"))
    assert results["test_sub.py::test_many"].info.startswith("Subtest [number] (i=1):\n")


def test_a_killed_session_keeps_what_ran_and_says_which_test_it_was(recorded):
    before, killed, report = recorded("pytest-killed.jsonl")
    assert (before.name, before.status) == ("test_killed.py::test_before", "OK")
    assert (killed.name, killed.status) == ("test_killed.py::test_killed", "ERROR")
    assert killed.info == "This test began and never ended."
    assert (report.name, report.status) == ("report pytest-killed.jsonl", "ERROR")
    assert "ends in the middle" in report.info


@pytest.mark.parametrize("name", ["pytest-xdist-crash.jsonl", "pytest-xdist-crash.xml"])
def test_a_crashed_worker_is_an_error_of_its_test(recorded, name):
    results = _by_name(recorded(name))
    assert len(results) == 3
    crashed = results["test_killed.py::test_killed"]
    assert crashed.status == "ERROR"
    assert "worker 'gw1' crashed" in crashed.info


@pytest.mark.parametrize(("status", "word"), [(2, "interrupted"), (3, "internal"), (4, "wrong")])
def test_a_session_that_ended_badly_without_a_bad_test_is_an_error(written, status, word):
    (result,) = written(
        '{"$report_type": "SessionStart"}\n'
        f'{{"exitstatus": {status}, "$report_type": "SessionFinish"}}\n'
    )
    assert result.status == "ERROR"
    assert word in result.info


@pytest.mark.parametrize("status", ["0", "1", "5", "null", "[3]"])
def test_a_session_without_tests_is_empty(written, status):
    text = f'{{"exitstatus": {status}, "$report_type": "SessionFinish"}}\n'
    assert written(text) == ()


def test_a_skipped_module_is_one_skip(written):
    entry = {
        "$report_type": "CollectReport",
        "nodeid": "tests/test_mac.py",
        "outcome": "skipped",
        "longrepr": ["tests/test_mac.py", 3, "Skipped: needs macOS"],
    }
    (result,) = written(f'{json.dumps(entry)}\n{{"$report_type": "SessionFinish"}}\n')
    assert (result.name, result.status, result.info) == (
        "tests/test_mac.py",
        "SKIPPED",
        "needs macOS",
    )


def _phases(name: str, call: str) -> str:
    lines = [("setup", "passed"), ("call", call), ("teardown", "passed")]
    return "".join(
        json.dumps({"$report_type": "TestReport", "nodeid": name, "when": when, "outcome": outcome})
        + "\n"
        for when, outcome in lines
    )


def test_tests_that_run_at_the_same_time_are_kept_apart(written):
    one, two = (
        _phases(name, call).splitlines() for name, call in (("a", "failed"), ("b", "passed"))
    )
    mixed = [line for pair in zip(one, two, strict=True) for line in pair]
    results = written("\n".join([*mixed, '{"$report_type": "SessionFinish"}', ""]))
    assert [(r.name, str(r.status)) for r in results] == [("a", "FAIL"), ("b", "OK")]


def test_a_test_that_fails_after_it_passed_is_flaky_and_failed(written):
    text = _phases("a", "passed") + _phases("a", "failed") + '{"$report_type": "SessionFinish"}\n'
    (result,) = written(text)
    assert (result.status, result.ext["labels"]) == ("FAIL", [{"name": "flaky"}])


def test_a_line_that_is_no_json_is_told_and_the_rest_is_read(written):
    text = _phases("a", "passed") + "oops\n" + _phases("b", "passed")
    results = written(text + '{"$report_type": "SessionFinish"}\n')
    assert [r.name for r in results] == ["a", "b", "report report.txt"]
    assert "line 4" in results[-1].info


def test_fields_of_unexpected_types_do_not_hurt(written):
    entry = {
        "$report_type": "TestReport",
        "nodeid": 7,
        "when": ["call"],
        "outcome": {"a": 1},
        "location": "here",
        "duration": "soon",
        "start": {},
        "sections": 3,
        "longrepr": {"chain": [[None, 1], 5], "sections": [1], "reprcrash": [], "reprtraceback": 1},
    }
    (result,) = written(f'{json.dumps(entry)}\n{{"$report_type": "SessionFinish"}}\n')
    assert (result.name, result.status, result.duration) == ("7", "UNKNOWN", 0.0)


def test_deep_nesting_in_a_log_does_not_hurt(written):
    for deep in (400, 950, 5_000, 100_000):
        nested = "[" * deep + "]" * deep
        entry = '{"$report_type": "TestReport", "when": "teardown", "outcome": "failed"'
        text = entry + f', "nodeid": {nested}, "longrepr": {nested}, "wasxfail": {nested}}}\n'
        assert all(r.status == "ERROR" for r in written(entry + "}\n" + text))


def test_lone_surrogates_in_a_log_become_replacement_characters(written):
    entry = r'{"$report_type": "TestReport", "nodeid": "a[\ud800]", "when": "teardown", "outcome":'
    (result,) = written(entry + '"passed"}\n{"$report_type": "SessionFinish"}\n')
    assert result.name == "a[\ufffd]"
