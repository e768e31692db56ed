"""Another praktika's stores over HTTP: what is asked, and what the answers mean."""

import json
from collections.abc import Iterator

import pytest
from tests.unit.adapters.scripted_server import Script, scripted

from praktika.adapters.server import (
    Client,
    ServerBlobs,
    ServerJournal,
    ServerQueue,
    ServerWorkflows,
    address,
)
from praktika.errors import Absent, AuthorError, Denied, OperatorError, Unavailable
from praktika.model.events import Approved, CancelRequested, Planned, RerunRequested, RunRequested
from praktika.model.plan import Plan
from praktika.model.wire import encode

REQUESTED = RunRequested(at=1.0, workflow="PR")
LOG = "runs/r1/jobs/a/1/job.log"


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def client(server: Script) -> Client:
    return Client(server.url, "secret", patience=0.0, timeout=2.0)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("https://ci.example.com", "https://ci.example.com"),
        ("https://CI.example.com:8443/ci/", "https://ci.example.com:8443/ci"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_an_address_is_written_in_one_way(typed, means):
    assert address(typed) == means


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ci.example.com", "//ci", "ftp://ci", "https://", "https://[x", "https://ci:port"),
        *(
            "https://a b",
            "https://ci\n.example",
            "https://me:pw@ci",
            "https://ci/?x",
            "https://ci/#x",
        ),
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(OperatorError):
        address(typed)


@pytest.mark.parametrize("host", ["ci", "10.0.0.1", "localhost.example.com", "127.0.0.1.nip.io"])
def test_a_token_does_not_travel_in_the_clear(host):
    with pytest.raises(OperatorError, match="could read the token"):
        address(f"http://{host}")
    assert address(f"http://{host}", insecure=True) == f"http://{host}"


def test_every_request_carries_the_token_and_asks_for_json(server, client):
    server.says(200, {"runs": []})
    ServerJournal(client).runs(limit=7)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/api/v1/runs?limit=7")
    assert asked.headers["Authorization"] == "Bearer secret"
    assert asked.headers["User-Agent"].startswith("praktika/")


def test_nobody_sends_no_token(server):
    server.says(200, {"runs": []})
    ServerJournal(Client(server.url, "", patience=0.0)).runs()
    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_token_follows_no_redirect(server, client, status):
    with scripted() as other:
        other.says(200, {"runs": []})
        server.says(status, Location=f"{other.url}/api/v1/runs")
        with pytest.raises(OperatorError, match=other.url):
            ServerJournal(client).runs()
        assert other.asked == []


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, Denied, "praktika login http://127"),
        (403, Denied, "the text"),
        (404, Absent, "the text"),
        (409, AuthorError, "the text"),
        (422, AuthorError, "the text"),
        (400, AuthorError, "the text"),
        (405, OperatorError, "the text"),
        (429, Unavailable, "the text"),
        (500, Unavailable, "the text"),
        (503, Unavailable, "the text"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_server(server, client, status, kind, words):
    server.fails(status, "the text")
    with pytest.raises(kind, match=words) as caught:
        client.post("runs/r1/cancel", {}, dict)
    assert type(caught.value) is kind


def test_a_server_that_says_nothing_is_quoted_by_its_number(server, client):
    server.says(404, b"<html>nothing here</html>")
    with pytest.raises(Absent, match="says 404 to GET /api/v1/whoami"):
        ServerWorkflows(client).login()


def test_something_else_than_praktika_is_told_from_it(server, client):
    server.says(200, b"<html>welcome</html>")
    with pytest.raises(OperatorError, match="Is it a praktika server"):
        ServerJournal(client).runs()


def test_reading_is_tried_again_and_asking_is_not(server):
    client = Client(server.url, "", patience=2.0)
    server.says(503).says(200, {"runs": []})
    assert ServerJournal(client).runs() == []
    server.answers[:] = []
    server.says(503).says(202, {})
    with pytest.raises(Unavailable):
        client.post("runs/r1/cancel", {}, dict)


def test_nobody_at_home_is_unavailable(server):
    with scripted() as gone:
        url = gone.url
    with pytest.raises(Unavailable, match="does not answer"):
        ServerJournal(Client(url, "", patience=0.0)).runs()


def test_an_answer_that_breaks_off_is_no_answer(server, client, tmp_path):
    server.says(200, b"half", Content_Length="8")
    for action in (
        lambda: ServerBlobs(client).get(LOG),
        lambda: ServerBlobs(client).fetch(LOG, tmp_path / "log"),
    ):
        with pytest.raises(Unavailable):
            action()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_is_read_from_a_position_on(server, client):
    planned = Planned(at=2.0, plan=Plan(workflow="PR", event="push", jobs=()))
    server.says(200, b'{"events": [' + encode(REQUESTED) + b"," + encode(planned) + b"]}")
    assert ServerJournal(client).read("r1", 3) == [REQUESTED, planned]
    assert server.asked[0].path == "/api/v1/runs/r1/events?start=3"


def test_an_unknown_run_has_no_events(server, client):
    server.fails(404, "there is no run r1")
    assert ServerJournal(client).read("r1") == []


def test_a_run_is_summed_up_by_the_server(server, client):
    told = {"id": "r1", "stage": "going", "status": "RUNNING", "jobs": {"OK": 2}, "pr_number": 3}
    server.says(200, {"runs": [told]})
    (summary,) = ServerJournal(client).summaries(10**6)
    assert (summary.id, summary.status, summary.jobs) == ("r1", "RUNNING", {"OK": 2})
    assert server.asked[0].path == "/api/v1/runs?limit=1000"


@pytest.mark.parametrize("run", ["..", "../../x", "a/b", "", "a\n", "x" * 129])
def test_what_would_lead_out_of_the_folder_is_no_run(server, client, run):
    server.says(200, {"runs": [{"id": run}]})
    with pytest.raises(OperatorError, match="does not understand"):
        ServerJournal(client).runs()


@pytest.mark.parametrize("run", ["", "..", "a/b", "a?b", "a b"])
def test_what_is_no_run_is_asked_of_nobody(server, client, run):
    with pytest.raises(ValueError, match="not the id"):
        ServerJournal(client).read(run)
    with pytest.raises(ValueError, match="not the id"):
        ServerQueue(client).send("q.fifo", [encode(CancelRequested(at=1.0, by="x"))], group=run)
    assert server.asked == []


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [(0, None, None), (5, None, "bytes=5-"), (0, 4, "bytes=0-3"), (2, 4, "bytes=2-3")],
)
def test_a_range_is_asked_for(server, client, start, end, span):
    server.says(206 if span else 200, b"0123456789"[start:end])
    assert ServerBlobs(client).get(LOG, start, end) == b"0123456789"[start:end]
    assert server.asked[0].path == "/api/v1/runs/r1/files/jobs/a/1/job.log"
    assert server.asked[0].headers.get("Range") == span


