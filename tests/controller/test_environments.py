"""Which Python a task is run with (fault 4, 23; security 11)."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest
from tests.aws_server import REGION

from praktika_controller.aws import Clients
from praktika_controller.bucket import Bucket
from praktika_controller.faults import Refused
from praktika_controller.work import overlay
from praktika_controller.work.environments import Environments, Wanted, wanted


@pytest.fixture
def blobs(aws_server, bucket, monkeypatch):
    for name, value in aws_server.environment().items():
        monkeypatch.setenv(name, value)
    return Bucket(Clients(REGION), bucket, "team")


@pytest.fixture
def put(aws, bucket):
    def put_blob(key: str, data: bytes) -> str:
        aws.s3.put_object(Bucket=bucket, Key=f"team/blobs/{key}", Body=data)
        return hashlib.sha256(data).hexdigest()

    return put_blob


def packed(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.type = kind
            info.linkname = link
            info.mode = 0o4777
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


PACKAGE = (
    ("praktika/__init__.py", b""),
    ("praktika/cli/__init__.py", b""),
    ("praktika/cli/runner.py", b""),
)


def make_venv(folder, name, *, works=True):
    python = folder / "venvs" / name / "bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"#!/bin/sh\n[ {int(works)} = 1 ] || exec {sys.executable} -c 'import nothing_there'\n"
    )
    python.chmod(0o755)
    return python


def environments(folder, blobs, *, trusted=True):
    (folder / "overlays").mkdir()
    (folder / "venvs").mkdir(exist_ok=True)
    return Environments(
        Path(sys.executable), folder / "venvs", folder / "overlays", blobs, is_trusted=trusted
    )


def test_a_run_that_asks_for_nothing_gets_the_platforms_python(tmp_path, blobs):
    known = environments(tmp_path, blobs)
    assert known.choose(wanted({}), "/bin") is known.platform
    assert known.choose(wanted({"base_venv": None, "overlay": 3}), "/bin") is known.platform


def test_a_virtual_environment_is_chosen_by_its_name(tmp_path, blobs):
    python = make_venv(tmp_path, "py-3.12")
    found = environments(tmp_path, blobs).choose(Wanted(venv="py-3.12"), "/bin")
    assert found.python == python
    assert found.variables["PATH"] == f"{python.parent}:/bin"
    assert found.variables["VIRTUAL_ENV"] == str(python.parent.parent)


@pytest.mark.parametrize(
    "name", ["other", "../venvs/good", "/usr", ".", "..", "good/../good", "a\nb"]
)
def test_fault_4_a_path_is_no_name_and_what_is_not_there_is_told_with_what_is(
    tmp_path, blobs, name
):
    make_venv(tmp_path, "good")
    with pytest.raises(Refused, match="they have: good"):
        environments(tmp_path, blobs).choose(Wanted(venv=name), "/bin")


def test_one_in_which_praktika_does_not_start_is_refused_with_the_reason(tmp_path, blobs):
    make_venv(tmp_path, "empty", works=False)
    with pytest.raises(Refused, match=r"'empty'.*nothing_there"):
        environments(tmp_path, blobs).choose(Wanted(venv="empty"), "/bin")


def test_the_praktika_of_a_checkout_is_unpacked_once(tmp_path, blobs, put, aws, bucket):
    digest = put("overlays/one.tar.gz", packed(*PACKAGE))
    known = environments(tmp_path, blobs)
    asked = Wanted(overlay="overlays/one.tar.gz", digest=digest)
    place = tmp_path / "overlays" / digest
    assert known.choose(asked, "/bin").variables == {"PYTHONPATH": str(place)}
    assert (place / "praktika/__init__.py").stat().st_mode & 0o7777 == 0o644
    aws.s3.delete_object(Bucket=bucket, Key="team/blobs/overlays/one.tar.gz")
    assert known.choose(asked, "/bin").variables == {"PYTHONPATH": str(place)}
    assert [path.name for path in (tmp_path / "overlays").iterdir()] == [digest]


def test_code_from_outside_is_never_the_runner(tmp_path, blobs, put):
    digest = put("o", packed(*PACKAGE))
    with pytest.raises(Refused, match="platform's praktika"):
        environments(tmp_path, blobs, trusted=False).choose(Wanted(overlay="o", digest=digest), "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(("../praktika/__init__.py", b"")), "entry"),
        (packed(("/praktika/__init__.py", b"")), "entry"),
        (packed(*PACKAGE, kind=tarfile.SYMTYPE, link="/etc"), "no plain file"),
        (packed(*PACKAGE, kind=tarfile.LNKTYPE, link="x"), "no plain file|cannot be unpacked"),
        (packed(*PACKAGE, kind=tarfile.CHRTYPE), "no plain file"),
        (packed(("praktika/__init__.py", b""), ("praktika/__init__.py", b"")), "cannot be"),
        (packed(("other/__init__.py", b"")), "no package"),
        (b"nothing of the kind", "cannot be"),
        (packed(*PACKAGE)[:60], "cannot be"),
    ],
)
def test_security_11_a_hostile_archive_is_refused_and_leaves_nothing(
    tmp_path, blobs, put, data, said
):
    digest = put("o", data)
    with pytest.raises(Refused, match=said):
        overlay.bring(blobs, "o", digest, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_security_11_a_bomb_is_refused(tmp_path, blobs, put, monkeypatch):
    digest = put("o", packed(*PACKAGE, ("praktika/zeros", bytes(1 << 20))))
    monkeypatch.setattr(overlay, "UNPACKED", 1 << 19)
    with pytest.raises(Refused, match="too large"):
        overlay.bring(blobs, "o", digest, tmp_path)
    monkeypatch.setattr(overlay, "PACKED", 100)
    with pytest.raises(Refused, match="not there as"):
        overlay.bring(blobs, "o", digest, tmp_path)


@pytest.mark.parametrize("digest", ["", "0" * 64, "../" * 20, "F" * 64])
def test_what_has_another_digest_is_not_unpacked(tmp_path, blobs, put, digest):
    put("o", packed(*PACKAGE))
    with pytest.raises(Refused):
        overlay.bring(blobs, "o", digest, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_fault_23_what_a_run_cannot_have_is_told_by_its_job_and_no_machine_goes(scene, machine):
    (own,) = scene.make_group(desired=1)
    one = machine(own)
    make_venv(one.folder, "py-3.12")
    scene.put("runs/r/run.json", json.dumps({"base_venv": "/usr"}).encode())
    for _ in range(4):  # more than a machine may fail
        scene.give("take", "ack")
    one.start()
    notes = one.noted("started", 4)
    assert {"they have: py-3.12" in note["env"]["PRAKTIKA_NO_VENV"] for note in notes} == {True}
    assert scene.instances() == [own]
