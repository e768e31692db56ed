"""Runs of commits that runners fetch themselves, and of archives with submodules."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.git_server import GitServer, serve
from tests.integration.git.conftest import Origin, run_git

WORKFLOW = """
from praktika import Job, Workflow

digest = Job.CacheDigestConfig(include_paths=["."], with_git_submodules=True)
shown = "git log --format=%s; git status --porcelain -uno; git rev-parse --abbrev-ref HEAD; ls -A lib; "
clean = "! env | grep 'S3C[R]ET' && ! grep -r 'S3C[R]ET' . "
jobs = [
    Job(name="plain", runs_on=["linux"], command=shown + clean),
    Job(name="needs", runs_on=["linux"], command="cat lib/lib.txt", needs_submodules=True),
    Job(name="digest", runs_on=["linux"], command="cat lib/lib.txt", digest_config=digest),
]
WORKFLOWS = [Workflow(name="W", event="pull_request", jobs=jobs)]
"""

pytestmark = pytest.mark.parametrize("project", ["local"], indirect=True)


@pytest.fixture
def server(tmp_path) -> Iterator[GitServer]:
    (tmp_path / "remotes").mkdir()
    with serve(tmp_path / "remotes") as server:
        yield server


@pytest.fixture
def system(installation, project, tmp_path, server):
    """An installation, and a checkout with a submodule whose remote asks for a password."""
    server.login = "ci:S3CRET"
    project.env |= {"PRAKTIKA_GIT_CREDENTIALS": server.url("", server.login)}
    system = installation(orchestrators=1, hosts=1)
    lib = Origin(tmp_path / "remotes/lib")
    lib.commit({"lib.txt": "of the library\n"})
    project.file("ci/workflows/w.py", WORKFLOW)
    run_git(project.root, "submodule", "--quiet", "add", f"{tmp_path}/remotes/lib", "lib")
    run_git(project.root, "config", "-f", ".gitmodules", "submodule.lib.url", "../lib")
    project.commit()
    run_git(project.root, "init", "-q", "--bare", f"{tmp_path}/remotes/repo")
    run_git(project.root, "remote", "add", "origin", server.url("repo", "me:S3CRET"))
    return system


def push(project, tmp_path: Path) -> None:
    run_git(project.root, "push", "-q", str(tmp_path / "remotes/repo"), "main")
    run_git(project.root, "update-ref", "refs/remotes/origin/main", "HEAD")


def log_of(project, run: str, job: str) -> list[str]:
    return project.praktika("logs", run, job).out.split("\n")[:-1]


def test_runners_fetch_the_commit_and_its_submodules(system, project, tmp_path, server):
    push(project, tmp_path)
    ran = project.praktika("run", "--detach", "--fetch")
    assert ran.code == 0, ran.err
    run = ran.out.strip()
    system.wait([run], seconds=30)
    statuses = {
        job["name"]: (job["status"], job.get("info")) for job in system.result(run)["results"]
    }
    assert {status for status, _ in statuses.values()} == {"OK"}, statuses
    assert log_of(project, run, "plain") == ["commit", "main"]
    assert log_of(project, run, "needs") == ["of the library"]
    assert log_of(project, run, "digest") == ["of the library"]
    state = project.root / ".praktika"
    assert not (state / "sources").exists()
    mirrors = list((tmp_path / "cache/praktika/mirrors").glob("*.git"))
    assert len(mirrors) == 2
    kept = [*state.rglob("*"), *(tmp_path / "cache").rglob("*")]
    assert not [path for path in kept if path.is_file() and b"S3CRET" in path.read_bytes()]


def test_an_archive_has_the_files_of_submodules(system, project):
    run = system.submit()
    system.wait([run], seconds=30)
    assert log_of(project, run, "needs") == ["of the library"]
    # The same commit, where the submodule is not checked out.
    subprocess.run(
        ["git", "submodule", "--quiet", "deinit", "--force", "lib"], cwd=project.root, check=True
    )
    other = system.submit()
    system.wait([other], seconds=30)
    assert log_of(project, other, "needs") != ["of the library"]
    assert len(list((project.root / ".praktika/sources").iterdir())) == 2


def test_what_cannot_be_fetched_is_refused_at_once(system, project, tmp_path):
    def refused() -> str:
        ran = project.praktika("run", "--detach", "--fetch")
        assert (ran.code, ran.out) == (3, "")
        return ran.err

    assert "no branch of 'origin' is known to have the commit" in refused()
    assert "push it first" in refused()
    push(project, tmp_path)
    project.file("new.txt", "new")
    assert "1 changed files are in no commit" in refused()
    project.commit()
    assert "push it first" in refused()
    run_git(project.root, "remote", "remove", "origin")
    assert "no remote 'origin'" in refused()
    ran = project.praktika("run", "--fetch")
    assert ran.code == 2
    assert "--fetch goes with --detach" in ran.err
