"""The real test-suite of a third-party package, through a declared pipeline.

Every test of click appears in the Result with its name, status and duration; one of them was broken
on purpose. What should appear is what pytest itself lists, asked directly.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

VERSION = "8.5.1"
PIPELINE = """
from praktika import Job, Workflow

tests = Job(
    name="Tests",
    runs_on=["linux"],
    command="PYTHONPATH=src python -m pytest -q -p no:cacheprovider {PARAMETER}",
    timeout=600,
).parametrize(
    Job.ParamSet(parameter="--junitxml=report.xml -o junit_family=xunit1"),
    Job.ParamSet(parameter="--report-log=report.jsonl"),
)
for job, report in zip(tests, ["report.xml", "report.jsonl"]):
    job.test_reports = [report]

WORKFLOWS = [Workflow(name="click", event=Workflow.Event.PULL_REQUEST, jobs=tests)]
"""


@pytest.fixture(scope="module")
def click(tmp_path_factory) -> Path:
    """A repository with click's source, its tests, a pipeline, and one broken test."""
    place = tmp_path_factory.mktemp("click")
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command = [*download, "--no-binary", ":all:", "--dest", str(place), f"click=={VERSION}"]
    fetched = subprocess.run(command, check=False, capture_output=True, text=True)
    if fetched.returncode != 0:
        pytest.skip(f"click's source archive cannot be fetched: {fetched.stderr[-200:]}")
    with tarfile.open(place / f"click-{VERSION}.tar.gz") as archive:
        archive.extractall(place, filter="data")
    repo = place / f"click-{VERSION}"
    broken = repo / "tests/test_basic.py"
    source = broken.read_text()
    name = "def test_basic_functionality(runner):"
    assert name in source
    broken.write_text(source.replace(name, f'{name}\n    assert 1 == 2, "broken on purpose"'))
    (repo / "ci/workflows").mkdir(parents=True)
    (repo / "ci/workflows/click.py").write_text(PIPELINE)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "click"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=repo, check=True)
    return repo


def environment(repo: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(repo / "src")}


def listed(repo: Path) -> set[str]:
    """The tests that pytest itself would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    output = subprocess.run(
        command, cwd=repo, env=environment(repo), check=True, capture_output=True, text=True
    ).stdout
    return {line for line in output.splitlines() if re.match(r"tests/.*::", line)}


@pytest.fixture(scope="module")
def result(click) -> dict:
    env = environment(click)
    del env["PYTHONPATH"]
    command = [sys.executable, "-m", "praktika", "run", "click", "--json"]
    ran = subprocess.run(command, cwd=click, env=env, check=False, capture_output=True, text=True)
    assert ran.returncode == 1, ran.stderr
    last = json.loads(ran.stdout.splitlines()[-1])
    return json.loads(Path(last["result"]).read_text())


def test_every_test_appears_with_name_status_and_duration(click, result):
    expected = listed(click)
    assert len(expected) > 2_000
    for job in result["results"]:
        found = job["results"]
        assert {test["name"] for test in found} == expected, job["name"]
        assert all(test["status"] and test["duration"] >= 0 for test in found)


def test_the_broken_test_is_the_only_one_that_failed(result):
    for job in result["results"]:
        assert job["status"] == "FAIL"
        failed = [
            test for test in job["results"] if test["status"] not in {"OK", "SKIPPED", "XFAIL"}
        ]
        assert [test["name"] for test in failed] == [
            "tests/test_basic.py::test_basic_functionality"
        ]
        assert "broken on purpose" in failed[0]["info"]


def test_both_formats_agree_on_every_status(result):
    one, other = (
        {test["name"]: test["status"] for test in job["results"]} for job in result["results"]
    )
    assert one == other
