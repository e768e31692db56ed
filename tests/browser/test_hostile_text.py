"""Attack 14: what stands in a Result was written by somebody else."""

from __future__ import annotations

import random

import pytest
from tests.browser import samples
from tests.browser.looking import wait_for

from praktika.model.result import Result, Status

PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<svg/onload=alert(1)>",
    "\"'><b id=pwned>x</b>",
    "{{data}}",
    "\x00\x01\x7f\u2028\u2029",
    "a\ud800b\udfff",
    "\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07",
    "__proto__",
    "constructor",
]
LINKS = [
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "blob:x", "//evil.example/x", "\\\\evil\\x", "/etc/passwd", "view-source:x",
]  # fmt: skip


def everywhere(text: str) -> Result:
    """A run that has the text in every place where a job can put one."""
    message = [{"message": text, "from": text}]
    hook = {
        "name": text,
        "status": "FAIL",
        "info": text,
        "links": [text],
        "results": [{"name": text, "status": text}],
    }
    ext = dict.fromkeys(
        (
            "reason",
            "log",
            "command",
            "parameter",
            "signal",
            "verdict",
            "comment",
            "by",
            "event",
            "git_branch",
            "commit_sha",
            "commit_message",
            "repo_name",
            "version",
            "run_id",
            "change_url",
            "file",
            "line",
            "classname",
        ),
        text,
    )
    ext |= {
        "labels": [{"name": text, "link": text, "hint": text}],
        "errors": message,
        "warnings": message,
        "notes": message,
    }
    ext |= {
        "runs_on": [text],
        "needs": [text],
        "hooks": {"pre": [hook], "post": [hook]},
        "artifacts": [{"name": text, "sha256": text}],
        "earlier_attempts": [
            dict.fromkeys(("attempt", "status", "verdict", "reason", "runner"), text),
            text,
            {"attempt": [text], "status": {text: text}, "reason": {text: [text]}},
        ],
    }
    fields = {"status": Status.FAIL, "info": text, "files": (text,), "links": (text,), "ext": ext}
    test = Result(name=text, **fields)
    return Result(name=text, **fields, results=(Result(name=text, **fields, results=(test, test)),))


def views(page):
    """Opens the run, its job and its first test in turn, with their hooks."""
    for depth in range(3):
        if depth:
            page.locator(".list .rows .row:not(.sub) .go").first.focus()
            page.keyboard.press("Enter")
            page.locator(f".crumbs li:nth-child({depth})").wait_for()
        for summary in page.locator("details:not([open]) summary").all():
            summary.click()
        if page.locator("details").count():
            page.locator(".outcome").first.wait_for()
        yield depth


def seen_by(page) -> list[str]:
    """The names of all elements and attributes in all views."""
    seen = []
    for _ in views(page):
        seen += page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => [e.localName, ...e.getAttributeNames()])"
        )
    return seen


@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_14_text_stays_text(opened, payload) -> None:
    page = opened(everywhere(payload))
    seen = set(seen_by(page))
    assert not {"img", "b", "iframe", "object"} & seen
    assert not {name for name in seen if name.startswith("on")}
    assert page.locator("#pwned").count() == 0
    assert page.locator("script").count() == 2


@pytest.mark.parametrize("link", LINKS)
def test_attack_14_a_link_elsewhere_is_text(opened, link) -> None:
    page = opened(everywhere(link))
    for _ in views(page):
        schemes = page.evaluate("[...document.querySelectorAll('a')].map(a => a.protocol)")
        assert set(schemes) <= {"file:"}
        resolved = page.evaluate("[...document.querySelectorAll('a')].map(a => a.href)")
        folder = page.url.split("#")[0].rsplit("/", 1)[0]
        assert [href for href in resolved if not href.startswith(folder + "/")] == []


@pytest.mark.parametrize(("link", "expected"), [
    ("https://example.org/a?b#c", "https://example.org/a?b#c"),
    ("http://example.org", "http://example.org"),
    ("mailto:ann@example.org", "mailto:ann@example.org"),
    ("other/report.html#x", "other/report.html#x"),
])  # fmt: skip
def test_a_good_link_is_one(opened, link, expected) -> None:
    page = opened(Result(name="r", status=Status.OK, links=(link,)))
    assert page.locator(".facts a").get_attribute("href") == expected
    assert page.locator(".facts a").get_attribute("rel") == "noreferrer"


