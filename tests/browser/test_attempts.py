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


REUSED = {
    "run": "20261126-010203-abcd",
    "attempt": 2,
    "at": 1_790_000_000.0,
    "commit_sha": "0123456789abcdef",
    "git_branch": "main",
    "report": "../20261126-010203-abcd/report.html",
}


def test_a_reused_job_says_where_its_outcome_is_from(opened) -> None:
    log = "../20261126-010203-abcd/jobs/lint/2/job.log"
    run = samples.a_run(Status.OK, [samples.a_job("Lint", ext={"reused": REUSED, "log": log})])
    page = opened(run, "#/job/Lint")
    wait_for(page, "Lint")

    assert page.locator(".title .label").all_inner_texts() == ["reused"]
    link = page.get_by_role("link", name="run 20261126-010203-abcd")
    assert link.get_attribute("href") == REUSED["report"]
    assert page.locator("a.log").get_attribute("href") == log
    assert "0123456789" in page.locator("dl").first.inner_text()


def test_a_reused_job_is_marked_in_the_list(opened) -> None:
    run = samples.a_run(Status.OK, [samples.a_job("Lint", ext={"reused": REUSED})])
    page = opened(run)
    wait_for(page, samples.a_run(Status.OK, []).name)

    assert "reused" in page.locator("[role=row], tr").filter(has_text="Lint").first.inner_text()


def test_no_link_leads_further_up_than_to_another_run(opened) -> None:
    for report in ("../../x/report.html", "../a/../../b", "..", "../a"):
        run = samples.a_run(
            Status.OK, [samples.a_job("L", ext={"reused": {**REUSED, "report": report}})]
        )
        page = opened(run, "#/job/L")
        wait_for(page, "L")
        assert page.get_by_role("link", name="run 20261126-010203-abcd").count() == 0
