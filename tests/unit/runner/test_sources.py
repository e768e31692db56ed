"""Where the code of a run comes from: a folder, a remote, or an archive."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.errors import OperatorError
from praktika.model.facts import Facts
from praktika.model.task import RunFile
from praktika.ports.checkouts import Commit
from praktika.runner.sources import Sources

FACTS = Facts(sha="a" * 40, branch="main")


class FakeCheckouts:
    """Checks out one file that names the commit."""

    def __init__(self) -> None:
        self.asked: list[Commit] = []
        self.given_back = 0

    @contextmanager
    def checkout(self, commit: Commit, place: Path) -> Iterator[None]:
        assert not place.exists()
        self.asked.append(commit)
        place.mkdir(parents=True)
        (place / "sha").write_text(commit.sha)
        try:
            yield
        finally:
            self.given_back += 1


@pytest.fixture
def checkouts():
    return FakeCheckouts()


@pytest.fixture
def sources(tmp_path, checkouts):
    blobs = MemoryBlobs()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("packed"))
    blobs.put("sources/x.tar", packed.getvalue())
    return Sources(blobs=blobs, unpacked=tmp_path / "unpacked", checkouts=checkouts)


def run_file(**where: str) -> RunFile:
    return RunFile(run="r", name="repo", plan="", facts=FACTS, **where)


def files(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_commit_of_a_remote(sources, checkouts, tmp_path):
    asked = run_file(remote="https://h/o/r")
    with sources.workspace_for(asked, tmp_path / "own/repo", submodules=True) as place:
        assert files(place) == ["sha"]
        assert checkouts.given_back == 0
    (commit,) = checkouts.asked
    assert commit == Commit(remote="https://h/o/r", sha="a" * 40, branch="main", submodules=True)
    assert checkouts.given_back == 1
    assert not (tmp_path / "own").exists()
    with sources.code_of(asked) as place:
        assert files(place) == ["sha"]
    assert checkouts.asked[1].submodules is False


def test_a_folder_of_this_machine_is_quicker_than_a_remote(sources, checkouts, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "here").touch()
    asked = run_file(remote="https://h/o/r", folder=str(folder), source="sources/x.tar")
    with sources.workspace_for(asked, tmp_path / "place") as place:
        assert files(place) == ["here"]
    assert checkouts.asked == []


def test_an_archive(sources, checkouts, tmp_path):
    asked = run_file(source="sources/x.tar", folder=str(tmp_path / "gone"))
    with sources.workspace_for(asked, tmp_path / "place") as place:
        assert files(place) == ["packed"]
    with sources.code_of(asked) as place:
        assert files(place) == ["packed"]
    assert checkouts.asked == []


def test_code_that_is_nowhere(sources, tmp_path):
    with (
        pytest.raises(OperatorError, match="not there any more"),
        sources.workspace_for(run_file(folder="/gone"), tmp_path / "place"),
    ):
        pass


def test_a_machine_that_cannot_fetch_says_so(tmp_path):
    sources = Sources(blobs=MemoryBlobs(), unpacked=tmp_path)
    with (
        pytest.raises(OperatorError, match="can fetch from https://h/o/r"),
        sources.workspace_for(run_file(remote="https://h/o/r"), tmp_path / "place"),
    ):
        pass
