"""Whatever text says, it stays text (security 14)."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.web.pages.markup import h, join


class Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said += data


@given(st.text(), st.text())
def test_text_never_becomes_an_element_or_an_attribute(text, value):
    seen = Seen(h("p", h("b", text), title=value))
    assert [tag for tag, _ in seen.tags] == ["p", "b"]
    assert list(seen.tags[0][1]) == ["title"]


def test_what_is_printable_is_shown_as_it_is():
    seen = Seen(h("p", "a <b> & \"c\" 'd' ü", title="<\"'&>"))
    assert seen.said == "a <b> & \"c\" 'd' ü"
    assert seen.tags == [("p", {"title": "<\"'&>"})]


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\u200b", "\ud800", "\x85"])
def test_what_hides_or_turns_text_around_is_seen(sign):
    assert h("p", f"a{sign}b") == "<p>a\ufffdb</p>"


def test_attributes():
    assert h("input", required=True, disabled=False, value=None, name="x") == (
        '<input required name="x">'
    )
    assert h("a", "x", class_="y", data_live=2) == '<a class="y" data-live="2">x</a>'


def test_nothing_and_lists():
    assert join([None, "a", [1, h("br")]]) == "a1<br></br>"
