"""Whole runs, as their author starts them: a real repository, the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest


@dataclass
class Ran:
    code: int
    out: str
    err: str
    repo: Path

    @property
    def folder(self) -> Path:
        """Of the newest run; ids of one second say nothing of the order."""
        folders = (self.repo / ".praktika/runs").iterdir()
        return max(folders, key=lambda path: (path.name[:15], path.stat().st_ctime_ns))

    @property
    def result(self) -> dict:
        return json.loads((self.folder / "result.json").read_text())

    @property
    def statuses(self) -> dict[str, str]:
        return {job["name"]: job["status"] for job in self.result["results"]}

    def job(self, name: str) -> dict:
        (found,) = [job for job in self.result["results"] if job["name"] == name]
        return found


class Project:
    """A repository with a pipeline."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.started: list[subprocess.Popen[str]] = []
        root.mkdir(parents=True, exist_ok=True)
        self.env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(root.parent / "cache"),
            "NO_COLOR": "1",
        }
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)

    def jobs(self, text: str) -> Project:
        """Declare `jobs` (and perhaps `artifacts`) in Python."""
        head = "from praktika import Artifact, Job, Workflow\nartifacts = []\n"
        tail = (
            "\nWORKFLOWS = [Workflow(name='W', event='pull_request', jobs=jobs, "
            "artifacts=artifacts)]\n"
        )
        return self.file("ci/workflows/w.py", head + textwrap.dedent(text) + tail)

    def file(self, name: str, text: str) -> Project:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self

    def commit(self) -> Project:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"]
        for arguments in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "commit"]):
            subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True)
        return self

    def start(self, *arguments: str, **options) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "praktika", *arguments],
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **options,
        )
        self.started.append(process)
        return process

    def praktika(self, *arguments: str) -> Ran:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in out + err
        return Ran(process.returncode, out, err, self.root)


def leftovers(mark: str) -> list[psutil.Process]:
    """Living processes with this text in their command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if mark in " ".join(process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.fixture
def project(tmp_path) -> Iterator[Project]:
    """A repository; what a failed test leaves running there troubles no other test."""
    project = Project(tmp_path / "repo")
    yield project
    for process in leftovers(os.fspath(project.root)):
        process.kill()
    for process in project.started:
        if process.poll() is None:
            process.kill()
            process.communicate()
