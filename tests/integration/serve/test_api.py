"""The API over HTTP."""

from __future__ import annotations

import json
import sqlite3

from jsonschema.validators import validator_for
from openapi_schema_validator import OAS31Validator

from praktika.model.events import AnyEvent
from praktika.model.wire import convert, decode


def test_health_needs_no_token_and_names_every_part(shared):
    answer = shared.get("/healthz", token="")
    assert answer.status == 200
    assert answer.json["status"] == "ok"
    assert {"journal", "orchestrator 1", "alarms", "runners linux"} <= set(answer.json["parts"])


def test_who_has_no_token_reads_nothing_and_changes_nothing(shared, finished):
    for path in ("/runs", f"/runs/{finished}", "/workflows", "/openapi.json", "/whoami"):
        answer = shared.get(f"/api/v1{path}", token="")
        assert (answer.status, answer.code) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    answer = shared.call("POST", f"/api/v1/runs/{finished}/rerun", {}, token="")
    assert answer.status == 401
    assert shared.get("/api/v1/runs", token="prk_" + "x" * 43).status == 401


def test_whoami(shared):
    assert shared.get("/api/v1/whoami").json == {"login": "octocat"}


def test_a_revoked_token_is_worth_nothing_at_once(shared):
    token = shared.project.praktika("serve", "token", "hubot").out.strip()
    assert shared.get("/api/v1/whoami", token=token).json == {"login": "hubot"}
    assert shared.project.praktika("serve", "token", "hubot", "--revoke").code == 0
    assert shared.get("/api/v1/whoami", token=token).status == 401
    assert shared.get("/api/v1/whoami").status == 200


def test_tokens_are_kept_as_digests_in_a_private_file(shared):
    place = shared.project.root / ".praktika" / "tokens.json"
    assert place.stat().st_mode & 0o777 == 0o600
    assert shared.token not in place.read_text()


def test_runs_are_listed_newest_first(shared, finished):
    rows = shared.get("/api/v1/runs?limit=1000").json["runs"]
    row = next(row for row in rows if row["id"] == finished)
    assert row["workflow"] == "Both"
    assert row["stage"] == "concluded"
    assert row["status"] == "FAIL"
    assert row["by"] == "octocat"
    assert row["jobs"] == {"OK": 1, "FAIL": 1}
    assert row["duration"] > 0
    assert len(shared.get("/api/v1/runs?limit=1").json["runs"]) == 1


def test_a_run_tells_of_its_jobs(shared, finished):
    run = shared.run(finished)
    assert [job["name"] for job in run["jobs"]] == ["talks", "fails <img src=x onerror=alert(1)>"]
    assert {job["phase"] for job in run["jobs"]} == {"settled"}
    assert run["jobs"][0]["runner"]


def test_events_are_those_of_the_journal(shared, finished):
    told = shared.get(f"/api/v1/runs/{finished}/events").json["events"]
    kept = sqlite3.connect(shared.project.root / ".praktika" / "praktika.db").execute(
        "SELECT event FROM entries WHERE run = ? ORDER BY position", (finished,)
    )
    assert told == [json.loads(event) for (event,) in kept]
    assert all(convert(event, AnyEvent) for event in told)
    later = shared.get(f"/api/v1/runs/{finished}/events?start=2").json["events"]
    assert later == told[2:]
    assert shared.get(f"/api/v1/runs/{finished}/events?start=99999").json["events"] == []


def test_files_are_listed_below_the_run_and_read_in_ranges(shared, finished):
    files = shared.get(f"/api/v1/runs/{finished}/files").json["files"]
    log = next(name for name in files if name.startswith("jobs/talks") and name.endswith("job.log"))
    whole = shared.get(f"/api/v1/runs/{finished}/files/{log}")
    assert whole.status == 200
    assert whole.headers["content-type"] == "application/octet-stream"
    assert whole.text == "".join(f"line {n}\n" for n in range(1, 7))
    part = shared.get(f"/api/v1/runs/{finished}/files/{log}", headers={"range": "bytes=7-12"})
    assert (part.status, part.text) == (206, "line 2")
    assert part.headers["content-range"] == f"bytes 7-12/{len(whole.body)}"
    last = shared.get(f"/api/v1/runs/{finished}/files/{log}", headers={"range": "bytes=-7"})
    assert last.text == "line 6\n"
    head = shared.call("HEAD", f"/api/v1/runs/{finished}/files/{log}")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.body))
    below = shared.get(f"/api/v1/runs/{finished}/files?prefix=jobs").json["files"]
    assert below == [name for name in files if name.startswith("jobs/")]


