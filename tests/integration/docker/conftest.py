"""Whole runs with jobs in containers, on a daemon of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.docker_engine import BASE, DockerEngine
from tests.integration.run.conftest import Project


@pytest.fixture
def project(tmp_path, docker_engine: DockerEngine) -> Iterator[Project]:
    """A repository whose jobs may be in containers; none of those may be left behind."""
    project = Project(tmp_path / "repo")
    project.env |= docker_engine.environment()
    yield project
    left = docker_engine.containers()
    for process in project.started:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if left:
        docker_engine.docker("rm", "--force", *left)
    assert left == []


@pytest.fixture
def boxed(project):
    """Declares a job in a container."""

    def declare(command: str, options: str = "", image: str = BASE, more: str = "") -> Project:
        wanted = f"{image}{options}"
        return project.jobs(
            f"jobs = [Job(name='boxed', command={command!r}, run_in_docker={wanted!r}, {more})]"
        ).commit()

    return declare
