"""What a job leaves for others, and how it is brought in."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from msgspec import structs

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.errors import OperatorError
from praktika.model.plan import Artifact
from praktika.model.task import Task
from praktika.model.wire import decode, encode
from praktika.runner import artifacts
from praktika.runner.artifacts import OutputMissing, Record, bring, store

TASK = Task(run="r", job="build", attempt=1)


def artifact(*paths: str, kind="s3") -> Artifact:
    return Artifact(name="a b/ö", kind=kind, paths=paths, provider="build")


@pytest.fixture
def blobs():
    return MemoryBlobs()


@pytest.fixture
def place(tmp_path):
    def make(name: str) -> Path:
        folder = tmp_path / name
        (folder / "ci/tmp").mkdir(parents=True)
        return folder

    return make


def passed_on(blobs, place, *paths: str, files: dict[str, str]) -> Path:
    source, target = place("source"), place("target")
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    store(blobs, TASK, artifact(*paths), source)
    bring(blobs, TASK, artifact(*paths), workspace=target, inputs=target / "ci/tmp")
    return target


def test_a_file_arrives_where_it_was_left(blobs, place):
    target = passed_on(blobs, place, "./ci/tmp/bin", files={"ci/tmp/bin": "x"})
    assert (target / "ci/tmp/bin").read_text() == "x"


def test_fault_35_of_several_attempts_the_one_that_counts_is_taken(blobs, place):
    source, target = place("source"), place("target")
    for attempt in (1, 2, 3):
        (source / "x").write_text(str(attempt))
        store(blobs, structs.replace(TASK, attempt=attempt), artifact("x"), source)
    task = Task(run="r", job="test", attempt=1, inputs={"build": 2})
    bring(blobs, task, artifact("x"), workspace=target, inputs=target / "ci/tmp")
    assert (target / "x").read_text() == "2"


def test_a_folder_arrives_whole(blobs, place):
    target = passed_on(blobs, place, "out", files={"out/a": "1", "out/deep/ü x": "2", "not": "3"})
    assert (target / "out/deep/ü x").read_text() == "2"
    assert not (target / "not").exists()


def test_globs_reach_into_folders_and_hidden_files(blobs, place):
    target = passed_on(
        blobs, place, "out/**/*.txt", files={"out/a/b/c.txt": "1", "out/.h.txt": "2"}
    )
    assert (target / "out/a/b/c.txt").exists()
    assert (target / "out/.h.txt").exists()


def test_files_from_elsewhere_are_linked_into_the_input_folder(blobs, place):
    target = passed_on(blobs, place, "dist/app.whl", files={"dist/app.whl": "x"})
    assert (target / "ci/tmp/app.whl").read_text() == "x"


def test_fault_34_files_of_one_name_do_not_overwrite_each_other(blobs, place):
    target = passed_on(blobs, place, "a/x", "b/x", files={"a/x": "1", "b/x": "2"})
    assert [(target / name).read_text() for name in ("a/x", "b/x")] == ["1", "2"]


def test_modes_and_links_stay(blobs, place):
    source, target = place("source"), place("target")
    (source / "run.sh").write_text("#!/bin/sh")
    (source / "run.sh").chmod(0o755)
    (source / "link").symlink_to("run.sh")
    store(blobs, TASK, artifact("run.sh", "link"), source)
    bring(blobs, TASK, artifact("x"), workspace=target, inputs=target / "ci/tmp")
    assert os.access(target / "run.sh", os.X_OK)
    assert (target / "link").readlink() == Path("run.sh")


def test_nothing_is_taken_from_outside_the_workspace(blobs, place):
    with pytest.raises(OutputMissing, match="not in the workspace"):
        store(blobs, TASK, artifact("../secret"), place("source"))
    with pytest.raises(OutputMissing):
        store(blobs, TASK, artifact("/etc/passwd"), place("other"))


def test_what_matches_nothing_is_missing(blobs, place):
    with pytest.raises(OutputMissing, match=r"nothing matches 'dist/\*\.whl'"):
        store(blobs, TASK, artifact("dist/*.whl"), place("source"))


def test_a_phony_artifact_is_a_name_only(blobs, place):
    assert store(blobs, TASK, artifact("x", kind="phony"), place("source")).files == 0
    assert blobs.list("runs") == []


def test_attack_10_a_replaced_artifact_is_refused(blobs, place):
    source = place("source")
    (source / "x").write_text("x")
    store(blobs, TASK, artifact("x"), source)
    (tar,) = [key for key in blobs.list("runs") if key.endswith(".tar")]
    blobs.put(tar, blobs.get(tar).replace(b"x", b"y"))
    target = place("target")
    with pytest.raises(OperatorError, match="not what its producer stored"):
        bring(blobs, TASK, artifact("x"), workspace=target, inputs=target / "ci/tmp")
    assert not (target / "x").exists()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    return info


@pytest.mark.parametrize(
    "entries",
    [
        [member("../out")],
        [member("/tmp/praktika-out")],
        [member("a/../../out")],
        [member("device", tarfile.CHRTYPE)],
        [member("pipe", tarfile.FIFOTYPE)],
        [member("link", tarfile.SYMTYPE, "/etc"), member("link/cron")],
        [member("link", tarfile.SYMTYPE, ".."), member("link/out")],
        [member("hard", tarfile.LNKTYPE, "../../etc/passwd")],
    ],
    ids=lambda entries: entries[-1].name,
)
def test_attack_11_an_archive_cannot_write_outside(blobs, place, entries):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for entry in entries:
            tar.addfile(entry)
    source, target = place("source"), place("target")
    (source / "x").write_text("x")
    store(blobs, TASK, artifact("x"), source)
    keys = {key.rsplit(".", 1)[1]: key for key in blobs.list("runs")}
    forged = decode(blobs.get(keys["json"]), Record)
    data = packed.getvalue()
    digest = artifacts.hashlib.sha256(data).hexdigest()
    blobs.put(keys["tar"], data)
    blobs.put(
        keys["json"],
        encode({**{f: getattr(forged, f) for f in forged.__struct_fields__}, "sha256": digest}),
    )
    with pytest.raises((OperatorError, OSError, tarfile.TarError)):
        bring(blobs, TASK, artifact("x"), workspace=target, inputs=target / "ci/tmp")
    assert not (target.parent / "out").exists()