def test_a_server_without_ranges_is_cut_here(server, client):
    server.says(200, b"0123456789")
    assert ServerBlobs(client).get(LOG, 2, 4) == b"23"


def test_behind_the_end_there_is_nothing(server, client):
    server.fails(416, "it has 3 bytes")
    assert ServerBlobs(client).get(LOG, 7) == b""


def test_an_empty_range_of_what_is_absent_is_absent(server, client):
    server.says(404)
    with pytest.raises(Absent):
        ServerBlobs(client).get(LOG, 2, 2)
    assert server.asked[0].method == "HEAD"


def test_the_size_is_that_of_the_header(server, client):
    server.says(200, b"", Content_Length="12")
    assert ServerBlobs(client).size(LOG) == 12


def test_a_blob_is_fetched_into_a_file(server, client, tmp_path):
    (tmp_path / "log").write_bytes(b"older, and longer")
    server.says(200, b"new")
    ServerBlobs(client).fetch(LOG, tmp_path / "log")
    assert (tmp_path / "log").read_bytes() == b"new"


def test_files_are_listed_as_keys_and_nothing_else_is(server, client):
    server.says(200, {"files": ["jobs/a/1/job.log", "jobs/a/1/files/x", "plan.json"]})
    found = ServerBlobs(client).list("runs/r1/jobs/a/1/files")
    assert found == ["runs/r1/jobs/a/1/files/x"]
    assert server.asked[0].path == "/api/v1/runs/r1/files?prefix=jobs%2Fa%2F1%2Ffiles"


@pytest.mark.parametrize("key", ["cache/x", "runs", "forge/x/routes.json"])
def test_only_files_of_runs_are_given(server, client, key):
    with pytest.raises(Denied):
        ServerBlobs(client).get(key)
    assert server.asked == []


@pytest.mark.parametrize(
    ("event", "path", "body"),
    [
        (
            CancelRequested(at=1.0, by="me", force=True, job="k", id="7"),
            "/api/v1/runs/r1/cancel",
            {"job": "k", "force": True, "id": "7"},
        ),
        (
            RerunRequested(at=1.0, by="me", id="7", scope="jobs", jobs=("k",)),
            "/api/v1/runs/r1/rerun",
            {"scope": "jobs", "jobs": ["k"], "failed_tests": False, "id": "7"},
        ),
        (
            Approved(at=1.0, by="me", sha="a" * 40, id="7"),
            "/api/v1/runs/r1/approve",
            {"sha": "a" * 40, "id": "7"},
        ),
    ],
)
def test_what_is_sent_to_a_run_is_told_to_the_server_which_knows_who_asks(
    server, client, event, path, body
):
    server.says(202, {"run": "r1", "id": "7"})
    ServerQueue(client).send("events.fifo", [encode(event)], group="r1", identity=["7"])
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.json) == ("POST", path, body)


def test_everything_else_is_the_business_of_the_server(server, client, tmp_path):
    queue, blobs = ServerQueue(client), ServerBlobs(client)
    for action in (
        lambda: queue.send("events.fifo", [encode(REQUESTED)], group="r1"),
        lambda: queue.receive("events.fifo"),
        lambda: queue.depth("tasks-linux"),
        lambda: queue.remove("events.fifo"),
        lambda: blobs.put(LOG, b""),
        lambda: blobs.create(LOG, b""),
        lambda: blobs.stream(LOG),
        lambda: blobs.delete(LOG),
        lambda: ServerJournal(client).append("r1", 0, [REQUESTED]),
    ):
        with pytest.raises(Denied, match=server.url):
            action()
    assert server.asked == []


def test_a_dispatch_that_is_made_again_names_itself_alike(server, client):
    server.says(503).says(202, {"run": "release-1", "id": "x"})
    workflows = ServerWorkflows(client)
    run = workflows.dispatch("o/n", "Release", branch="", inputs={"dry": True, "n": 2})
    assert run == "release-1"
    first, second = (json.loads(asked.body) for asked in server.asked)
    assert first == second
    assert first.pop("id")
    assert first == {
        "repository": "o/n",
        "workflow": "Release",
        "branch": "",
        "inputs": {"dry": True, "n": 2},
    }


def test_the_tables_are_those_of_the_server(server, client):
    server.says(200, {"tables": [{"repository": "o/n", "sha": "a", "at": 1.0, "version": 1}]})
    assert [table.repository for table in ServerWorkflows(client).tables()] == ["o/n"]
