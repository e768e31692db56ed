import pytest

from praktika.gh import GH, NotInThisRelease
from praktika.result import Result
from praktika.sdk.github.sections import has_section, section, with_sections


def test_a_new_comment_has_all_sections():
    text = with_sections("", {"a": "1", "b": "2"})
    assert text == f"{section('a', '1')}\n{section('b', '2')}"
    assert has_section(text, "a")
    assert not has_section(text, "ab")


def test_other_text_stays():
    new = r"new \1 \g<0>"
    text = with_sections(f"before\n{section('a', 'old')}\nafter", {"a": new})
    assert text == f"before\n{section('a', new)}\nafter"


def test_a_section_is_added_where_it_is_missing_or_was_cut():
    assert with_sections("x", {"a": "1"}) == f"x\n{section('a', '1')}"
    cut = section("a", "old")[:40]
    assert with_sections(cut, {"a": "1"}) == f"{cut}\n{section('a', '1')}"


def test_the_marks_are_those_of_older_comments():
    assert section("report", "x") == (
        "<!-- CI automatic comment start :report: -->\nx\n<!-- CI automatic comment end :report: -->"
    )


def test_the_commit_status_of_a_result():
    status = GH.CommitStatus.of(Result("job", "ERROR", info="first\nsecond"), "https://r")
    assert status == ("job", "error", "first", "https://r")


def test_a_summary():
    result = Result("wf", "FAIL", results=[Result("a", "FAIL", info="boom")])
    text = GH.ResultSummaryForGH.from_result(result, "abc").to_markdown(7, "abc", "wf", "main")
    assert "| a | FAIL | boom |" in text


def test_what_is_not_there_yet_says_so():
    with pytest.raises(NotInThisRelease, match="publish_gh_pages"):
        GH.publish_gh_pages("dir")
    assert GH.gh_pages_url("owner/name") == "https://owner.github.io/name"
