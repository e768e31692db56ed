"""GH with a program that stands in for `gh`, CIDB with an HTTP server."""

import json
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from praktika.cidb import CIDB, ServiceFailed
from praktika.gh import GH
from praktika.result import Result
from praktika.sdk.github.sections import section

GH_PROGRAM = """#!{python} -S
import json, os, sys
here = os.path.dirname(os.path.abspath(__file__))
arguments = sys.argv[1:]
body = json.loads(sys.stdin.read()) if "--input" in arguments else None
with open(here + "/calls", "a") as calls:
    calls.write(json.dumps([arguments, body]) + "\\n")
with open(here + "/answers.json") as file:
    answers = json.load(file)
for path, answer in answers:
    if path in arguments or any(each.startswith(path) for each in arguments):
        if isinstance(answer, dict) and "fail" in answer:
            sys.exit(answer["fail"])
        for line in answer if "--jq" in arguments else [answer]:
            print(line if isinstance(line, str) else json.dumps(line))
        sys.exit(0)
sys.exit("gh: Not Found (HTTP 404)")
"""


class FakeGh:
    """A `gh` on PATH that gives prepared answers, the first whose path fits."""

    def __init__(self, folder):
        self.folder = folder
        program = folder / "gh"
        program.write_text(GH_PROGRAM.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.answer()

    def answer(self, *pairs):
        (self.folder / "answers.json").write_text(json.dumps(pairs))
        (self.folder / "calls").write_text("")

    def calls(self):
        lines = (self.folder / "calls").read_text().splitlines()
        found = []
        for arguments, body in map(json.loads, lines):
            method = arguments[arguments.index("-X") + 1] if "-X" in arguments else "GET"
            path = next(each for each in arguments if each.startswith("repos/"))
            found.append((method, path.partition("?")[0], body))
        return found


@pytest.fixture
def gh(place, temp, monkeypatch):
    facts = {"PR_NUMBER": 7, "REPOSITORY": "o/r", "SHA": "abc", "BASE_BRANCH": "main"}
    (temp / "environment.json").write_text(json.dumps(facts))
    monkeypatch.setenv("PRAKTIKA", "1")
    monkeypatch.setenv("PATH", str(place), prepend=":")
    monkeypatch.setattr("time.sleep", lambda _: None)
    return FakeGh(place)


def test_fault_53_all_pages_of_changed_files_count(gh):
    gh.answer(["repos/o/r/pulls/7/files", [["a", None], ["b", "old b"], ["c d", None]]])
    assert GH.get_changed_files() == ["a", "b", "c d", "old b"]


def test_fault_53_unknown_changed_files_are_not_none_at_all(gh, capsys):
    assert GH.get_changed_files() is None
    assert "HTTP 404" in capsys.readouterr().err
    with pytest.raises(ServiceFailed, match="404"):
        GH.get_changed_files(strict=True)


def test_what_is_refused_is_not_asked_again_and_what_fails_is(gh):
    GH.get_changed_files()
    assert len(gh.calls()) == 1
    gh.answer(["repos/o/r/pulls/7/files", {"fail": "HTTP 502"}])
    GH.get_changed_files()
    assert len(gh.calls()) == 3


def test_changed_files_of_a_branch_come_from_git(place, temp, monkeypatch):
    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "1")
    git("checkout", "-q", "-b", "topic")
    (place / "new\nname").write_text("")
    git("add", "new\nname")
    git("commit", "-q", "-m", "2")
    assert GH.get_changed_files(strict=True) == ["new\nname"]
    (temp / "environment.json").write_text('{"BASE_BRANCH": "gone"}')
    monkeypatch.setenv("PRAKTIKA", "1")
    with pytest.raises(ServiceFailed, match="'gone'"):
        GH.get_changed_files(strict=True)


def test_a_commit_status(gh):
    gh.answer(["repos/o/r/statuses/abc", {}], ["repos/x/y/statuses/def", {}])
    assert GH.post_commit_status("name", Result.Status.FAIL, "d" * 200, "https://u")
    assert GH.post_foreign_commit_status("n", "success", "d", "u", "x/y", "def")
    (first, second) = gh.calls()
    assert first[:2] == ("POST", "repos/o/r/statuses/abc")
    body = {
        "context": "name",
        "state": "failure",
        "description": "d" * 140,
        "target_url": "https://u",
    }
    assert first[2] == body
    assert second[2]["state"] == "success"


