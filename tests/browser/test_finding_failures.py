"""The way from the opened page to what went wrong."""

from __future__ import annotations

import pytest
from tests.browser import samples
from tests.browser.looking import CASE, JOB, heading, names, wait_for

from praktika.model.result import Result, Status


def test_a_failed_test_is_one_click_away(opened) -> None:
    page = opened(samples.failing())
    page.locator(".row.sub").first.click()
    wait_for(page, CASE)
    assert "AssertionError: assert 13 == 12" in page.locator("pre").inner_text()


def test_a_failed_test_is_two_clicks_away_by_its_job(opened) -> None:
    page = opened(samples.failing())
    page.get_by_role("link", name="Unit tests").click()
    wait_for(page, "Unit tests")
    page.locator(".list .rows .row").first.click()
    wait_for(page, CASE)


def test_a_failed_test_is_three_clicks_away_by_job_and_step(opened) -> None:
    page = opened(samples.failing())
    page.get_by_role("link", name="Unit tests").click()
    page.locator(".steps .row", has_text="Parser").click()
    wait_for(page, "Parser")
    page.locator(".list .rows .row").first.click()
    wait_for(page, CASE)


def test_failed_jobs_come_first_and_then_the_order_of_the_plan(opened) -> None:
    page = opened(samples.failing())
    assert names(page) == [
        "Build (arm)", "Unit tests", "Integration tests (postgres, parallel 1/3)",
        "Lint", "Build (amd)", "Package", "Docs", "Report",
    ]  # fmt: skip
    page.get_by_label("Order of the jobs").select_option("order")
    assert names(page) == [job.name for job in samples.failing().results]


def test_failed_tests_come_first(opened) -> None:
    page = opened(samples.failing(), JOB)
    shown = page.locator(".list .rows .row .badge").all_inner_texts()
    assert shown[:6] == ["FAIL"] * 5 + ["OK"]


def test_fail_and_error_differ_in_word_shape_and_colour(opened) -> None:
    page = opened(samples.failing())
    looks = {}
    for status in ("FAIL", "ERROR", "OK", "DROPPED", "SKIPPED"):
        badge = page.locator(f".rows .row:not(.sub) .badge.s-{status}").first
        shape = badge.locator("use").get_attribute("href")
        looks[status] = (
            badge.inner_text(),
            shape,
            badge.evaluate("b => getComputedStyle(b).color"),
        )
    words, shapes, colours = zip(*looks.values(), strict=True)
    assert len(set(words)) == len(set(shapes)) == 5
    assert len({looks["FAIL"][2], looks["ERROR"][2], looks["OK"][2], looks["DROPPED"][2]}) == 4
    assert len(colours) == 5


@pytest.mark.parametrize(("make", "title"), [
    (samples.passing, "OK Pull request"),
    (samples.failing, "FAIL Pull request"),
    (samples.unplanned, "ERROR Pull request"),
])  # fmt: skip
def test_the_tab_says_status_and_workflow(opened, make, title) -> None:
    assert opened(make()).title() == title


def test_the_head_says_what_was_run(opened) -> None:
    about = opened(samples.failing()).locator("#main").inner_text()
    for fact in (
        "acme/widgets",
        "feature/faster-planner",
        "3f2a9c1d4b",
        "3 uncommitted files",
        "by ann",
        "5 m 12 s",
        "Plan filters before scans",
        "201 tests, 5 failed",
    ):
        assert fact in about


def test_a_job_that_did_not_run_says_why(opened) -> None:
    page = opened(samples.failing())
    assert "Build (arm) did not succeed" in page.locator(".row", has_text="Package").inner_text()
    page.get_by_role("link", name="Package").click()
    assert "Why: Build (arm) did not succeed" in page.locator("#main").inner_text()


def test_a_reason_that_is_also_the_text_is_shown_once(opened) -> None:
    why = "Build (arm) did not succeed"
    job = Result(name="Package", status=Status.DROPPED, info=why, ext={"reason": why})
    page = opened(samples.a_run(Status.FAIL, (job,)), "#/job/Package")
    assert page.locator("#main").inner_text().count(why) == 1


def test_a_job_that_may_fail_says_so_when_it_did(opened) -> None:
    jobs = [
        samples.a_job(name, status, ext={"allow_failure": True})
        for name, status in (("Fuzz", Status.FAIL), ("Lint", Status.OK))
    ]
    page = opened(samples.a_run(Status.OK, tuple(jobs)))
    rows = page.locator(".rows .row").all_inner_texts()
    assert ["allowed to fail" in row for row in rows] == [True, False]


def test_a_text_that_begins_with_the_reason_does_not_repeat_it(opened) -> None:
    job = Result(
        name="j", status=Status.FAIL, info="exited with 1\nboom", ext={"reason": "exited with 1"}
    )
    page = opened(samples.a_run(Status.FAIL, (job,)), "#/job/j")
    assert page.locator("pre").inner_text() == "boom"
    assert page.locator(".reason").inner_text() == "Why: exited with 1"