def test_what_reads_beyond_the_end_is_told_the_size(shared, finished):
    path = f"/api/v1/runs/{finished}/files/result.json"
    size = len(shared.get(path).body)
    answer = shared.get(path, headers={"range": f"bytes={size}-"})
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_a_dispatch_checks_its_inputs_and_jobs_get_them(shared):
    ask = {"repository": shared.project.root.name, "workflow": "Asks"}
    refused = shared.call("POST", "/api/v1/dispatch", ask)
    assert (refused.status, refused.code) == (422, "unprocessable")
    assert "level" in refused.json["error"]["text"]
    refused = shared.call("POST", "/api/v1/dispatch", ask | {"inputs": {"level": "middle"}})
    assert refused.status == 422
    run = shared.dispatch("Asks", inputs={"level": "high"}, id="d1")
    assert shared.dispatch("Asks", inputs={"level": "high"}, id="d1") == run
    assert shared.over(run)["status"] == "OK"
    (asked, *_) = shared.get(f"/api/v1/runs/{run}/events").json["events"]
    assert asked["facts"]["inputs"] == {"level": "high", "dry": False}
    assert asked["facts"]["actor"] == "octocat"


def test_what_is_not_there_cannot_be_dispatched(shared):
    ask = {"repository": shared.project.root.name, "workflow": "None"}
    answer = shared.call("POST", "/api/v1/dispatch", ask)
    assert (answer.status, answer.code) == (404, "not_found")
    ask = {"repository": "some/other", "workflow": "Both"}
    assert shared.call("POST", "/api/v1/dispatch", ask).status == 404


def test_cancelling_and_running_again(shared):
    run = shared.dispatch("Sleeps")
    shared.until(run, lambda told: told.get("jobs") and told["jobs"][0]["phase"] == "running")
    cancel = f"/api/v1/runs/{run}/cancel"
    assert shared.call("POST", cancel, {"job": "nothing"}).status == 404
    answer = shared.call("POST", cancel, {"id": "c1"})
    assert (answer.status, answer.json) == (202, {"run": run, "id": "c1"})
    assert shared.over(run)["cancelled_by"] == "octocat"
    assert shared.call("POST", cancel, {"id": "c1"}).status == 202  # heard of it already
    late = shared.call("POST", cancel, {"id": "c2"})
    assert (late.status, late.code) == (409, "conflict")
    rerun = f"/api/v1/runs/{run}/rerun"
    assert shared.call("POST", rerun, {"scope": "jobs", "jobs": ["no"]}).status == 422
    assert shared.call("POST", rerun, {"scope": "failed", "id": "r1"}).status == 202
    shared.until(run, lambda told: told["jobs"][0]["attempt"] == 2)
    assert shared.call("POST", cancel, {}).status == 202
    shared.over(run)
    assert shared.call("POST", rerun, {"scope": "failed", "id": "r1"}).status == 202
    assert shared.run(run)["stage"] == "concluded"  # the same request asks for nothing new


def test_only_what_waits_can_be_approved(shared, finished):
    ask = {"sha": "0" * 40}
    answer = shared.call("POST", f"/api/v1/runs/{finished}/approve", ask)
    assert (answer.status, answer.code) == (409, "conflict")


def test_workflows_tell_their_inputs(shared):
    (table,) = shared.get("/api/v1/workflows").json["tables"]
    asks = next(route for route in table["routes"] if route["workflow"] == "Asks")
    assert [each["name"] for each in asks["inputs"]] == ["level", "dry"]


def test_answers_are_as_the_document_says(shared, finished):
    document = shared.get("/api/v1/openapi.json").json
    assert validator_for(document["components"]["schemas"]["RunDetails"])
    paths = {
        "/api/v1/runs": "",
        "/api/v1/runs/{run}": finished,
        "/api/v1/runs/{run}/events": finished,
        "/api/v1/runs/{run}/files": finished,
        "/api/v1/workflows": "",
        "/api/v1/whoami": "",
        "/healthz": "",
    }
    for path, run in paths.items():
        answer = shared.get(path.format(run=run))
        check(document, document["paths"][path]["get"]["responses"]["200"], answer.json)
    bad = shared.get("/api/v1/runs/none")
    check(
        document, document["paths"]["/api/v1/runs/{run}"]["get"]["responses"]["default"], bad.json
    )


def check(document: dict, response: dict, value: object) -> None:
    schema = response["content"]["application/json"]["schema"]
    OAS31Validator({**schema, "components": document["components"]}).validate(value)


def test_metrics_count_what_happens(shared, finished):
    shared.get(f"/api/v1/runs/{finished}")
    text = shared.get("/metrics", token="").text
    assert 'praktika_build_info{version="' in text
    route = 'praktika_http_requests_total{method="GET",route="/api/v1/runs/{run}",status="200"}'
    assert route in text
    assert 'praktika_queue_depth{queue="events.fifo"}' in text
    assert 'praktika_runs{stage="concluded",status="FAIL"}' in text
    handled = [line for line in text.splitlines() if 'loop_handled_total{loop="orch' in line]
    assert sum(float(line.split()[-1]) for line in handled) > 3
    assert 'praktika_loop_healthy{loop="runners linux"} 1.0' in text


def test_there_are_no_webhooks_without_a_forge(shared):
    answer = shared.call("POST", "/webhooks/github", {}, token="")
    assert answer.status == 404


def test_the_plan_can_be_read_as_a_file(shared, finished):
    plan = shared.get(f"/api/v1/runs/{finished}/files/plan.json")
    assert decode(plan.body, dict)["workflow"] == "Both"
