"""JUnit XML as the tools of different languages write it."""

from __future__ import annotations

import pytest


def _statuses(results):
    return {result.name: str(result.status) for result in results}


def test_surefire(recorded):
    assert _statuses(recorded("surefire.xml")) == {
        "com.example.TillTest.counts": "OK",
        "com.example.TillTest.isShort": "FAIL",
        "com.example.TillTest.isClosed": "SKIPPED",
        "com.example.TillTest.flickers": "OK",
        "com.example.TillTest.throwsAlways": "ERROR",
        "com.example.TillTest$Nested.adds{int, int}[2]": "OK",
    }


def test_surefire_durations_have_thousands_separators(recorded):
    counts = recorded("surefire.xml")[0]
    assert counts.duration == 1200.25


def test_surefire_reruns(recorded):
    _, short, _, flaky, always, _ = recorded("surefire.xml")
    assert "labels" not in short.ext
    assert flaky.ext["labels"] == [{"name": "flaky"}]
    assert "java.lang.AssertionError: first time" in flaky.info
    assert "a lamp is loose" in flaky.info
    assert "java.io.IOException: second time" in flaky.info
    assert always.ext["labels"] == [{"name": "retry_failed"}]


def test_a_message_that_the_stack_trace_repeats_is_not_shown_twice(recorded):
    short = recorded("surefire.xml")[1]
    assert short.info.startswith(
        "java.lang.AssertionError: expected:<1> but was:<2>\n\tat org.junit"
    )
    assert short.info.count("but was") == 1
    assert short.info.endswith("system-out:\ncounting the till")


def test_phpunit_nested_suites(recorded):
    results = recorded("phpunit.xml")
    assert _statuses(results) == {
        r"Shop\Tests\TillTest::testAdd with data set #0": "OK",
        r'Shop\Tests\TillTest::testAdd with data set "two words"': "FAIL",
        r"Shop\Tests\TillTest::testAdd with data set #2": "OK",
        r"Shop\Tests\TillTest::testClosed": "SKIPPED",
        r"Shop\Tests\TillTest::testThrows": "ERROR",
        r"Shop\Tests\TillTest::testRisky": "OK",
    }
    assert results[0].ext["file"] == "/home/dev/shop/tests/TillTest.php"
    assert results[0].ext["line"] == 12
    assert results[-1].info == "assertion is deprecated"


def test_nextest(recorded):
    results = recorded("nextest.xml")
    assert _statuses(results) == {
        "shop::till::tests::counts": "OK",
        "shop::at_the_top": "OK",
        "shop::till::tests::is_short": "FAIL",
        "shop::counter::flickers": "OK",
        "shop::counter::passed_too_late": "FAIL",
    }
    labels = [result.ext.get("labels") for result in results]
    flaky = [{"name": "flaky"}]
    assert labels == [None, None, [{"name": "retry_failed"}], flaky, flaky]
    assert results[0].start_time == results[1].start_time == 1767945012.665


def test_node(recorded):
    assert _statuses(recorded("node-20.xml")) == {
        "counts": "OK",
        # node 20 escapes quotes twice.
        "fails with <markup> & &quot;quotes&quot;": "FAIL",
        "throws": "FAIL",
        "skipped": "SKIPPED",
        "todo": "XFAIL",
        "drawer.opens": "OK",
        "drawer.inside.has coins": "FAIL",
        "parent.child": "OK",
        "parent.wrong child": "FAIL",
    }


def test_newer_node_gives_the_same_names(written):
    (result,) = written(
        '<testsuites><testsuite name="drawer"><testsuite name="inside">'
        '<testcase name="has coins" classname="drawer.inside" file="/x/till.test.js"/>'
        "</testsuite></testsuite></testsuites>"
    )
    assert result.name == "drawer.inside.has coins"


def test_jest(recorded):
    results = recorded("jest-junit.xml")
    names = [result.name for result in results]
    assert names[:6] == [
        "till opens",
        "till is short",
        "till is closed",
        "till is painted",
        "till drawer has 1 coins",
        "till drawer has 2 coins",
    ]
    assert names[6] == "top level"
    assert (names[7], results[7].status) == (
        "Test suite failed to run > src/broken.test.js",
        "ERROR",
    )
    assert results[1].status == "FAIL"
    assert results[1].info.startswith("Error: expect(received).toEqual(expected)")


def test_vitest_and_playwright(recorded):
    assert _statuses(recorded("vitest.xml")) == {
        "src/till.test.ts > till > drawer > opens": "OK",
        "src/till.test.ts > counts": "FAIL",
        "src/till.test.ts > till > closed": "SKIPPED",
    }
    assert list(_statuses(recorded("playwright.xml"))) == [
        "till.spec.ts › drawer › opens",
        "till.spec.ts > counts",
    ]