def test_a_failed_post_is_told(gh, capsys):
    assert not GH.post_commit_status("name", "OK", "", "", sha="none")
    assert "404" in capsys.readouterr().err


def test_an_updateable_comment_is_updated(gh):
    old = [{"id": 1, "body": "a person's"}, {"id": 2, "body": "x\n" + section("report", "old")}]
    gh.answer(["repos/o/r/issues/7/comments", old], ["repos/o/r/issues/comments/2", {}])
    assert GH.post_updateable_comment({"report": "new", "more": "m"}, verbose=False)
    method, path, body = gh.calls()[-1]
    assert (method, path) == ("PATCH", "repos/o/r/issues/comments/2")
    assert body["body"] == f"x\n{section('report', 'new')}\n{section('more', 'm')}"


def test_an_updateable_comment_is_written_unless_only_an_update_is_wanted(gh):
    gh.answer(["repos/o/r/issues/7/comments", []])
    assert GH.post_updateable_comment({"report": "new"}, only_update=True)
    assert [call[0] for call in gh.calls()] == ["GET"]
    assert GH.post_updateable_comment({"report": "new"})
    assert gh.calls()[-1] == (
        "POST",
        "repos/o/r/issues/7/comments",
        {"body": section("report", "new")},
    )


def test_a_fresh_comment_replaces_older_ones(gh):
    old = [{"id": 1, "body": section("t", "old")}, {"id": 2, "body": "other"}]
    gh.answer(["repos/o/r/issues/7/comments", old], ["repos/o/r/issues/comments/1", {}])
    assert GH.post_fresh_comment("t", "new")
    assert [call[:2] for call in gh.calls()] == [
        ("GET", "repos/o/r/issues/7/comments"),
        ("POST", "repos/o/r/issues/7/comments"),
        ("DELETE", "repos/o/r/issues/comments/1"),
    ]
    assert GH.post_pr_comment("hello", pr=8) is False


def test_facts_of_a_pull_request(gh, place):
    facts = {"title": "T", "body": None, "labels": [{"name": "l"}], "mergeable_state": "dirty"}
    events = [["labeled", "l", "ann"], ["labeled", "m", "bob"], ["labeled", "l", "cy"]]
    gh.answer(
        ["repos/o/r/pulls/7/commits", [["ann", "Ann"], [None, "Bob"], ["ann", "Ann"]]],
        ["repos/o/r/issues/7/events", events],
        ["repos/o/r/pulls/7", facts],
    )
    assert GH.get_pr_title_body_labels() == ("T", "", ["l"])
    assert GH.get_pr_labels() == ["l"]
    assert GH.pr_has_conflicts()
    assert GH.get_pr_contributors() == ["ann", "Bob"]
    assert GH.get_pr_label_assigner("l") == "cy"
    assert GH.get_pr_label_assigner('x") | error') == ""
    (place / "body").write_text("new body")
    assert GH.update_pr_body("body")
    assert gh.calls()[-1] == ("PATCH", "repos/o/r/pulls/7", {"body": "new body"})


def test_merging_is_bound_to_the_commit_of_the_run(gh):
    gh.answer(["repos/o/r/pulls/7/merge", {}], ["repos/o/r/pulls/8/merge", {}])
    assert GH.merge_pr()
    assert gh.calls()[-1][2] == {"merge_method": "merge", "sha": "abc"}
    assert GH.merge_pr(8, squash=True)
    assert gh.calls()[-1][2] == {"merge_method": "squash"}


def test_an_issue_is_created_once(gh):
    gh.answer(["repos/o/r/issues", {"html_url": "https://i"}])
    assert GH.create_issue("t", "b", ["l"]) == "https://i"
    gh.answer(["repos/o/r/issues", {"fail": "HTTP 502"}])
    with pytest.raises(ServiceFailed):
        GH.create_issue("t", "b")
    assert len(gh.calls()) == 1


