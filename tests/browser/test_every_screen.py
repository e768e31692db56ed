"""Narrow, dark, without a mouse, without colours: the page serves all."""

from __future__ import annotations

import pytest
from tests.browser import samples
from tests.browser.looking import JOB, wait_until

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
ADDRESSES = ["", JOB, JOB + "/test/Parser", "#/job/Build%20(arm)"]

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || ["SCRIPT", "OPTION"].includes(element.tagName)) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${node.data.slice(0, 30)}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_text_has_contrast(opened, scheme, address) -> None:
    assert opened(samples.failing(), address, color_scheme=scheme).evaluate(CONTRAST) == []


def test_dark_is_dark(opened) -> None:
    grounds = [
        opened(samples.passing(), color_scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_wider_than_a_phone(opened, address) -> None:
    page = opened(samples.failing(), address, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_rows_are_high_enough_for_a_finger(opened) -> None:
    page = opened(samples.failing(), **PHONE)
    assert page.locator(".rows .row").first.bounding_box()["height"] == 44


def test_a_changed_window_draws_the_rows_anew(opened) -> None:
    page = opened(samples.large(2_000), JOB)
    page.set_viewport_size({"width": 390, "height": 780})
    wait_until(page, "document.querySelector('.rows .row').getBoundingClientRect().height === 44")
    tops = page.locator(".list .rows .row").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().top)"
    )
    assert round(tops[1] - tops[0]) == 44


@pytest.mark.parametrize("address", ADDRESSES)
def test_everything_that_can_be_used_has_a_name(opened, address) -> None:
    page = opened(samples.failing(), address)
    unnamed = page.locator("a, button, input, select, summary").evaluate_all(
        "all => all.filter(e => !(e.ariaLabel || e.innerText.trim())).map(e => e.outerHTML)",
    )
    assert unnamed == []


def test_the_focus_is_seen(opened) -> None:
    page = opened(samples.failing())
    page.keyboard.press("j")
    row = page.locator(".row:has(.go:focus)")
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"


def test_a_reader_without_script_is_told_where_the_data_is(opened) -> None:
    page = opened(samples.passing(), java_script_enabled=False)
    assert "result.json" in page.locator("noscript").inner_text()