def test_mocha_writes_the_full_title_as_the_name(written):
    (result,) = written(
        '<testsuites name="Mocha Tests"><testsuite name="till">'
        '<testcase name="till drawer opens" classname="opens"/></testsuite></testsuites>'
    )
    assert result.name == "till drawer opens"


def test_ctest(recorded):
    results = recorded("ctest.xml")
    assert _statuses(results) == {
        "till.counts": "OK",
        "till.short": "FAIL",
        "till.crash": "FAIL",
        "till.slow": "FAIL",
        "till.closed": "SKIPPED",
        "till.disabled": "SKIPPED",
        # ctest writes <skipped>, and counts it as a failure.
        "till.missing": "ERROR",
        "till.willfail": "OK",
        "till with space": "OK",
    }
    assert results[1].info == "system-out:\nthe till is short"
    assert results[0].info == ""


def test_unittest_xml_reporting(recorded):
    assert _statuses(recorded("xmlrunner.xml")) == {
        "test_sub.TestU.test_u (i=1)": "FAIL",
        "test_sub.TestU.test_err": "ERROR",
        "test_sub.TestU.test_skip": "SKIPPED",
        "test_sub.TestU.test_exp": "XFAIL",
        "test_sub.TestU.test_unexp": "FAIL",
    }


def test_a_suite_name_with_a_date_stays_out_of_the_test_name(recorded):
    (result,) = recorded("xmlrunner-class-setup.xml")
    assert (result.name, result.status) == ("setUpClass (test_sub.TestBad)", "ERROR")


def test_go_junit_report_has_the_package_as_class(written):
    (result,) = written(
        '<testsuites><testsuite name="example.com/shop">'
        '<testcase classname="example.com/shop" name="TestTotal/one" time="0.5"/>'
        "</testsuite></testsuites>"
    )
    assert result.name == "example.com/shop.TestTotal/one"


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ('status="run" result="completed"', "OK"),
        ('status="notrun" result="suppressed"', "SKIPPED"),
        ('status="run" result="skipped"', "SKIPPED"),
        ('status="Passed"', "OK"),
        ('status="FAILED"', "FAIL"),
        ('status="error"', "ERROR"),
        ('status="disabled"', "SKIPPED"),
    ],
)
def test_a_status_without_an_element_counts(written, attributes, status):
    (result,) = written(f'<testsuite name="s"><testcase name="a" {attributes}/></testsuite>')
    assert result.status == status


@pytest.mark.parametrize(
    ("inside", "status"),
    [
        ("<failure/>", "FAIL"),
        ("<error/>", "ERROR"),
        ("<failure/><error/>", "ERROR"),
        ("<skipped/>", "SKIPPED"),
        ('<skipped type="pytest.xfail"/>', "XFAIL"),
        ("<skipped/><failure/>", "XFAIL"),
        ("<system-out>x</system-out>", "OK"),
        ("<properties><property name='failure' value='1'/></properties>", "OK"),
        ("<x:failure xmlns:x='urn:x'/>", "FAIL"),
    ],
)
def test_the_elements_inside_a_case_decide(written, inside, status):
    (result,) = written(f'<testsuite name="s"><testcase name="a">{inside}</testcase></testsuite>')
    assert result.status == status


def test_a_suite_that_failed_as_a_whole_is_a_case(written):
    results = written(
        '<testsuites><testsuite name="till"><testcase name="a" classname="x"/>'
        '<error message="no float">trace</error></testsuite></testsuites>'
    )
    assert [(r.name, str(r.status), r.info) for r in results] == [
        ("x.a", "OK", ""),
        ("till", "ERROR", "no float\n\ntrace"),
    ]


def test_suites_name_a_case_without_a_class(written):
    results = written(
        '<testsuites name="all"><testsuite name="till"><testsuite name="drawer">'
        '<testcase name="opens"/></testsuite><testcase name=""/></testsuite></testsuites>'
    )
    assert [result.name for result in results] == ["till > drawer > opens", "till"]


def test_the_name_of_a_single_suite_counts_too(written):
    (result,) = written('<testsuite name="till"><testcase name="opens"/></testsuite>')
    assert result.name == "till > opens"


def test_a_time_without_a_zone_is_no_start_time(written):
    results = written(
        '<testsuite name="s"><testcase name="a" timestamp="2026-01-09T07:50:12"/>'
        '<testcase name="b" timestamp="2026-01-09T07:50:12Z"/>'
        '<testcase name="c" timestamp="0001-01-01T00:00:00Z"/>'
        '<testcase name="d" timestamp="noon"/></testsuite>'
    )
    assert [result.start_time for result in results] == [None, 1767945012.0, None, None]
