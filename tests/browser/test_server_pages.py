"""A server's pages in a real browser: logging in, starting a run, watching it, and what jobs leave."""

from __future__ import annotations

import pytest
from tests.integration.serve.conftest import Serving, repository, wait_until


@pytest.fixture(scope="module")
def serving(browser, tmp_path_factory):
    serving = Serving(repository(tmp_path_factory.mktemp("pages") / "repo"))
    serving.token = serving.make_token()
    yield serving.start("--label", "linux=2")
    assert serving.end() == 0


@pytest.fixture(scope="module")
def tab(browser, serving):
    """A tab that has logged in, and objects to every complaint of the browser."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            page.complaints.append(said.text) if said.type in {"error", "warning"} else None
        ),
    )
    page.goto(serving.url)
    page.fill("input[name=token]", serving.token)
    page.click("main button")
    page.wait_for_url(serving.url + "/")
    yield page
    assert page.complaints == []
    context.close()


def test_a_run_is_started_watched_and_read_about(tab, serving):
    tab.goto(serving.url + "/workflows")
    tab.locator("article", has_text="Both").locator("button").click()
    tab.wait_for_url("**/jobs?asked")
    tab.click("text=talks")  # as soon as it has begun
    tab.wait_for_url("**/live")
    tab.wait_for_function("document.getElementById('log').textContent.includes('line 6')")
    assert tab.inner_text("#log").split("\n")[:6] == [f"line {n}" for n in range(1, 7)]
    tab.click("text=Jobs")
    tab.locator(".badge", has_text="FAIL").first.wait_for()
    assert "fails <img src=x onerror=alert(1)>" in tab.inner_text("table")  # as text
    tab.wait_for_function("document.body.textContent.includes('Rerun what failed')")
    tab.click("text=Report")
    tab.locator("text=Failed first").first.wait_for(state="attached")
    assert tab.title() == "FAIL Both"
    tab.locator("a", has_text="fails").first.click()
    with tab.expect_navigation():
        tab.click("text=coverage.html")
    assert tab.inner_text("h1") == "coverage"
    assert tab.title() != "hacked"  # its script did not run
    (complaint,) = tab.complaints
    assert "sandboxed" in complaint
    tab.complaints.clear()


def test_the_list_renews_itself(tab, serving):
    tab.goto(serving.url)
    run = serving.dispatch("Sleeps")
    tab.locator(".badge", has_text="RUNNING").first.wait_for()
    tab.locator(f"a[href='/runs/{run}/jobs']").click()
    tab.click("text=Cancel")
    tab.locator("p", has_text="cancelled by octocat").wait_for()
    wait_until(lambda: serving.run(run)["stage"] == "concluded")


def test_a_link_on_another_site_leads_here_though_no_cookie_comes_along(tab, serving):
    page = tab.context.new_page()
    page.goto(f"data:text/html,<a href='{serving.url}/workflows'>go</a>")
    page.click("a")
    page.locator("h1", has_text="Workflows").wait_for()
    page.close()


def test_a_form_on_another_site_asks_for_nothing(tab, serving):
    before = len(serving.get("/api/v1/runs").json["runs"])
    page = tab.context.new_page()
    page.goto(
        "data:text/html,<form method=post action='"
        f"{serving.url}/workflows/dispatch'><input name=repository value=repo>"
        "<input name=workflow value=Both><button>go</button></form>"
    )
    page.click("button")
    page.locator(".trouble").wait_for()
    page.close()
    assert len(serving.get("/api/v1/runs").json["runs"]) == before


def test_on_a_narrow_screen_the_list_is_not_squeezed(tab, serving):
    tab.set_viewport_size({"width": 380, "height": 700})
    tab.goto(serving.url)
    cells = tab.locator("td:has(a)").all()
    assert cells
    assert min(cell.bounding_box()["width"] for cell in cells) > 200
    tab.set_viewport_size({"width": 1200, "height": 800})


def test_a_link_to_a_job_leads_there_also_by_way_of_the_login_form(tab, serving, browser):
    run = serving.dispatch("Both")
    serving.over(run)
    page = browser.new_context().new_page()
    page.goto(f"{serving.url}/runs/{run}#/job/talks")
    page.fill("input[name=token]", serving.token)
    page.click("main button")
    page.wait_for_url(f"{serving.url}/runs/{run}/#/job/talks")
    page.locator("h1", has_text="talks").wait_for()
    page.context.close()


def test_who_logs_in_from_a_page_comes_back_to_it(serving, browser):
    page = browser.new_context().new_page()
    page.goto(f"{serving.url}/nothing")  # as a run's page of a server that anybody may read
    page.click("text=Log in")
    page.fill("input[name=token]", serving.token)
    page.click("main button")
    page.wait_for_url(f"{serving.url}/nothing")
    page.context.close()
