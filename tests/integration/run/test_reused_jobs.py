"""Jobs whose outcome is taken from an earlier run, as people meet them."""

from __future__ import annotations

import json
import shutil

import pytest

DECLARED = """
def on(*paths):
    return Job.CacheDigestConfig(include_paths=list(paths))


jobs = [
    Job(name="build", command="echo building; cp src.txt out.txt", provides=["out"],
        digest_config=on("src.txt"), force_success=False),
    Job(name="test", command="cat out.txt", requires=["out", "build"], digest_config=on("test.txt")),
]
artifacts = [Artifact(name="out", path="out.txt")]
"""


@pytest.fixture
def cached(project):
    """A repository whose workflow has a cache; everything has run once."""
    project.jobs(DECLARED).file("src.txt", "made\n").file("test.txt", "1\n")
    path = project.root / "ci/workflows/w.py"
    path.write_text(
        path.read_text().replace("artifacts=artifacts)", "artifacts=artifacts, enable_cache=True)")
    )
    project.commit()
    ran = project.praktika("run")
    assert ran.statuses == {"build": "OK", "test": "OK"}, ran.out
    return project


def test_the_log_of_a_reused_job_is_that_of_the_run_it_is_from(cached):
    first = cached.praktika("runs", "--json")
    run = json.loads(first.out)["runs"][0]["run"]
    ran = cached.praktika("run")
    assert ran.job("build")["ext"]["reused"]["run"] == run
    shown = cached.praktika("logs", "build")

    assert shown.code == 0
    assert shown.out == "building\n"
    assert f"reused from run {run}" in shown.err
    assert cached.praktika("logs", "build", "--tail", "0").out == ""


def test_the_report_of_a_job_says_why_it_was_not_reused(cached):
    cached.file("test.txt", "2\n")
    ran = cached.praktika("run")

    assert ran.job("test")["ext"]["miss"].endswith("files: test.txt")
    assert "miss" not in ran.job("build")["ext"]


def test_a_reused_job_can_be_run_again(cached):
    cached.praktika("run")
    ran = cached.praktika("rerun", "latest", "build")

    assert ran.code == 0, ran.err
    assert "reused" not in ran.job("build")["ext"]
    told = cached.praktika("why", "build").out
    assert "run again" in told
    assert "outcome of run" not in told


def test_row_10_an_artifact_changed_in_the_store_is_refused_by_who_takes_it(cached):
    (stored,) = cached.root.glob(".praktika/runs/*/jobs/*/1/artifacts/*.tar.zst")
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    cached.file("test.txt", "2\n")
    ran = cached.praktika("run")

    assert ran.code == 1
    assert ran.statuses["test"] == "ERROR"
    assert "SHA-256" in ran.job("test")["ext"]["reason"]


def test_a_run_whose_folder_is_gone_is_not_taken_from(cached):
    shutil.rmtree(next((cached.root / ".praktika/runs").iterdir()))
    ran = cached.praktika("run")

    assert ran.statuses == {"build": "OK", "test": "OK"}
    assert "is not kept any more" in ran.job("build")["ext"]["miss"]


def test_fault_31_what_is_forced_or_fails_runs_again(cached):
    path = cached.root / "ci/workflows/w.py"
    path.write_text(
        path.read_text()
        .replace("force_success=False", "force_success=True")
        .replace("echo building;", "cp src.txt out.txt; exit 1;")
    )
    for _ in range(2):
        ran = cached.praktika("run")
        assert "reused" not in ran.job("build")["ext"]