def test_a_command_loses_the_indentation_of_its_declaration(opened) -> None:
    ext = {"command": "\n        make all\n          --fast\n\n        make check\n    "}
    page = opened(samples.a_run(Status.OK, (samples.a_job("Build", ext=ext),)), "#/job/Build")
    assert page.locator(".command").inner_text() == "make all\n  --fast\n\nmake check"


def test_of_many_needs_the_first_are_shown_until_the_rest_is_asked_for(opened) -> None:
    needs = [f"job {i}" for i in range(500)]
    jobs = [samples.a_job(name) for name in needs] + [samples.a_job("Last", ext={"needs": needs})]
    page = opened(samples.a_run(Status.OK, tuple(jobs)), "#/job/Last")
    assert page.locator(".facts a.job").count() == 30
    page.get_by_role("button", name="and 470 more").click()
    assert page.locator(".facts a.job").count() == 500


def test_needs_and_dependents_are_links(opened) -> None:
    page = opened(samples.failing(), "#/job/Package")
    page.get_by_role("link", name="Unit tests").click()
    wait_for(page, "Unit tests")
    needed_by = page.locator(".facts div", has_text="Needed by")
    needed_by.get_by_role("link", name="Package").click()
    wait_for(page, "Package")


def test_logs_and_files_are_relative_links(opened) -> None:
    page = opened(samples.failing(), JOB)
    hrefs = page.locator(".facts a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert hrefs[:3] == [
        "jobs/unit-tests/1/job.log",
        "jobs/unit-tests/1/files/pytest%20log.txt",
        "https://example.org/dashboard?run=7",
    ]


def test_artifacts_show_size_and_count(opened) -> None:
    text = opened(samples.failing(), "#/job/Build%20(amd)").locator(".facts").inner_text()
    assert "widget" in text
    assert "8.0 MiB, 2 files" in text


def test_hooks_are_hidden_until_asked_for_but_a_failed_one_warns(opened) -> None:
    page = opened(samples.failing(), JOB)
    assert (
        "The post-hook “./collect_cores.sh” failed"
        in page.locator(".messages .warning").inner_text()
    )
    assert page.get_by_text("docker login").count() == 0
    page.locator("summary", has_text="Hooks (2, 1 failed)").click()
    page.get_by_text("docker login").wait_for()
    assert page.locator(".hooks pre").inner_text() == "cp: cannot stat 'core.*': No such file"


def test_a_job_with_a_failed_hook_is_marked_in_the_list(opened) -> None:
    page = opened(samples.failing())
    marked = page.locator(".rows .row:has(.mark) .name").all_inner_texts()
    assert marked == ["Build (arm)", "Unit tests", "Lint"]


def test_a_failed_hook_that_the_runner_spoke_of_warns_once(opened) -> None:
    hooks = {"post": [{"name": "./collect", "status": "FAIL"}]}
    ext = {"hooks": hooks, "warnings": [{"message": "post-hook failed: ./collect"}]}
    page = opened(samples.a_run(Status.OK, (samples.a_job("Build", ext=ext),)), "#/job/Build")
    assert page.locator(".messages li").count() == 1


def test_a_hook_that_passed_does_not_warn(opened) -> None:
    hooks = {"pre": [{"name": "login", "status": "OK"}]}
    page = opened(
        samples.a_run(Status.OK, (samples.a_job("Build", ext={"hooks": hooks}),)), "#/job/Build"
    )
    assert page.locator(".messages").count() == 0
    assert page.locator("summary", has_text="Hooks (1)").count() == 1


def test_messages_of_all_kinds_are_shown(opened) -> None:
    ext = {
        "errors": [{"message": "bad"}],
        "warnings": ["odd"],
        "notes": [{"message": "fine", "from": "Lint"}],
    }
    page = opened(samples.a_run(Status.OK, (), ext=ext))
    assert page.locator(".messages li").all_inner_texts() == [
        "Error: bad",
        "Warning: odd",
        "Note: fine from Lint",
    ]


def test_a_run_without_jobs_says_so(opened) -> None:
    assert (
        "This run has no jobs."
        in opened(samples.a_run(Status.OK, ())).locator("#main").inner_text()
    )


def test_a_plan_that_failed_shows_every_problem(opened) -> None:
    text = opened(samples.unplanned()).locator("#main").inner_text()
    assert "unknown-requirement" in text
    assert "ci/workflows/pr.py:20: cycle" in text
    assert "No job was planned." in text


def test_a_cancelled_run_says_by_whom(opened) -> None:
    page = opened(samples.cancelled())
    assert page.locator(".title .label").inner_text() == "cancelled"
    assert page.locator(".rows .why").all_inner_texts() == ["Cancelled by ann"] * 2


def test_the_smallest_result_is_a_page(opened) -> None:
    assert heading(opened(Result(name="", status=Status.PENDING))) == "(no name)"
