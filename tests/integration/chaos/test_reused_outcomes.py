"""Outcomes that travel between runs of a service, on one machine and on AWS."""

from __future__ import annotations

import pytest

WORKFLOW = """
from praktika import Artifact, Job, Workflow


def on(*paths):
    return Job.CacheDigestConfig(include_paths=list(paths))


JOBS = [
    Job(name="build", runs_on=["linux"], command="cat src.txt > out.txt", provides=["out"],
        digest_config=on("src.txt")),
    Job(name="test", runs_on=["linux"], command="grep -q made out.txt && cat test.txt",
        requires=["out"], digest_config=on("test.txt")),
    Job(name="docs", runs_on=["linux"], command="cat docs.txt", digest_config=on("docs.txt")),
]
WORKFLOWS = [
    Workflow(name="W", event="pull_request", jobs=JOBS, enable_cache=True,
             artifacts=[Artifact(name="out", path="out.txt")],
             enable_job_filtering_by_changes=True)
]
"""


@pytest.fixture
def system(installation, project):
    system = installation(orchestrators=1, hosts=1)
    project.file("ci/workflows/w.py", WORKFLOW)
    project.file("ci/settings/settings.py", "RETRY_PAUSES_S = [0]\n")
    for name in ("src", "test", "docs"):
        project.file(f"{name}.txt", f"made of {name}\n")
    project.commit()
    return system


def finished(system, *arguments: str) -> tuple[dict, dict[str, dict]]:
    """The Result of a run, and those of its jobs by name."""
    ran = system.project.praktika("run", "--detach", *arguments)
    assert ran.code == 0, ran.err
    run = ran.out.strip()
    system.wait([run], seconds=60)
    result = system.result(run)
    return result, {job["name"]: job for job in result["results"]}


def test_a_service_takes_outcomes_of_earlier_runs_and_says_from_which(system, project):
    first, _ = finished(system)
    project.file("test.txt", "made otherwise\n").commit()
    second, jobs = finished(system, "--base", "HEAD~1")

    assert second["status"] == "OK"
    assert {name: job["status"] for name, job in jobs.items()} == {
        "build": "OK",
        "test": "OK",
        "docs": "SKIPPED",
    }
    origin = jobs["build"]["ext"]["reused"]
    assert origin["run"] == first["ext"]["run_id"]
    assert "reused" not in jobs["test"]["ext"]
    told = project.praktika("why", second["ext"]["run_id"], "test").out
    assert f"since run {origin['run']}: files: test.txt" in told


def test_row_10_an_artifact_that_was_replaced_in_the_store_is_not_used(system, project):
    first, _ = finished(system)
    run = first["ext"]["run_id"]
    with system.blobs() as store:
        (key,) = [key for key in store.list(f"runs/{run}/jobs") if key.endswith(".tar.zst")]
        store.put(key, store.get(key)[:-1] + b"?")
        store.delete(key.replace(".tar.zst", ".json"))
    project.file("test.txt", "made otherwise\n").commit()
    second, jobs = finished(system, "--base", "HEAD~1")

    assert second["status"] == "ERROR"
    assert jobs["test"]["status"] == "ERROR"
    assert "SHA-256" in jobs["test"]["ext"]["reason"]
