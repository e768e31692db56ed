"""googletest's JSON, and its XML, which must give the same."""

from __future__ import annotations

import json
import time

import pytest

from praktika.runner.reports import ReportError

EXPECTED = {
    "Till.Counts": "OK",
    "Till.IsShort": "FAIL",
    "Till.DISABLED_Painted": "SKIPPED",
    "Till.Closed": "SKIPPED",
    "Till.Throws": "FAIL",
    "Sizes/0.IsOne (char)": "OK",
    "Sizes/1.IsOne (int)": "FAIL",
    "BadSuite.Any": "SKIPPED",
    "Shop/Prices.Positive/0 (5)": "OK",
    "Shop/Prices.Positive/1 (0)": "FAIL",
    'Shop/Names.Short/0 ("ab")': "OK",
    'Shop/Names.Short/1 ("a\\"b\\\\c")': "FAIL",
    # An address differs from run to run, so it is no part of the name.
    "Shop/Ptr.NotNull/0": "OK",
}


@pytest.mark.parametrize("name", ["gtest.json", "gtest.xml"])
def test_names_and_statuses(recorded, name):
    results = recorded(name)
    assert [(r.name, str(r.status)) for r in results] == list(EXPECTED.items())
    assert all(r.start_time is None for r in results), "gtest's times are local ones"


@pytest.mark.parametrize("name", ["gtest.json", "gtest.xml"])
def test_place_and_failures(recorded, name):
    result = recorded(name)[1]
    assert result.ext == {"file": "till_test.cc", "line": 4, "classname": "Till"}
    first, second = result.info.split("\n\n")
    assert first.startswith("till_test.cc:4\nExpected equality of these values:\n  1\n  2\n")
    assert second == "till_test.cc:4\nValue of: false\n  Actual: false\nExpected: true"


def test_colours_of_a_terminal_vanish(recorded):
    assert recorded("gtest.json")[1].info.split("\n\n")[0].endswith('the till is "short"\nred')


def _report(*tests: dict[str, object], **suite: object) -> str:
    return json.dumps({"tests": 1, "testsuites": [{"name": "S", **suite, "testsuite": tests}]})


def test_older_versions_have_only_the_place_of_the_failure(written):
    test = {"name": "T", "time": "1.5s", "failures": [{"failure": "/src/a_test.cc:12\nno"}]}
    (result,) = written(_report(test))
    assert (result.name, result.status, result.duration) == ("S.T", "FAIL", 1.5)
    assert (result.ext["file"], result.ext["line"]) == ("/src/a_test.cc", 12)


def test_newer_versions_tell_why_a_test_was_skipped(written):
    skip = {"name": "T", "result": "SKIPPED", "skipped": [{"message": "a.cc:3\nclosed"}]}
    (result,) = written(_report(skip))
    assert (result.status, result.info) == ("SKIPPED", "a.cc:3\nclosed")


def test_a_failed_set_up_of_a_suite_is_named_after_the_suite(written):
    (result,) = written(_report({"name": "", "failures": [{"failure": "a.cc:1\nno float"}]}))
    assert (result.name, result.status) == ("S", "FAIL")


@pytest.mark.parametrize(
    "at", ['"IsShort"', '"Closed"', '"failures": [', "Shop\\/Prices", "0 vs 0"]
)
def test_a_cut_report_keeps_what_is_whole(fixtures, written, at):
    whole = (fixtures / "gtest.json").read_text()
    *cases, report = written(whole[: whole.index(at) + len(at)])
    assert [case.name for case in cases] == list(EXPECTED)[: len(cases)]
    assert "ends in the middle (line " in report.info


def test_a_report_cut_before_its_first_test_says_so(fixtures, written):
    whole = (fixtures / "gtest.json").read_text()
    with pytest.raises(ReportError, match="ends in the middle"):
        written(whole[: whole.index('"Till"')])


def test_what_is_no_json_tells_the_place(written):
    whole = _report({"name": "A"}, more=1).replace('"more": 1', '"more": maybe')
    with pytest.raises(ReportError, match=r"is not JSON at line 1, column \d+: Expecting value"):
        written(whole)


def test_bad_bytes_and_lone_surrogates_are_replaced(written):
    text = _report({"name": "A"}).encode().replace(b'"A"', b'"A\xff\\ud83d"')
    assert written(text)[0].name == "S.A\ufffd\ufffd"


def test_unexpected_shapes_do_not_hurt(written):
    text = json.dumps(
        {
            "testsuites": [
                3,
                {"testsuite": 4},
                {
                    "name": None,
                    "testsuite": [None, {"name": [], "time": {}, "line": "x", "file": 1}],
                },
                {"name": "S", "testsuite": [{"name": "T", "failures": {"failure": "x"}}]},
            ]
        }
    )
    assert [(r.name, str(r.status)) for r in written(text)] == [("(no name)", "OK"), ("S.T", "OK")]


def test_a_report_without_tests_is_empty(written):
    assert written('{"tests": 0, "testsuites": []}') == ()


def test_a_string_without_end_is_dealt_with_quickly(written):
    text = _report({"name": "A"})[:-2] + ', {"name": "' + '\\"' * 1_000_000
    begun = time.perf_counter()
    first, report = written(text)
    assert time.perf_counter() - begun < 5
    assert first.name == "S.A"
    assert "ends in the middle" in report.info


def test_nested_brackets_without_end_are_refused(written):
    with pytest.raises(ReportError, match="is not JSON"):
        written('{"testsuites":' + "[" * 200_000)
