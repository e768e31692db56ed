"""JUnit XML that is cut off, badly encoded, or written to hurt."""

from __future__ import annotations

import time

import pytest

from praktika.runner.reports import ReportError, junit

ONE = '<testsuite name="s"><testcase name="a" classname="x"/>'


def test_a_cut_report_keeps_what_was_read(fixtures, written):
    whole = (fixtures / "node-20.xml").read_text()
    cut = whole.index('<testcase name="has coins"') + 60
    results = written(whole[:cut], "node.xml")
    assert [result.name for result in results] == [
        "counts",
        "fails with <markup> & &quot;quotes&quot;",
        "throws",
        "skipped",
        "todo",
        "drawer.opens",
        "report node.xml",
    ]
    assert results[-1].status == "ERROR"
    assert "ends in the middle (line " in results[-1].info
    assert "6 cases were read" in results[-1].info


def test_the_case_at_hand_is_named_when_the_report_breaks_off(written):
    *_, report = written(ONE + '<testcase name="slow"><failure>cau')
    assert "The case at hand: slow" in report.info


def test_every_cut_of_a_report_is_read_or_refused(fixtures, written):
    whole = (fixtures / "jest-junit.xml").read_bytes()
    for size in range(0, len(whole), 97):
        try:
            results = written(whole[:size])
        except ReportError:
            assert size < 100, "only a report without a root is refused"
        else:
            assert results[-1].name == "report report.txt"


def test_xml_that_is_not_well_formed_tells_the_place(written):
    first, report = written(ONE + '\n<testcase name="b" a < b/></testsuite>')
    assert first.name == "x.a"
    assert "not well-formed XML at line 2, column 22" in report.info


def test_two_reports_in_one_file_are_told(written):
    first, report = written(ONE + "</testsuite>" + ONE + "</testsuite>")
    assert (first.name, report.status) == ("x.a", "ERROR")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: b"\n \n" + text.encode(),
        lambda text: b"> shop@1.0 test\n> node --test\n\n" + text.encode(),
        lambda text: text.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        lambda text: text.replace("UTF-8", "windows-1252").encode("cp1252"),
        # What programs declare and what they write are two things.
        lambda text: text.replace("UTF-8", "UTF-16").encode(),
        lambda text: text.replace("UTF-8", "us-ascii").encode(),
        lambda text: text.replace("UTF-8", "zlib").encode(),
        lambda text: text.replace("UTF-8", "no-such").encode(),
        lambda text: text.replace("1.0", "1.1").encode(),
    ],
)
def test_encodings(written, encode):
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ONE.replace('"a"', '"grün"') + "</testsuite>"
    )
    assert [result.name for result in written(encode(text))] == ["x.grün"]


def test_bytes_that_are_no_text_are_replaced(written):
    text = b'<testsuite name="s"><testcase name="a\xff\xfe" classname="x"><failure>b\x80</failure>'
    (result,) = written(text + b"</testcase></testsuite>")
    assert (result.name, result.info) == ("x.a\ufffd\ufffd", "b\ufffd")


def test_control_characters_are_replaced(written):
    (result,) = written(
        '<testsuite name="s"><testcase name="a\x00\x08" classname="x"><failure>'
        "b\x01 &#0; &#x1F; &#xFFFF; &#xD800; &#1114112; <![CDATA[\x0b]]></failure>"
        "</testcase></testsuite>"
    )
    assert result.name == "x.a\ufffd\ufffd"
    assert result.info == "b" + " ".join(["\ufffd"] * 6) + " \ufffd"


def test_good_references_stay(written):
    (result,) = written(ONE.replace('"a"', '"a&#65;&#x42;&amp;&#128512;"') + "</testsuite>")
    assert result.name == "x.aAB&😀"


def test_colours_of_a_terminal_vanish(written):
    (result,) = written(
        '<testsuite name="s"><testcase name="a\x1b[1m" classname="x"><failure>'
        "\x1b[31mred\x1b[0m &#27;[32mgreen&#x1b;[m</failure></testcase></testsuite>"
    )
    assert (result.name, result.info) == ("x.a", "red green")


def test_line_breaks_leave_names(written):
    (result,) = written(ONE.replace('"a"', '"a&#10;b&#x2028;c"') + "</testsuite>")
    assert result.name == "x.a b c"


def test_a_namespace_and_a_doctype_are_no_hindrance(written):
    (result,) = written(
        '<!DOCTYPE testsuite SYSTEM "junit.dtd"><testsuite xmlns="urn:x" name="s">'
        '<testcase name="a" classname="x"/></testsuite>'
    )
    assert result.name == "x.a"


def test_billion_laughs_are_refused(written):
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><testsuite name="&l9;"></testsuite>'
    with pytest.raises(ReportError, match="declares the entity 'l0'"):
        written(text)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;',
        '<!ENTITY x PUBLIC "p" "https://example.com/x">',
    ],
)
def test_external_entities_are_refused(written, declaration):
    with pytest.raises(ReportError, match="declares the entity 'x'"):
        written(f"<!DOCTYPE s [{declaration}]>{ONE}<testcase name='&x;'/></testsuite>")


def test_a_root_that_is_no_suite_is_refused(written):
    with pytest.raises(ReportError, match=r"report\.txt is XML, but its root is <TestRun>: JUnit"):
        written('<?xml version="1.0"?><TestRun><testsuite name="s"/></TestRun>')


def test_a_page_is_refused_even_if_it_talks_of_suites(written):
    with pytest.raises(ReportError, match="its root is <html>"):
        written("<html><body><testsuite></testsuite></body></html>")


def test_a_huge_tag_ends_the_report_soon(written, monkeypatch):
    monkeypatch.setattr(junit, "TAG_LIMIT", 1024 * 1024)
    begun = time.perf_counter()
    first, report = written(ONE + "<!--" + "x" * 8_000_000 + "-->")
    assert first.name == "x.a"
    assert "has a tag of more than 1,048,576 bytes" in report.info
    assert time.perf_counter() - begun < 5


def test_a_deep_name_is_made_of_the_nearest_suites(written):
    deep = 900
    text = '<testsuite name="s">' * deep + '<testcase name="a"/>' + "</testsuite>" * deep
    (result,) = written(text)
    assert result.name == "s > " * 20 + "a"


def test_endless_nesting_ends_the_report(written):
    first, report = written(ONE + "<testsuite>" * 20_000)
    assert first.name == "x.a"
    assert "is nested deeper than 1,000 elements" in report.info


def test_a_case_inside_a_case_keeps_both(written):
    results = written(
        '<testsuite name="s"><testcase name="a" classname="x">'
        '<testcase name="b" classname="x"/></testcase></testsuite>'
    )
    assert [result.name for result in results] == ["x.a", "x.b"]
