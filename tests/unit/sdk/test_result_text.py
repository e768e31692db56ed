from praktika.result import Result
from praktika.sdk.result.text import truncated


def test_the_log_shows_failures_in_full_and_counts_what_is_ok():
    parts = [Result(f"t{n}", "OK") for n in range(30)] + [Result("bad", "FAIL", info="why\nso")]
    text = Result("Tests", "FAIL", 1, 2.5, parts).set_label("flaky").to_stdout_formatted()
    assert text.splitlines() == [
        "FAIL    Tests  2.50 s  [flaky]",
        "  FAIL    bad",
        "    | why",
        "    | so",
        "  OK      30 more",
    ]


def test_the_log_shows_a_small_result_whole():
    result = Result("Job", "OK", results=[Result("a", "OK", info="hidden"), Result("b", "SKIPPED")])
    result.set_info("shown").set_files("x.log", strict=False)
    assert result.to_stdout_formatted().splitlines() == [
        "OK      Job",
        "  | shown",
        "  file: x.log",
        "  OK      a",
        "  SKIPPED b",
    ]


def test_markdown_lists_what_failed():
    parts = [
        Result("ok", "OK"),
        Result("bad", "FAIL", info="\nfirst\nsecond"),
        Result("e", "ERROR"),
    ]
    whole = Result("WF", "ERROR", results=[Result("job", "ERROR", results=parts)])
    assert whole.to_markdown(report_url="https://r/").splitlines() == [
        "**[WF](https://r/)**: ERROR",
        "",
        "| Name | Status | Info |",
        "|---|---|---|",
        "| job / e | ERROR |  |",
        "| job / bad | FAIL | first |",
    ]


def test_markdown_of_what_is_ok_is_one_line():
    assert Result("WF", "OK").to_markdown() == "**WF**: OK"


def test_markdown_of_a_failure_without_parts():
    assert Result("job", "FAIL", info="boom").to_markdown().endswith("| job | FAIL | boom |")


def test_markdown_is_cut():
    parts = [Result(str(n), "FAIL") for n in range(60)]
    text = Result("x", "FAIL", results=parts).to_markdown(max_rows=50)
    assert text.count("| FAIL |") == 50
    assert text.endswith("… and 10 more")


def test_security_6_names_and_info_are_no_markup():
    evil = "<img src=x> @everyone [a](javascript:b) `c` | d\n# e"
    text = Result("x", "FAIL", results=[Result(evil, "FAIL", info=evil)]).to_markdown()
    row = text.splitlines()[-1]
    assert not set("<>@[`#") & set(row.replace("&#", ""))
    assert row.count("|") == 4


def test_truncating():
    text = "\n".join(map(str, range(10)))
    assert truncated(text, 3) == "… 7 lines left out …\n7\n8\n9"
    assert truncated(text, 3, from_top=False) == "0\n1\n2\n… 7 lines left out …"
    assert truncated(text, 10) == text
    assert truncated("abcdef", width=3) == "abc…"


def test_info_truncated():
    result = Result("x", "OK", info="a\nb\nc")
    assert result.get_info_truncated(1) == "… 2 lines left out …\nc"
    assert result.get_info_truncated(1, truncate_from_top=False) == "a\n… 2 lines left out …"
