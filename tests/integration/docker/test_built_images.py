"""Whole runs whose jobs are in images that the repository builds."""

from __future__ import annotations

import json
import shutil
import uuid
from textwrap import dedent

import pytest

BASE = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nCOPY busybox /bin/cat\nENV PATH=/bin\n"
DECLARED = """
    from praktika import Docker, Job, Workflow

    dockers = [
        Docker(name="PREFIX/base", path="ci/docker/base", platforms="linux/amd64"),
        Docker(name="PREFIX/top", path="ci/docker/top", platforms="linux/amd64", depends_on=["PREFIX/base"]),
    ]
    jobs = [
        Job(name="boxed", runs_on=["x"], command="cat /mark", run_in_docker="PREFIX/top"),
        Job(name="plain", runs_on=["x"], command="true"),
    ]
    WORKFLOWS = [Workflow(name="W", event="pull_request", jobs=jobs, dockers=dockers)]
"""


@pytest.fixture
def prefix(image_registry):
    return f"{image_registry}/{uuid.uuid4().hex[:10]}"


@pytest.fixture
def built(project, prefix):
    project.file("ci/workflows/w.py", dedent(DECLARED).replace("PREFIX", prefix))
    project.file("ci/docker/base/Dockerfile", BASE)
    shutil.copy(shutil.which("busybox"), project.root / "ci/docker/base/busybox")
    project.file("ci/docker/top/Dockerfile", f"FROM {prefix}/base\nCOPY mark /mark\n")
    project.file("ci/docker/top/mark", "first\n").commit()
    return project


def log_of(ran, job):
    (log,) = ran.folder.glob(f"jobs/{job}-*/1/job.log")
    return log.read_text()


def parts_of(ran):
    (file,) = ran.folder.glob("jobs/dockers-build-amd-*/1/result.json")
    return {
        part["name"].rsplit("/", 1)[1]: part["status"]
        for part in json.loads(file.read_text())["results"]
    }


def test_a_job_runs_in_the_image_of_its_own_commit(built, prefix, docker_engine):
    first = built.praktika("run")
    assert first.statuses == {"Dockers Build (amd)": "OK", "boxed": "OK", "plain": "OK"}, first.out
    assert log_of(first, "boxed").splitlines()[-1] == "first"
    assert parts_of(first) == {"base": "OK", "top": "OK"}

    built.file("ci/docker/top/mark", "second\n")
    second = built.praktika("run")
    assert log_of(second, "boxed").splitlines()[-1] == "second"
    assert parts_of(second) == {"base": "SKIPPED", "top": "OK"}

    alone = built.praktika("run", "plain")
    assert alone.statuses == {"Dockers Build (amd)": "SKIPPED", "boxed": "SKIPPED", "plain": "OK"}
    ids = docker_engine.docker("images", "--quiet", "--filter", f"reference={prefix}/*").split()
    docker_engine.docker("rmi", "--force", *set(ids))
