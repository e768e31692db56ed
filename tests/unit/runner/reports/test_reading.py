"""Detection, bounds, and files that are no reports."""

from __future__ import annotations

import json
import os

import pytest

from praktika.runner.reports import ReportError, cases, read_report


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("hello", "is no test report that praktika knows .* it begins with 'hello'"),
        ('{"numTotalTests": 3}', "is no test report"),
        ("[1, 2]", "is no test report"),
        ("TAP version 13\nok 1\n", "is no test report"),
        ("\x00\x01\x02", "is no test report"),
    ],
)
def test_what_is_no_report_is_refused_with_its_name(tmp_path, content, message):
    path = tmp_path / "junit.xml"
    path.write_text(content)
    with pytest.raises(ReportError, match=f"junit.xml {message}"):
        read_report(path)


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    with pytest.raises(ReportError, match=r"none\.xml cannot be read: No such file"):
        read_report(tmp_path / "none.xml")
    with pytest.raises(ReportError, match="is not a regular file"):
        read_report(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "report.xml")
    with pytest.raises(ReportError, match="is not a regular file"):
        read_report(tmp_path / "report.xml")


@pytest.mark.parametrize(
    "name", ["pytest-log.jsonl", "gtest.json", "go-1.24.jsonl", "node-20.xml", "go-1.19.txt"]
)
def test_the_format_is_told_by_content_not_by_name(fixtures, recorded, written, name):
    again = written((fixtures / name).read_bytes(), "report.bin")
    assert [r.name for r in again] == [r.name for r in recorded(name)]


@pytest.mark.parametrize("link", [False, True])
def test_paths_of_the_workspace_begin_below_it(tmp_path, link):
    root = tmp_path / "work"
    root.mkdir()
    absolute = f"{root}/src/a.test.js"
    (root / "j.xml").write_text(
        f'<testsuites><testcase name="{absolute}" classname="test" file="{absolute}"/>'
        f'<testcase name="b" classname="test" file="{root}er/b.js"/></testsuites>'
    )
    if link:
        (tmp_path / "link").symlink_to(root)
        root = tmp_path / "link"
    first, second = read_report(root / "j.xml", root=root)
    assert (first.name, first.ext["file"]) == ("src/a.test.js", "src/a.test.js")
    assert second.ext["file"].endswith("/worker/b.js")


def test_a_huge_failure_keeps_its_two_ends(written):
    text = "first\n" + "x" * 1_000_000 + "\nlast"
    (result,) = written(
        f'<testsuite name="s"><testcase name="a"><failure>{text}</failure></testcase></testsuite>'
    )
    assert result.info.startswith("first\n")
    assert result.info.endswith("\nlast")
    assert "[... 936,523 characters left out ...]" in result.info
    assert result.info.count("left out") == 1
    assert len(result.info) < 66_000


def test_all_failures_together_are_bounded(written, monkeypatch):
    monkeypatch.setattr(cases, "TOTAL_INFO", 10_000)
    failing = '<testcase name="a"><failure>' + "x" * 4_000 + "</failure></testcase>"
    results = written('<testsuite name="s">' + failing * 10 + "</testsuite>")
    assert [len(r.info) for r in results[:2]] == [4_000, 4_000]
    assert all(len(r.info) < 400 for r in results[2:])


def test_more_cases_than_allowed_end_the_report(written, monkeypatch):
    monkeypatch.setattr(cases, "MAX_CASES", 5)
    results = written('<testsuite name="s">' + '<testcase name="a"/>' * 9 + "</testsuite>")
    assert len(results) == 6
    assert "more cases than one report may have" in results[-1].info


def test_huge_names_are_cut_and_stay_different(written):
    names = ["n" * 5_000 + end for end in ("a", "b")]
    text = "".join(f'<testcase name="{name}"/>' for name in names)
    first, second = written(f"<testsuite>{text}</testsuite>")
    assert first.name != second.name
    assert len(first.name) < 1_100


def test_a_huge_line_of_a_log_is_skipped(written, monkeypatch):
    monkeypatch.setattr("praktika.runner.reports.raw.json_lines.LINE_LIMIT", 1_000)
    entry = {"$report_type": "TestReport", "nodeid": "a", "when": "teardown", "outcome": "passed"}
    lines = [entry, {"x": "y" * 5_000}, {"$report_type": "SessionFinish"}]
    results = written("".join(json.dumps(line) + "\n" for line in lines))
    assert [r.name for r in results] == ["a", "report report.txt"]
    assert "line 2" in results[1].info
