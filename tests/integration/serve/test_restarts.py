"""A server that ends, in whatever way, and what becomes of its runs."""

from __future__ import annotations

import signal
import time

from tests.integration.run.conftest import leftovers
from tests.integration.serve.conftest import wait_until

STEPS = """
from praktika import Job, Workflow

line = 'echo "$PRAKTIKA_JOB $PRAKTIKA_ATTEMPT" >> {effects}; sleep {nap}'
first = Job(name="first", runs_on=["linux"], command=line)
second = Job(name="second", runs_on=["linux"], command=line, run_after=["first"])
WORKFLOWS = [Workflow(name="Steps", event="pull_request", jobs=[first, second])]
"""


def steps(serving, nap: float) -> str:
    effects = serving.project.root.parent / "effects"
    serving.token = serving.make_token()
    serving.project.file("ci/workflows/w.py", STEPS.format(effects=effects, nap=nap)).commit()
    serving.start("--label", "linux=1")
    run = serving.dispatch("Steps")
    wait_until(effects.exists)
    return run


def test_killed_in_the_middle_of_a_run_it_ends_the_run_when_it_is_back(serving):
    run = steps(serving, 0.6)
    serving.end(signal.SIGKILL)
    wait_until(lambda: not leftovers(str(serving.project.root)))
    serving.start("--label", "linux=1")
    told = serving.over(run)
    assert told["status"] == "OK"
    assert [job["attempt"] for job in told["jobs"]][1] == 1


def test_told_to_end_it_does_within_seconds_and_its_jobs_come_again(serving):
    run = steps(serving, 1.2)
    began = time.monotonic()
    assert serving.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 8
    wait_until(lambda: not leftovers(str(serving.project.root)), 15)
    serving.start("--label", "linux=1")
    assert serving.over(run)["status"] == "OK"


def test_a_folder_has_one_server(shared):
    ran = shared.project.praktika("serve", "--port", "0")
    assert ran.code == 3
    assert "another `praktika serve` serves" in ran.err
    assert shared.get("/healthz").status == 200


def test_an_address_that_is_taken_is_told(shared, tmp_path):
    port = shared.url.rpartition(":")[2]
    ran = shared.project.praktika(
        "serve", "--port", port, "--root", str(tmp_path), "--runners", "0", "--label", "x"
    )
    assert ran.code == 3
    assert f"port {port}" in ran.err
    assert "--port" in ran.err


def test_without_labels_it_serves_those_of_the_jobs(serving):
    serving.start("--runners", "1", "--public")
    parts = serving.get("/healthz").json["parts"]
    assert {"runners linux", "runners"} <= set(parts)
    assert serving.get("/api/v1/runs", token="").json == {"runs": []}
    answer = serving.call(
        "POST", "/api/v1/dispatch", {"repository": "x", "workflow": "y"}, token=""
    )
    assert answer.status == 401  # reading is public, nothing else