@pytest.mark.parametrize(("path", "expected"), [
    ("jobs/a/1/job.log", "jobs/a/1/job.log"),
    ("./a b/#1?.txt", "a%20b/%231%3F.txt"),
    ("javascript:alert(1)", "javascript%3Aalert(1)"),
    ("a/%2e%2e/b", "a/%252e%252e/b"),
])  # fmt: skip
def test_a_path_is_encoded(opened, path, expected) -> None:
    page = opened(Result(name="r", status=Status.OK, files=(path,)))
    assert page.locator(".facts a").get_attribute("href") == expected


@pytest.mark.parametrize("path", ["../secret", "a/../../b", "/etc/passwd", "", "//host/x"])
def test_a_path_out_of_the_run_is_text(opened, path) -> None:
    page = opened(Result(name="r", status=Status.OK, files=(path,), info="x"))
    assert page.locator(".facts a").count() == 0


def test_markup_from_strings_is_forbidden_by_the_policy(opened) -> None:
    page = opened(samples.passing())
    trial = "(() => { try { document.getElementById('main').innerHTML = '<i>x</i>'; return 'done'; } catch (error) { return error.name; } })()"
    assert page.evaluate(trial) == "TypeError"
    assert "TrustedHTML" in opened.troubles.pop()


def test_terminal_colours_become_spans_and_other_escapes_vanish(opened) -> None:
    info = (
        "\x1b[1;31mred\x1b[0m plain \x1b[38;5;200mx\x1b[0m\x1b[2K\x1b]0;title\x07end\r\nnext\x1b(B"
    )
    page = opened(Result(name="r", status=Status.FAIL, info=info))
    pre = page.locator("pre")
    assert pre.inner_text() == "red plain xend\nnext"
    assert pre.locator(".bold.ink1").inner_text() == "red"
    assert pre.locator("span").count() == 1


def test_controls_are_visible_in_names_and_texts(opened) -> None:
    page = opened(Result(name="a\u202eb\x00c\x1b[31m", status=Status.FAIL, info="x\x00\u202ey\tz"))
    assert page.locator("h1").inner_text() == "a⟨U+202E⟩b␀c␛[31m"
    assert page.locator("pre").inner_text() == "x␀⟨U+202E⟩y\tz"


def test_a_long_text_shows_its_ends_until_asked(opened) -> None:
    info = "first\n" + "middle line\n" * 100_000 + "last"
    page = opened(Result(name="r", status=Status.FAIL, info=info))
    pre = page.locator("pre")
    assert len(pre.inner_text()) < 70_000
    assert pre.inner_text().startswith("first")
    assert pre.inner_text().endswith("last")
    page.get_by_role("button", name="more characters").click()
    assert pre.inner_text() == info


def test_a_text_of_escapes_only_is_shown_within_bounds(opened) -> None:
    page = opened(Result(name="r", status=Status.FAIL, info="\x1b[31mx\x1b[32my" * 200_000))
    page.get_by_role("button", name="more characters").click()
    assert page.locator("pre span").count() < 5_000


ODD = [
    None,
    0,
    -1,
    1e300,
    True,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    [{}],
    [1],
    {"a": 1},
    {"pre": 1, "post": [None]},
    [{"name": {}, "link": [], "message": {}, "files": {}, "size": "x"}],
]
KEYS = ["labels", "warnings", "errors", "notes", "attempt", "reason", "log", "command", "runs_on", "needs", "exit_code", "signal", "verdict", "hooks", "artifacts", "parameter", "comment", "run_id", "event", "dirty", "by", "commit_sha", "change_url", "pr_number", "version", "file", "line", "classname", "is_cancelled"]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_values_of_any_shape_break_no_view(opened, seed) -> None:
    chance = random.Random(seed)

    def odd(name: str, *parts: Result) -> Result:
        ext = {key: chance.choice(ODD) for key in KEYS}
        times = chance.choice([(None, None), (1e300, -1.0), (-5.0, 1e300), (0.0, 0.0)])
        return Result(
            name=name,
            status=chance.choice(list(Status)),
            start_time=times[0],
            duration=times[1],
            ext=ext,
            results=parts,
        )

    jobs = [odd(f"j{i}", odd("step", odd("t1"), odd("t2")), odd("t3")) for i in range(12)]
    page = opened(odd("run", *jobs))
    assert page.locator(".rows .row:not(.sub)").count() == 12
    for address in ("#/job/j0", "#/job/j5/test/step", "#/job/j7/test/step/t1", "#/job/j9/test/t3"):
        page.evaluate("to => { location.hash = to; }", address)
        wait_for(page, address.rsplit("/", 1)[1])
        for summary in page.locator("details:not([open]) summary").all():
            summary.click()
