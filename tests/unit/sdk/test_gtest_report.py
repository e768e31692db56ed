import json

import pytest

from praktika.sdk.testing.gtest_report import read_gtest

TESTS = [
    {
        "name": "Ok",
        "status": "RUN",
        "result": "COMPLETED",
        "time": "0.25s",
        "classname": "S",
        "file": "s.cc",
        "line": 7,
    },
    {
        "name": "Bad",
        "status": "RUN",
        "result": "COMPLETED",
        "time": "1s",
        "classname": "S",
        "failures": [{"failure": "s.cc:9\nExpected: 1", "type": ""}, {"failure": "two"}],
    },
    {
        "name": "Skip",
        "status": "RUN",
        "result": "SKIPPED",
        "time": "0s",
        "classname": "S",
        "skipped": [{"message": "no GPU"}],
    },
    {
        "name": "DISABLED_Off",
        "status": "NOTRUN",
        "result": "SUPPRESSED",
        "time": "0s",
        "classname": "S",
    },
]


def test_statuses_and_details(tmp_path):
    path = tmp_path / "g.json"
    path.write_text(json.dumps({"testsuites": [{"name": "S", "testsuite": TESTS}]}))
    report = read_gtest(path)
    assert report.is_complete
    assert [(case.name, case.status) for case in report.cases] == [
        ("S.Ok", "OK"),
        ("S.Bad", "FAIL"),
        ("S.Skip", "SKIPPED"),
        ("S.DISABLED_Off", "SKIPPED"),
    ]
    assert report.cases[0].duration == 0.25
    assert report.cases[0].ext == {"file": "s.cc", "line": 7, "classname": "S"}
    assert report.cases[1].info == "s.cc:9\nExpected: 1\ntwo"
    assert report.cases[2].info == "no GPU"


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"testsuites": [1]}', "{}"])
def test_no_report_or_a_broken_one(tmp_path, content):
    path = tmp_path / "g.json"
    if content is not None:
        path.write_text(content)
    assert read_gtest(path) == ([], False)
