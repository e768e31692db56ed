import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from praktika.model.result import Result, Status
from praktika.report import render

# What makes markup or code of a string. The policy forbids it as well; this says so earlier.
SINKS = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "srcdoc",
    "eval(",
    "Function(",
    'setTimeout("',
)
ASSETS = sorted(files("praktika.report").joinpath("page").iterdir(), key=lambda asset: asset.name)


class Page(HTMLParser):
    """The elements of a page, the text of its raw ones, and its policy."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.policy = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag in {"script", "style", "title"}:
            self.raw.append((tag, attributes, ""))
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""

    def handle_data(self, data: str) -> None:
        if self.raw and self.tags and self.tags[-1] == self.raw[-1][0]:
            tag, attributes, text = self.raw[-1]
            self.raw[-1] = (tag, attributes, text + data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def texts(self, tag: str) -> list[str]:
        return [
            text
            for name, attributes, text in self.raw
            if name == tag and attributes.get("type") is None
        ]


def a_run(name: str = "Pull request", status: Status = Status.OK, info: str = "") -> Result:
    return Result(name=name, status=status, info=info)


def hash_of(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_the_policy_allows_the_page_s_own_script_and_style_and_nothing_else() -> None:
    page = Page(render(a_run()))
    [script], [style] = page.texts("script"), page.texts("style")
    assert page.policy.split("; ") == [
        "default-src 'none'",
        f"script-src {hash_of(script)}",
        f"style-src {hash_of(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]


def test_the_policy_stands_before_all_that_it_governs() -> None:
    content = render(a_run()).decode()
    assert content.index("Content-Security-Policy") < min(
        content.index("<style"), content.index("<script"), content.index("<link")
    )


HOSTILE = "</script></title><img src=x onerror=alert(1)><script>alert(2)</script><!--"


def test_attack_14_a_name_adds_no_element() -> None:
    plain, hostile = Page(render(a_run("x", info="x"))), Page(render(a_run(HOSTILE, info=HOSTILE)))
    assert hostile.tags == plain.tags


def test_attack_14_a_text_cannot_fill_another_part_of_the_page() -> None:
    content = render(a_run("{{script}}{{policy}}{{data}}", info="{{style}}")).decode()
    assert content.count("{{script}}") == 2  # in the title and in the data, as it was
    assert content.count('"use strict"') == 1


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b", "a\nb", "a\u202eb", "a\x1b]0;x\x07b"])
def test_attack_14_the_title_is_one_clean_line(name: str) -> None:
    [title] = re.findall(r"<title>(.*)</title>", render(a_run(name)).decode())
    assert html.unescape(title).isprintable()


def test_the_title_starts_with_the_status() -> None:
    assert Page(render(a_run("A & B", Status.FAIL))).texts("title") == ["FAIL A & B"]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_page(status: Status) -> None:
    assert f'"status":"{status}"'.encode() in render(a_run(status=status))


def test_fail_and_error_have_icons_of_their_own() -> None:
    def icon(status: Status) -> str:
        return re.findall(r'rel="icon"[^>]*', render(a_run(status=status)).decode())[0]

    assert len({icon(status) for status in (Status.OK, Status.FAIL, Status.ERROR)}) == 3


def test_the_same_result_gives_the_same_bytes() -> None:
    assert render(a_run()) == render(a_run())


def test_the_frame_is_small_and_the_rest_grows_with_the_tests() -> None:
    def size(tests: int) -> int:
        parts = tuple(Result(name=f"test_{i:06}", status=Status.OK) for i in range(tests))
        return len(render(Result(name="r", status=Status.OK, results=parts)))

    assert size(0) < 80_000
    assert size(20_000) - size(10_000) == size(30_000) - size(20_000)


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.name)
def test_no_asset_makes_markup_of_text_or_loads_anything(asset) -> None:
    text = asset.read_text()
    assert [sink for sink in SINKS if sink in text] == []
    assert [
        url
        for url in re.findall(r"https?://[^\s\"')]+", text)
        if url != "http://www.w3.org/2000/svg"
    ] == []
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize(
    "asset", [a for a in ASSETS if a.name.endswith((".js", ".css"))], ids=lambda asset: asset.name
)
def test_no_asset_ends_its_own_element(asset) -> None:
    assert re.findall(r"</(?:script|style)|<!--", asset.read_text(), re.IGNORECASE) == []
    assert "\r" not in asset.read_text()


def test_every_script_is_in_the_page() -> None:
    [script] = Page(render(a_run())).texts("script")
    assert [a.name for a in ASSETS if a.name.endswith(".js") and a.read_text() not in script] == []
