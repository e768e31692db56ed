"""Addresses, the way back, the keyboard, filters and orders."""

from __future__ import annotations

import pytest
from tests.browser import samples
from tests.browser.looking import CASE, JOB, heading, names, wait_for, wait_until

from praktika.model.result import Result, Status

ODD_NAMES = [
    "a b", "a/b", "a//b", "50% done", "C++ tests", "x?y=1&q=z", "#1", "a~2", "~", "", ".", "..",
    "Build (a)", "Build [a]", "naïve", "🦔", "test", "q=x", "a" * 300, "a\nb", "a\x00b", "日本語/テスト", "%2F", "a+b",
]  # fmt: skip


def test_a_link_to_a_test_survives_a_reload(opened) -> None:
    page = opened(samples.failing())
    page.locator(".row.sub").first.click()
    page.reload()
    wait_for(page, CASE)


def test_the_way_back_leads_to_the_same_place(opened) -> None:
    page = opened(samples.large(5_000), JOB)
    page.mouse.wheel(0, 60_000)
    wait_until(page, "window.scrollY > 50000")
    at = page.evaluate("window.scrollY")
    page.locator(".rows .row").nth(20).click()
    wait_until(page, "document.querySelector('h1').innerText.includes('test_case')")
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    wait_for(page, "Unit tests")
    assert page.evaluate("window.scrollY") == at


def test_fault_33_every_name_has_an_address_of_its_own(opened) -> None:
    jobs = tuple(
        Result(name=name, status=Status.OK, info=f"info {i}") for i, name in enumerate(ODD_NAMES)
    )
    page = opened(Result(name="r", status=Status.OK, results=jobs))
    shown, reloaded = [], []
    for number in range(len(ODD_NAMES)):
        page.locator(".rows .row").nth(number).click()
        shown.append(page.locator("pre").inner_text())
        page.reload()
        reloaded.append(page.locator("pre").inner_text())
        page.go_back()
        wait_for(page, "r")
    assert shown == reloaded == [f"info {i}" for i in range(len(ODD_NAMES))]


def test_parts_of_the_same_name_have_addresses_of_their_own(opened) -> None:
    parts = tuple(Result(name="same", status=Status.OK, info=f"info {i}") for i in range(3))
    job = Result(name="j", status=Status.OK, results=parts)
    page = opened(Result(name="r", status=Status.OK, results=(job,)), "#/job/j/test/same~3")
    assert page.locator("pre").inner_text() == "info 2"


def test_an_address_of_nothing_says_so(opened) -> None:
    page = opened(samples.passing(), "#/job/Gone/test/x")
    wait_for(page, "Not in this report")
    page.get_by_role("link", name="See the run.").click()
    wait_for(page, "Pull request")


@pytest.mark.parametrize(
    "address",
    [
        "#/job/%",
        "#nonsense",
        "#/job/~~",
        "#/?sort=constructor&status=__proto__",
        "#/job/Lint/test/",
    ],
)
def test_a_broken_address_breaks_nothing(opened, address) -> None:
    assert heading(opened(samples.passing(), address))


def test_the_parameters_of_older_reports_are_understood(opened) -> None:
    page = opened(
        samples.failing(),
        "?PR=7&sha=latest&name_0=Pull%20request&name_1=Unit%20tests&name_2=Parser",
    )
    wait_for(page, "Parser")