def test_review_threads(gh):
    gh.answer(["graphql", ['{"id": "1", "isResolved": false}']])
    assert GH.list_pr_review_threads() == [{"id": "1", "isResolved": False}]


def test_a_run_without_a_pull_request_says_so(gh, temp, capsys):
    (temp / "environment.json").write_text('{"PR_NUMBER": 0}')
    assert not GH.post_pr_comment("x")
    assert "no pull request" in capsys.readouterr().err


def test_without_gh_it_says_what_to_install(place, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ServiceFailed, match="gh is not installed"):
        GH.get_pr_labels(7, "o/r")


class Server(ThreadingHTTPServer):
    """A ClickHouse that remembers what it was asked, and answers what it was told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = []
        self.requests = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        query = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
        self.server.requests.append((query, dict(self.headers), body.decode()))
        code, text = self.server.answers.pop(0) if self.server.answers else (200, "1\n")
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Db(CIDB):
    PAUSE = 0.01


@pytest.fixture
def db(server, temp, monkeypatch):
    settings = {"CI_DB_DB_NAME": "default", "CI_DB_TABLE_NAME": "checks"}
    (temp / "settings.json").write_text(json.dumps(settings))
    monkeypatch.setenv("PRAKTIKA_SETTINGS", str(temp / "settings.json"))
    return Db(f"http://127.0.0.1:{server.server_port}", "me", "secret")


def test_a_query(db, server):
    assert db.query("SELECT 1") == "1"
    _, headers, body = server.requests[0]
    assert (headers["X-Clickhouse-User"], headers["X-Clickhouse-Key"]) == ("me", "secret")
    assert body == "SELECT 1"
    assert db.check() == (True, "")


def test_no_names_are_sent_that_are_not_given(server, temp):
    CIDB(f"http://127.0.0.1:{server.server_port}").query("SELECT 1")
    assert not [name for name in server.requests[0][1] if name.lower().startswith("x-click")]


def test_a_refusal_is_told_at_once_and_a_failure_is_tried_again(db, server):
    server.answers = [(403, "no such user")]
    with pytest.raises(ServiceFailed, match="403 no such user"):
        db.query("SELECT 1")
    assert len(server.requests) == 1
    server.answers = [(503, "busy"), (503, "busy")]
    assert db.query("SELECT 1") == "1"
    server.answers = [(500, "bad")] * 9
    assert db.check() == (False, f"the CI database at {db.url}: 500 bad")


def test_rows_are_written_in_blocks_with_tokens(db, server):
    server.answers = [(200, ""), (503, "lost"), (200, "")]
    assert db.insert_rows({"test_name": f"ü{n}"} for n in range(10_001)) == 10_001
    first, second, third = server.requests
    assert first[0]["query"] == "INSERT INTO default.checks FORMAT JSONEachRow"
    assert len(first[2].splitlines()) == 10_000
    assert json.loads(second[2]) == {"test_name": "ü10000"}
    assert second[0]["insert_deduplication_token"] == third[0]["insert_deduplication_token"]
    assert first[0]["insert_deduplication_token"] != third[0]["insert_deduplication_token"]


def test_a_result_and_usage_are_written(db, server):
    result = Result("job", "OK", results=[Result("Tests", "OK", results=[Result("t", "OK")])])
    assert db.insert(result, "Tests") == 2
    assert db.insert_storage_usage({"uploaded": 5, "uploaded_details": {"f": 5}}) == 2
    assert db.insert_compute_usage({"runners_usage": {"big_arm": 1.5}}) == 1
    rows = [json.loads(line) for _, _, body in server.requests for line in body.splitlines()]
    assert [(row["test_name"], row["check_duration_ms"]) for row in rows] == [
        ("", 0),
        ("t", 0),
        ("storage_usage_uploaded_bytes", 5),
        ("storage_usage_uploaded_items", 1),
        ("big_arm", 1500),
    ]


def test_a_server_that_is_not_there(temp):
    db = Db("http://127.0.0.1:1")
    assert db.check()[0] is False
    with pytest.raises(ServiceFailed, match="https://"):
        Db("file:///etc/passwd").query("x")
