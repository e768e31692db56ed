"""`praktika yaml`, and that what it writes does run a workflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml

HELLO = "[job('hello', 'echo hello'), job('bye', 'echo bye', requires=['hello'])]"


@pytest.fixture
def actions(repo):
    repo.init().workflow("Pull request", HELLO, engine="GHActions")
    return repo.workflow("Own", "[job('own')]", event="push").commit()


def names(repo) -> list[str]:
    return sorted(path.name for path in repo.root.glob(".github/workflows/*"))


def test_files_are_written_checked_and_removed_when_stale(actions):
    assert actions.praktika("yaml", "--check").code == 1
    assert names(actions) == []
    said = actions.praktika("yaml")
    assert (said.code, said.out) == (0, "wrote .github/workflows/pull_request.yml\n")
    assert actions.praktika("yaml", "--check").code == 0
    assert actions.praktika("yaml").out == "nothing to change\n"
    assert actions.praktika("yaml", "--all").out == "wrote .github/workflows/own.yml\n"
    assert names(actions) == ["own.yml", "pull_request.yml"]
    said = actions.praktika("yaml", "--check")
    assert said.code == 1
    assert "--- a/.github/workflows/own.yml" in said.out
    assert '-name: "Own"' in said.out
    assert actions.praktika("yaml").out == "removed .github/workflows/own.yml\n"
    assert names(actions) == ["pull_request.yml"]


def test_files_of_others_are_never_touched(actions):
    actions.file(".github/workflows/release.yml", "on: push\n")
    assert actions.praktika("yaml").code == 0
    assert names(actions) == ["pull_request.yml", "release.yml"]
    actions.file(".github/workflows/own.yml", "on: push\n")
    said = actions.praktika("yaml", "--all")
    assert said.code == 3
    assert "own.yml is in the way of a workflow" in said.err
    assert (actions.root / ".github/workflows/own.yml").read_text() == "on: push\n"


def test_nothing_is_written_outside_of_the_repository(actions):
    actions.file("ci/settings/settings.py", "WORKFLOW_PATH_PREFIX = '../elsewhere'\n")
    said = actions.praktika("yaml")
    assert said.code == 2
    assert "no folder in the repository" in said.err


def steps(repo) -> dict[str, dict]:
    (file,) = repo.root.glob(".github/workflows/*.yml")
    found = yaml.safe_load(file.read_text())["jobs"]["praktika"]["steps"]
    return {step.get("name", step.get("uses")): step for step in found}


def as_github_does(repo, step: dict, **values: str) -> subprocess.CompletedProcess:
    """Run a step's line with its variables, expressions replaced by these values."""
    bin_folder = repo.root.parent / "runner" / "praktika" / "bin"
    bin_folder.mkdir(parents=True, exist_ok=True)
    program = bin_folder / "praktika"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m praktika "$@"\n')
    program.chmod(0o755)
    env = {name: values.get(value, value) for name, value in step["env"].items()}
    env |= repo.env | {"RUNNER_TEMP": str(bin_folder.parents[1]), "CI": "true"}
    line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(line, check=False, cwd=repo.root, env=env, capture_output=True, text=True)


def test_the_step_of_a_pull_request_runs_all_jobs(actions):
    actions.praktika("yaml")
    actions.git("update-ref", "refs/remotes/origin/main", "HEAD").commit()
    actions.git("checkout", "-q", "--detach")
    done = as_github_does(
        actions, steps(actions)["Run the workflow"], **{"${{ github.base_ref }}": "main"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    logs = list(actions.root.glob(".praktika/runs/*/jobs/*/*/job.log"))
    assert sorted(log.read_text().split()[-1] for log in logs) == ["bye", "hello"]
    kept = steps(actions)["Keep the report"]["with"]["path"].split()
    assert [pattern for pattern in kept if not list(actions.root.glob(pattern))] == []


def test_a_job_that_fails_fails_the_step(repo):
    repo.init().workflow("CI", "[job('no', 'exit 3')]", engine="GHActions", event="push").commit()
    repo.praktika("yaml")
    assert as_github_does(repo, steps(repo)["Run the workflow"]).returncode == 1


def test_inputs_of_a_dispatch_reach_the_jobs_as_data(repo):
    """Security 6: what somebody gives is never read by a shell."""
    script = (
        "from praktika.info import Info\n"
        "for name in ('tag', 'dry', 'count', 'none'):\n"
        "    print(repr(Info().get_workflow_input_value(name)))\n"
    )
    repo.init().file("ci/show.py", script)
    declaration = """
        from praktika import Job, Workflow
        Input = Workflow.InputConfig
        WORKFLOWS = [Workflow(
            name='Release "$(touch pwned)"', event="dispatch", engine="GHActions",
            inputs=[Input(name="tag"), Input(name="dry", is_boolean=True),
                    Input(name="count", default_value=1), Input(name="none")],
            jobs=[Job(name="show", runs_on=["here"], command="python3 ci/show.py")],
        )]
        """
    repo.file("ci/workflows/release.py", declaration).commit()
    repo.praktika("yaml")
    given = json.dumps(
        {"tag": "$(touch pwned)`touch pwned`'\"", "dry": True, "count": "3", "none": None}
    )
    done = as_github_does(repo, steps(repo)["Run the workflow"], **{"${{ toJSON(inputs) }}": given})
    assert done.returncode == 0, done.stdout + done.stderr
    (log,) = repo.root.glob(".praktika/runs/*/jobs/*/*/job.log")
    shown = [repr("$(touch pwned)`touch pwned`'\""), "True", "3", "None"]
    assert log.read_text().splitlines()[-4:] == shown
    assert "pwned" not in os.listdir(repo.root)


def test_inputs_that_are_none_are_refused(actions):
    said = actions.praktika("run", "own", env={"PRAKTIKA_INPUTS": "[1]"})
    assert said.code == 3
    assert "PRAKTIKA_INPUTS is no JSON object of inputs" in said.err
    said = actions.praktika("run", "own", env={"PRAKTIKA_INPUTS": '{"tag": 1}'})
    assert said.code == 2
    assert "there is no input 'tag'; the workflow has none" in said.err
