import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from praktika.cidb import CIDB
from praktika.environment import Environment
from praktika.result import Result
from praktika.sdk.services.cidb_rows import rows, usage_row


def job():
    tests = [Result("t1", "OK", duration=0.5), Result("t2", "XFAIL", info="why")]
    parts = [Result("Setup", "OK"), Result("Tests", "OK", results=tests)]
    return Result("Job", "OK", 1000.7, 2.0, parts)


def test_one_row_for_the_job_and_one_for_each_test():
    env = Environment(PR_NUMBER=7, SHA="abc", WORKFLOW_NAME="wf", BRANCH="b")
    found = list(rows(env, job(), "Tests"))
    keys = ("check_name", "test_name", "test_status", "test_duration_ms", "check_duration_ms")
    assert [[row[key] for key in keys] for row in found] == [
        ["Job", "", "", 0, 2000],
        ["Job", "t1", "OK", 500, 2000],
        ["Job", "t2", "XFAIL", 0, 2000],
    ]
    assert {row["workflow_name"] for row in found} == {"wf"}
    assert found[2]["test_context_raw"] == "why"


def test_without_the_named_part_the_jobs_own_parts_are_the_tests():
    assert [row["test_name"] for row in rows(Environment(), job(), "None")] == [
        "",
        "Setup",
        "Tests",
    ]


@pytest.mark.parametrize(
    ("status", "word"),
    [("OK", "success"), ("XPASS", "failure"), ("ERROR", "error"), ("SKIPPED", "skipped")],
)
def test_the_older_words_of_a_check(status, word):
    assert next(rows(Environment(), Result("x", status)))["check_status"] == word


def test_fault_57_a_result_without_times_of_a_local_run_has_valid_numbers():
    row = next(rows(Environment(PR_NUMBER=-1), Result("x", "OK")))
    assert (row["pull_request_number"], row["check_duration_ms"]) == (0, 0)
    assert row["check_start_time"] > 0


def test_a_row_of_usage():
    row = usage_row(Environment(), "Usage Compute", "runner", 1500)
    assert (row["test_name"], row["check_duration_ms"]) == ("runner", 1500)


def test_a_connection_from_a_secret():
    db = CIDB.from_connection_secret('{"url": "https://h/", "user": "u", "password": "p"}')
    assert (db.url, db.user) == ("https://h", "u")
    for wrong in ("", "[]", "{}", "3"):
        with pytest.raises(ValueError, match="url, user and password"):
            CIDB.from_connection_secret(wrong)


def test_the_link_to_statistics_quotes_what_it_is_given(temp, monkeypatch):
    settings = {"CI_DB_DB_NAME": "default", "CI_DB_TABLE_NAME": "checks", "CI_DB_READ_USER": "play"}
    (temp / "settings.json").write_text(json.dumps(settings))
    monkeypatch.setenv("PRAKTIKA_SETTINGS", str(temp / "settings.json"))
    link = CIDB.get_link_to_test_case_statistics(
        "it's \\ evil",
        "Job",
        ["no", "bo'om"],
        "a bo'om here",
        url="https://db/",
        pr_base_branches=["main"],
    )
    url = urlsplit(link)
    assert (url.netloc, url.path) == ("db", "/play")
    assert parse_qs(url.query) == {"user": ["play"], "run": ["1"]}
    sql = base64.b64decode(url.fragment).decode()
    assert "test_name = 'it\\'s \\\\ evil'" in sql
    assert "position(test_context_raw, 'bo\\'om') > 0" in sql
    assert "FROM default.checks" in sql
    assert "base_ref IN ('main')" in sql
