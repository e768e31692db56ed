"""Earlier attempts of a job, and whose fault its failure is."""

from __future__ import annotations

from tests.browser import samples
from tests.browser.looking import wait_for

from praktika.model.result import Status

ARM = "#/job/Build%20(arm)"


def a_run(*jobs):
    return samples.a_run(Status.FAIL, jobs)


def attempts(page) -> list[list[str]]:
    rows = page.locator(".attempts tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in rows]


def test_a_job_shows_what_became_of_its_earlier_attempts(opened) -> None:
    page = opened(samples.failing(), ARM)
    wait_for(page, "Build (arm)")
    assert page.locator(".attempts caption").inner_text() == "Earlier attempts (1)"
    assert page.locator(".attempts th").all_inner_texts() == [
        "Attempt",
        "Status",
        "Verdict",
        "Reason",
        "Runner",
    ]
    assert attempts(page) == [
        ["1", "ERROR", "infrastructure", "its runner did not report", "i-07c1e"]
    ]


def test_a_job_that_ran_once_has_no_such_table(opened) -> None:
    page = opened(samples.passing(), "#/job/Lint")
    wait_for(page, "Lint")
    assert page.locator(".attempts").count() == 0


def test_of_many_attempts_the_last_ones_are_shown(opened) -> None:
    earlier = [samples.EARLIER | {"attempt": number} for number in range(1, 41)]
    page = opened(a_run(samples.a_job("Lint", ext={"earlier_attempts": earlier})), "#/job/Lint")
    wait_for(page, "Lint")
    caption = page.locator(".attempts caption").inner_text()
    assert caption == "Earlier attempts (40, the last 30 shown)"
    assert [row[0] for row in attempts(page)] == [str(number) for number in range(11, 41)]


def test_a_reason_that_is_long_makes_no_page_wider(opened) -> None:
    earlier = samples.EARLIER | {"reason": "x" * 2_000, "runner": "i" * 200}
    run = a_run(samples.a_job("Lint", ext={"earlier_attempts": [earlier]}))
    for width in (390, 1200):
        page = opened(run, "#/job/Lint", viewport={"width": width, "height": 780})
        wait_for(page, "Lint")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_verdict_stands_beside_the_status_unless_the_status_says_it(opened) -> None:
    page = opened(
        a_run(
            samples.a_job("one", Status.FAIL, ext={"verdict": "author"}),
            samples.a_job("two", Status.ERROR, ext={"verdict": "author"}),
            samples.a_job("three", Status.ERROR, ext={"verdict": "timeout"}),
        )
    )
    rows = page.locator(".jobs .rows .row")
    shown = {
        row.locator(".name").inner_text(): row.locator(".label").all_inner_texts()
        for row in rows.all()
    }
    assert shown == {"one": [], "two": ["author"], "three": ["timeout"]}
    page.locator(".go").get_by_text("two").click()
    wait_for(page, "two")
    assert page.locator(".title .label").all_inner_texts() == ["author"]
