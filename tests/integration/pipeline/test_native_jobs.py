"""The jobs that run a workflow's hooks, as a runner starts them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src"
TEXT = """
    from praktika import Job, Workflow

    def says_no():
        print("looked at it")
        return "a label is needed"

    def says_yes():
        return ""

    def raises():
        raise ValueError("broken hook")

    def marks():
        open("marked", "a").write("x")

    job = Job(name="a", command="true")
    WORKFLOWS = [
        Workflow(name="good", event="push", jobs=[job], pre_hooks=["true", says_yes], post_hooks=["true"]),
        Workflow(name="no", event="push", jobs=[job], pre_hooks=[says_no, marks], post_hooks=[raises, marks]),
        Workflow(name="exit", event="push", jobs=[job], pre_hooks=["exit 3", "touch marked"]),
    ]
"""


@pytest.fixture
def run(tmp_path, write):
    write("ci/workflows/main.py", TEXT)
    write("ci/workflows/broken.py", "1/0")
    (tmp_path / "ci" / "tmp").mkdir()

    def go(name, workflow):
        env = {
            **os.environ,
            "PYTHONPATH": f"{SOURCE}:.:./ci",
            "PRAKTIKA": "1",
            "JOB_NAME": name,
            "PRAKTIKA_WORKFLOW": workflow,
        }
        done = subprocess.run(
            [sys.executable, "-m", "praktika.native_jobs", name],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        files = list((tmp_path / "ci" / "tmp").glob("result_*.json"))
        assert files, done.stderr
        result = json.loads(files[0].read_text())
        return done.returncode, result, [part["status"] for part in result["results"]]

    return go


def test_pre_hooks_run_in_order_and_make_the_result(run):
    code, result, parts = run("Config Workflow", "good")
    assert (code, result["status"], parts) == (0, "OK", ["OK", "OK"])
    assert result["name"] == "Config Workflow"
    assert [part["name"] for part in result["results"]] == ["true", "says_yes"]


def test_a_failed_pre_hook_stops_those_behind_it(run, tmp_path):
    code, result, parts = run("Config Workflow", "no")
    assert (code, result["status"], parts) == (1, "FAIL", ["FAIL"])
    assert "a label is needed" in result["results"][0]["info"]
    assert not (tmp_path / "marked").exists()


def test_a_failed_line_stops_those_behind_it(run, tmp_path):
    code, _, parts = run("Config Workflow", "exit")
    assert (code, parts) == (1, ["FAIL"])
    assert not (tmp_path / "marked").exists()


def test_post_hooks_all_run(run, tmp_path):
    code, result, parts = run("Finish Workflow", "no")
    assert (code, result["status"], parts) == (1, "FAIL", ["FAIL", "OK"])
    assert "broken hook" in result["results"][0]["info"]
    assert (tmp_path / "marked").read_text() == "x"


def test_the_workflow_may_come_from_the_jobs_environment(run, tmp_path):
    (tmp_path / "ci" / "tmp" / "environment.json").write_text(json.dumps({"WORKFLOW_NAME": "good"}))
    code, _, parts = run("Finish Workflow", "")
    assert (code, parts) == (0, ["OK"])


def test_an_unknown_workflow_is_an_error_that_says_what_failed_to_load(run):
    code, result, _ = run("Config Workflow", "nowhere")
    assert (code, result["status"]) == (1, "ERROR")
    assert "not among those of its workspace" in result["info"]
    assert "ZeroDivisionError" in result["info"]


def test_an_unknown_native_job_is_an_error(run):
    code, result, _ = run("Other", "good")
    assert (code, result["status"]) == (1, "ERROR")
