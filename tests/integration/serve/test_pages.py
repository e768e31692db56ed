"""The pages, as a browser asks for them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from praktika.model.events import RunRequested
from praktika.model.facts import Facts
from praktika.orchestrator import names
from praktika.wiring.runs.requests import post as tell
from praktika.wiring.stores import open_stores

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def cookie(shared) -> str:
    answer = post(shared, "/login", {"token": shared.token, "next": "/workflows"})
    assert (answer.status, answer.headers["location"]) == (303, "/workflows")
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    return said.partition(";")[0]


def post(shared, path: str, fields: dict, cookie: str = "", **headers: str):
    given = {**FORM, "origin": shared.url, **headers}
    if cookie:
        given["cookie"] = cookie
    return shared.call("POST", path, raw=urlencode(fields).encode(), headers=given, token="")


def page(shared, path: str, cookie: str):
    return shared.get(path, token="", headers={"cookie": cookie})


def test_who_is_not_known_is_sent_to_the_form_and_back(shared, finished):
    answer = shared.get(f"/runs/{finished}/", token="")
    assert (answer.status, answer.headers["location"]) == (303, f"/login?next=/runs/{finished}/")
    assert 'name="token"' in shared.get("/login", token="").text


def test_a_link_on_another_site_is_loaded_again_from_here(shared, finished):
    answer = shared.get(f"/runs/{finished}/", token="", headers={"sec-fetch-site": "cross-site"})
    assert answer.status == 200
    assert 'http-equiv="refresh"' in answer.text


def test_a_wrong_token_is_told_and_no_cookie_comes(shared):
    answer = post(shared, "/login", {"token": "prk_wrong"})
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "x"])
def test_nobody_is_sent_to_another_site(shared, target):
    answer = post(shared, "/login", {"token": shared.token, "next": target})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_cannot_make_a_browser_ask_for_anything(shared, finished, cookie, headers):
    """The cookie alone is not enough: not for forms, not for the API, not for logging in."""
    for path in (f"/runs/{finished}/rerun", "/workflows/dispatch", "/login", "/logout"):
        answer = post(shared, path, {"token": shared.token, "scope": "all"}, cookie, **headers)
        assert answer.status == 403
    given = {"cookie": cookie, "origin": shared.url} | headers
    answer = shared.call(
        "POST", f"/api/v1/runs/{finished}/rerun", {"scope": "all"}, token="", headers=given
    )
    assert answer.status == 403


def test_a_post_that_does_not_say_where_it_comes_from_is_refused(shared, finished, cookie):
    given = {**FORM, "cookie": cookie}
    answer = shared.call("POST", f"/runs/{finished}/rerun", raw=b"", headers=given, token="")
    assert answer.status == 403


def test_logging_out(shared, cookie):
    answer = post(shared, "/logout", {}, cookie)
    assert answer.status == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_every_page_has_a_strict_policy_and_no_script_of_its_own(shared, finished, cookie):
    for path in ("/", "/workflows", "/login", f"/runs/{finished}/jobs", "/nothing"):
        answer = page(shared, path, cookie)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"<script[^>]*>", answer.text) == [
            '<script src="/static/pages.js" defer>'
        ]
        assert not re.search(r"\son\w+=", answer.text.replace("onerror=alert", ""))
        assert "style=" not in answer.text


def test_names_of_jobs_are_text(shared, finished, cookie):
    """Security 14."""
    text = page(shared, f"/runs/{finished}/jobs", cookie).text
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_list_leads_to_the_report_and_the_jobs(shared, finished, cookie):
    text = page(shared, "/", cookie).text
    assert f'href="/runs/{finished}/"' in text
    assert f'href="/runs/{finished}/jobs"' in text


def test_the_report_is_at_a_folder_below_which_its_links_lead_to_files(shared, finished, cookie):
    answer = page(shared, f"/runs/{finished}", cookie)
    assert answer.headers["location"] == f"/runs/{finished}/"
    report = page(shared, f"/runs/{finished}/", cookie)
    assert report.status == 200
    assert b"require-trusted-types-for" in report.body
    assert report.text.index('<a href="jobs">') < report.text.index("<main")
    files = shared.get(f"/api/v1/runs/{finished}/files").json["files"]
    for name in files:
        assert page(shared, f"/runs/{finished}/{name}", cookie).status == 200


def test_the_log_is_text_that_can_be_read_on(shared, finished, cookie):
    key = next(job["key"] for job in shared.run(finished)["jobs"] if job["name"] == "talks")
    log = f"/runs/{finished}/jobs/{key}/1/log"
    answer = shared.get(log, token="", headers={"cookie": cookie, "range": "bytes=7-"})
    assert answer.status == 206
    assert answer.text == "".join(f"line {n}\n" for n in range(2, 7))
    assert answer.headers["content-type"].startswith("text/plain")
    live = page(shared, f"/runs/{finished}/jobs/{key}/1/live", cookie)
    assert 'data-log="log"' in live.text


def test_the_html_of_a_job_is_sandboxed(shared, finished, cookie):
    files = shared.get(f"/api/v1/runs/{finished}/files").json["files"]
    (name,) = [name for name in files if name.endswith("coverage.html")]
    answer = page(shared, f"/runs/{finished}/{name}", cookie)
    assert b"<script>" in answer.body
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[0] == "sandbox"
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_a_browser_should_not_show_is_downloaded(shared, finished, cookie):
    files = shared.get(f"/api/v1/runs/{finished}/files").json["files"]
    claim = next(name for name in files if name.endswith("/claim"))
    answer = page(shared, f"/runs/{finished}/{claim}", cookie)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"


def test_a_run_is_started_watched_and_stopped_with_forms(shared, cookie):
    forms = page(shared, "/workflows", cookie).text
    assert '<select name="input.level" required>' in forms
    repository = shared.project.root.name
    answer = post(
        shared, "/workflows/dispatch", {"repository": repository, "workflow": "Sleeps"}, cookie
    )
    assert answer.status == 303
    run = answer.headers["location"].split("/")[2]
    assert page(shared, answer.headers["location"], cookie).status == 200  # at once
    shared.until(run, lambda told: told.get("jobs") and told["jobs"][0]["phase"] == "running")
    going = page(shared, f"/runs/{run}/", cookie)
    assert going.status == 200
    assert b'"status":"RUNNING"' in going.body
    assert "Cancel" in page(shared, f"/runs/{run}/jobs", cookie).text
    assert post(shared, f"/runs/{run}/cancel", {}, cookie).status == 303
    assert shared.over(run)["cancelled_by"] == "octocat"
    assert "Rerun all" in page(shared, f"/runs/{run}/jobs", cookie).text


def test_inputs_of_a_form_are_checked(shared, cookie):
    ask = {"repository": shared.project.root.name, "workflow": "Asks", "input.level": "<b>"}
    answer = post(shared, "/workflows/dispatch", ask, cookie)
    assert answer.status == 422
    assert "<b>" not in answer.text
    assert "&lt;b&gt;" in answer.text


def test_a_form_that_is_none(shared, cookie):
    given = {**FORM, "cookie": cookie, "origin": shared.url}
    for body, status in (
        (b"\xff", 400),
        (b"a=%ff", 400),
        (b"a=1&" * 500, 400),
        (b"x" * 70_000, 413),
    ):
        answer = shared.call("POST", "/workflows/dispatch", raw=body, headers=given, token="")
        assert answer.status == status


def test_a_run_that_is_only_asked_for_is_waited_for(shared, cookie):
    answer = page(shared, "/runs/none/jobs?asked", cookie)
    assert answer.status == 200
    assert "not there yet" in answer.text
    assert page(shared, "/runs/none/jobs", cookie).status == 404


def test_a_commit_of_a_stranger_is_approved_with_a_button_that_names_it(shared, cookie):
    """Security 2: the button is for one commit, and worth nothing for another."""
    sha = "5" * 40
    stores = open_stores(shared.project.root)
    facts = Facts(
        repository="o/r",
        sha=sha,
        local=False,
        trust="untrusted",
        pr_number=7,
        title="Be <b>nice</b>",
        change_url="https://github.example/o/r/pull/7",
    )
    asked = RunRequested(
        at=stores.clock.now(),
        workflow="<b>W",
        repository="o/r",
        sha=sha,
        facts=facts,
        inbox=names.INBOX,
        needs_approval=True,
    )
    tell(stores, "stranger", names.INBOX, asked, identity="stranger")
    shared.until("stranger", lambda told: told.get("stage") == "awaiting")
    assert shared.run("stranger")["awaits"] == sha
    text = page(shared, "/runs/stranger/jobs", cookie).text
    assert "Approve 5555555555" in text
    assert "Nothing runs before" in text
    assert f'name="sha" value="{sha}"' in text
    assert page(shared, "/runs/stranger/", cookie).status == 200
    assert page(shared, "/runs/stranger", cookie).headers["location"] == "/runs/stranger/jobs"
    listed = page(shared, "/", cookie).text
    assert "waits for approval" in listed
    assert '<a href="https://github.example/o/r/pull/7">#7</a>' in listed
    assert "Be &lt;b&gt;nice&lt;/b&gt;" in listed
    answer = post(shared, "/runs/stranger/approve", {"sha": "6" * 40}, cookie)
    assert answer.status == 409
    assert shared.run("stranger")["stage"] == "awaiting"
    assert post(shared, "/runs/stranger/approve", {"sha": sha}, cookie).status == 303
    assert shared.over("stranger")["approved_by"] == "octocat"
    assert page(shared, "/runs/stranger", cookie).headers["location"] == "/runs/stranger/"
