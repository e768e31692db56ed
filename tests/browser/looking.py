"""What the tests of the page look at, and how they wait for it."""

from __future__ import annotations

import pytest

CASE = "tests/storage/test_storage.py::TestCost::test_case_00003"
JOB = "#/job/Unit%20tests"


def names(page, kind="jobs") -> list[str]:
    return page.locator(f".{kind} .rows .row:not(.sub) .name").all_text_contents()


def heading(page) -> str:
    return page.locator("h1").inner_text()


def wait_until(page, claim: str) -> None:
    """Returns when the expression is true. (Playwright's own waiting evaluates strings in the page.)"""
    for _ in range(300):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never true: {claim}")


def wait_for(page, title: str) -> None:
    """Returns when the view of that heading is shown."""
    page.locator("h1").get_by_text(title, exact=True).wait_for()
