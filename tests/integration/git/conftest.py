"""Remotes of real git, and checkouts of their commits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.git_server import GitServer, serve

from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts, granted
from praktika.ports.checkouts import Commit

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.invalid",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.invalid",
}


def run_git(cwd: Path, *arguments: str) -> str:
    settings = ("-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", *settings, *arguments],
        cwd=cwd,
        env=os.environ | IDENTITY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


class Origin:
    """A repository that commits are fetched from."""

    def __init__(self, path: Path, digest: str = "sha1") -> None:
        self.path = path
        path.mkdir(parents=True)
        run_git(path, "init", "-q", f"--object-format={digest}")

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def commit(self, files: dict[str, str] | None = None, message: str = "commit") -> str:
        for name, text in (files or {}).items():
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        run_git(self.path, "add", "-A")
        run_git(self.path, "commit", "-q", "--allow-empty", "-m", message)
        return run_git(self.path, "rev-parse", "HEAD")

    def submodule(self, url: str, path: str, sha: str, **settings: str) -> None:
        """Record a submodule without asking git whether that is a good idea."""
        given = {"path": path, "url": url} | settings
        lines = [f"\t{key} = {value}\n" for key, value in given.items()]
        with (self.path / ".gitmodules").open("a") as file:
            file.write(f'[submodule "{given.pop("name", path)}"]\n' + "".join(lines))
        run_git(self.path, "add", ".gitmodules")
        run_git(self.path, "update-index", "--add", "--cacheinfo", f"160000,{sha},{path}")
        (self.path / path).mkdir(parents=True, exist_ok=True)


@dataclass
class Bench:
    """A machine with mirrors."""

    folder: Path
    credentials: str = ""

    @property
    def mirrors(self) -> list[Path]:
        return sorted((self.folder / "mirrors").glob("*.git"))

    @contextmanager
    def checkout(self, url: str, sha: str, name: str = "work", **options) -> Iterator[Path]:
        place = self.folder / name
        checkouts = MirroredCheckouts(self.folder / "mirrors", granted(self.credentials))
        with checkouts.checkout(Commit(remote=url, sha=sha, **options), place):
            yield place


def tree(place: Path) -> dict[str, bytes]:
    """Every file but git's own."""
    return {
        str(path.relative_to(place)): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in place.rglob("*")
        if ".git" not in path.relative_to(place).parts and (path.is_symlink() or path.is_file())
    }


@pytest.fixture
def origin(tmp_path) -> Origin:
    return Origin(tmp_path / "remotes/owner/repo")


@pytest.fixture
def machine(tmp_path) -> Bench:
    return Bench(tmp_path / "machine")


@pytest.fixture
def server(tmp_path) -> Iterator[GitServer]:
    (tmp_path / "remotes").mkdir(exist_ok=True)
    with serve(tmp_path / "remotes") as server:
        yield server