def test_filter_by_text_and_status(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.get_by_label("Filter tests by text").fill("PLANNER case_0000")
    assert [name.rsplit("::", 1)[1] for name in names(page, "list .tests")] == [
        "test_case_00002",
        "test_case_00006",
        "test_case_00002",
        "test_case_00006",
    ]
    page.get_by_label("Filter tests by text").fill("")
    page.get_by_role("button", name="5 FAIL").click()
    assert page.locator(".list .rows .badge").all_inner_texts() == ["FAIL"] * 5


def test_a_filter_survives_the_way_there_and_back_and_a_reload(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.get_by_role("button", name="5 FAIL").click()
    page.get_by_label("Order of the tests").select_option("longest")
    order = names(page, "list .tests")
    page.reload()
    assert names(page, "list .tests") == order
    page.locator(".list .rows .row").first.click()
    page.keyboard.press("Escape")
    wait_for(page, "Unit tests")
    assert names(page, "list .tests") == order


def test_what_was_typed_is_kept_when_a_link_is_followed_at_once(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.get_by_label("Filter tests by text").fill("planner")
    page.locator(".list .rows .row").first.click()
    page.go_back()
    wait_for(page, "Unit tests")
    assert page.get_by_label("Filter tests by text").input_value() == "planner"


def test_what_was_typed_comes_into_the_address(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.get_by_label("Filter tests by text").fill("planner")
    wait_until(page, "location.hash.endsWith('?q=planner')")


def test_a_filter_that_nothing_passes_offers_all(opened) -> None:
    page = opened(samples.failing())
    page.get_by_label("Filter jobs by text").fill("zzz")
    assert names(page) == []
    page.get_by_role("button", name="Show all").click()
    assert len(names(page)) == 8


@pytest.mark.parametrize(("sort", "expected"), [
    ("name", ["a", "b", "c", "d"]),
    ("longest", ["b", "d", "a", "c"]),
    ("shortest", ["c", "a", "d", "b"]),
    ("order", ["d", "b", "c", "a"]),
    ("failed", ["c", "d", "b", "a"]),
])  # fmt: skip
def test_orders(opened, sort, expected) -> None:
    times = {"d": 2.0, "b": 3.0, "c": None, "a": 1.0}
    tests = tuple(
        Result(name=n, status=Status.FAIL if n == "c" else Status.OK, duration=t)
        for n, t in times.items()
    )
    job = Result(name="j", status=Status.FAIL, results=tests)
    page = opened(Result(name="r", status=Status.FAIL, results=(job,)), f"#/job/j?sort={sort}")
    assert names(page, "tests") == expected


def test_a_heading_sorts_and_says_so(opened) -> None:
    page = opened(samples.failing())
    page.get_by_role("button", name="Duration").click()
    assert names(page)[0].startswith("Integration tests")
    assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Duration").click()
    assert page.locator("[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_the_keyboard_is_enough(opened) -> None:
    page = opened(samples.failing())
    page.keyboard.press("/")
    page.keyboard.type("unit")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    wait_for(page, CASE)
    page.keyboard.press("j")
    wait_for(page, CASE.replace("storage", "parser").replace("00003", "00004"))
    page.keyboard.press("k")
    wait_for(page, CASE)


def test_escape_leads_to_where_the_reader_came_from(opened) -> None:
    page = opened(samples.failing())
    page.locator(".row.sub").first.click()
    wait_for(page, CASE)
    page.keyboard.press("j")
    wait_for(page, CASE.replace("storage", "parser").replace("00003", "00004"))
    page.keyboard.press("Escape")
    wait_for(page, "Pull request")


def test_escape_leads_one_view_up_when_the_reader_came_from_elsewhere(opened) -> None:
    page = opened(samples.failing())
    page.locator(".row.sub").first.click()
    wait_for(page, CASE)
    page.reload()
    for expected in ("Parser", "Unit tests", "Pull request"):
        page.keyboard.press("Escape")
        wait_for(page, expected)


def test_escape_empties_the_filter_first(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.keyboard.press("/")
    page.keyboard.type("parser")
    page.keyboard.press("Escape")
    assert page.get_by_label("Filter tests by text").input_value() == ""
    wait_for(page, "Unit tests")


def test_the_focus_returns_to_the_row_that_was_open(opened) -> None:
    page = opened(samples.failing(), JOB)
    page.locator(".list .rows .row").nth(2).click()
    page.keyboard.press("Escape")
    wait_for(page, "Unit tests")
    assert page.evaluate("document.activeElement.innerText").endswith("test_case_00005")


def test_a_name_can_be_copied(opened) -> None:
    page = opened(samples.failing(), permissions=["clipboard-read", "clipboard-write"])
    page.locator(".row.sub").first.click()
    page.get_by_role("button", name="Copy the name").click()
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == CASE
