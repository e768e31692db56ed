import pytest

from praktika.sdk.testing.junit_report import read_junit

REPORT = """<?xml version="1.0"?><testsuites><testsuite name="pytest">
<testcase classname="t.TestA" name="ok" time="0.25" file="t.py" line="3"/>
<testcase classname="t" name="bad" time="1"><failure message="boom">trace</failure>
  <system-out>printed</system-out></testcase>
<testcase classname="t" name="err" time="1"><error message="failed on setup">E</error></testcase>
<testcase classname="t" name="skip" time="1"><skipped type="pytest.skip" message="why"/></testcase>
<testcase classname="t" name="xf" time="1"><skipped type="pytest.xfail" message="why"/></testcase>
<testcase classname="t" name="xp" time="1"><failure message="[XPASS(strict)] why"/></testcase>
<testcase classname="" name="bad.py" time="x"><error message="collection failure">E</error></testcase>
<testcase classname="t" name="td" time="1"/>
<testcase classname="t" name="td" time="2"><error message="teardown">E</error></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.xml"


def test_statuses(path):
    path.write_text(REPORT)
    report = read_junit(path)
    assert report.is_complete
    assert [(case.name, case.status) for case in report.cases] == [
        ("t.TestA::ok", "OK"),
        ("t::bad", "FAIL"),
        ("t::err", "ERROR"),
        ("t::skip", "SKIPPED"),
        ("t::xf", "XFAIL"),
        ("t::xp", "XPASS"),
        ("bad.py", "ERROR"),
        ("t::td", "ERROR"),
    ]


def test_details(path):
    path.write_text(REPORT)
    cases = {case.name: case for case in read_junit(path).cases}
    assert cases["t.TestA::ok"].ext == {"file": "t.py", "line": 3, "classname": "t.TestA"}
    assert cases["t.TestA::ok"].duration == 0.25
    assert cases["t::bad"].info == "boom\ntrace\nprinted"
    assert cases["t::td"].duration == 3
    assert cases["bad.py"].duration is None


def test_a_report_that_was_cut_off(path):
    path.write_text(REPORT[: REPORT.index('<testcase classname="t" name="skip"') + 20])
    report = read_junit(path)
    assert not report.is_complete
    assert len(report.cases) == 3
