import json

import pytest

from praktika.sdk.testing.pytest_report import read_report_log


def phase(nodeid, when, outcome, **more):
    entry = {"nodeid": nodeid, "when": when, "outcome": outcome, "$report_type": "TestReport"}
    return {"duration": 0.5, "location": ["t.py", 4, "TestIt.test_a[1.5]"], **entry, **more}


def passing(nodeid, **call):
    return [
        phase(nodeid, "setup", "passed", start=100.0),
        phase(nodeid, "call", "passed", **call),
        phase(nodeid, "teardown", "passed"),
    ]


@pytest.fixture
def read(tmp_path):
    def write_and_read(*entries):
        path = tmp_path / "report.jsonl"
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        return read_report_log(path)

    return write_and_read


def test_phases_are_one_test(read):
    (case,) = read(*passing("t.py::a")).cases
    assert case == ("t.py::a", "OK", 1.5, "", 100.0, case.ext)
    assert case.ext == {"file": "t.py", "line": 5, "classname": "TestIt"}


@pytest.mark.parametrize(
    ("when", "outcome", "more", "status"),
    [
        ("call", "failed", {"longrepr": "boom"}, "FAIL"),
        ("setup", "failed", {"longrepr": "boom"}, "ERROR"),
        ("teardown", "failed", {"longrepr": "boom"}, "ERROR"),
        ("setup", "skipped", {"longrepr": ["f", 1, "boom"]}, "SKIPPED"),
        ("call", "skipped", {"wasxfail": "boom"}, "XFAIL"),
        ("call", "passed", {"wasxfail": "boom"}, "XPASS"),
        ("call", "failed", {"longrepr": "[XPASS(strict)] boom"}, "XPASS"),
    ],
)
def test_statuses(read, when, outcome, more, status):
    entries = [each for each in passing("a") if each["when"] != when]
    (case,) = read(*entries, phase("a", when, outcome, **more)).cases
    assert case.status == status
    assert case.info.endswith("boom")


def test_a_failure_is_not_hidden_by_a_failing_teardown(read):
    (case,) = read(
        phase("a", "call", "failed", longrepr="call"),
        phase("a", "teardown", "failed", longrepr="teardown"),
    ).cases
    assert (case.status, case.info) == ("FAIL", "call\nteardown")


def test_the_text_of_a_failure(read):
    def trace(line):
        place = {"path": "t.py", "lineno": 3, "message": "ValueError"}
        return {"reprentries": [{"data": {"lines": [line], "reprfileloc": place}}]}

    chain = [[trace("first"), None, "then came"], [trace("second"), None, None]]
    longrepr = {"chain": chain, "reprtraceback": trace("second"), "reprcrash": None}
    sections = [["Captured stdout call", "printed\n"]]
    (case,) = read(phase("a", "call", "failed", longrepr=longrepr, sections=sections)).cases
    assert case.info.splitlines() == [
        "first",
        "t.py:3: ValueError",
        "then came",
        "second",
        "t.py:3: ValueError",
        "----- Captured stdout call -----",
        "printed",
    ]


def test_what_a_passing_test_prints_is_not_kept(read):
    (case,) = read(*passing("a", sections=[["Captured stdout call", "printed"]])).cases
    assert case.info == ""


def test_collection(read):
    failed = {"$report_type": "CollectReport", "outcome": "failed", "longrepr": {"longrepr": "E"}}
    report = read(
        {"$report_type": "CollectReport", "nodeid": "ok.py", "outcome": "passed"},
        {**failed, "nodeid": "bad.py"},
        {**failed, "nodeid": "mod.py", "outcome": "skipped", "longrepr": ["f", 1, "why"]},
        {**failed, "nodeid": ""},
        {"$report_type": "SessionFinish", "exitstatus": 2},
    )
    found = [(case.name, case.status, case.info) for case in report.cases]
    assert found == [
        ("bad.py", "ERROR", "E"),
        ("mod.py", "SKIPPED", "why"),
        ("collection", "ERROR", "E"),
    ]
    assert report.is_complete


@pytest.mark.parametrize(
    ("last", "status", "label"), [("passed", "OK", "retry_ok"), ("failed", "FAIL", "retry_failed")]
)
def test_reruns_are_one_test_with_a_label(read, last, status, label):
    (case,) = read(phase("a", "call", "rerun"), phase("a", "call", last, longrepr="x")).cases
    assert case.status == status
    assert [each["name"] for each in case.ext["labels"]] == [label]


def test_subtests_count_for_their_test(read):
    (case,) = read(
        phase("a", "call", "failed", longrepr="sub", **{"$report_type": "SubtestReport"}),
        *passing("a"),
    ).cases
    assert (case.status, case.info) == ("FAIL", "sub")


def test_a_report_that_was_cut_off(tmp_path):
    path = tmp_path / "r"
    path.write_bytes(
        json.dumps(phase("a", "call", "passed")).encode() + b'\n[]\n\xff{"nodeid": "b"'
    )
    report = read_report_log(path)
    assert [case.name for case in report.cases] == ["a"]
    assert not report.is_complete


def test_a_huge_failure_is_cut(read):
    (case,) = read(phase("a", "call", "failed", longrepr="x" * 200_000)).cases
    assert len(case.info) < 70_000
