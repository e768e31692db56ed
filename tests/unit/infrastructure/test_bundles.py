"""What a deploy uploads: the same bytes each time, and nothing that nobody needs."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from praktika.errors import AuthorError, OperatorError
from praktika.infrastructure.bundles import Bundles, packages
from praktika.infrastructure.bundles.closure import PROVIDED, closure
from praktika.infrastructure.bundles.functions import HANDLERS, ROOT, OwnFunction, lock_of
from praktika.infrastructure.bundles.packages import ControllerWheel, PraktikaWheel
from praktika.infrastructure.bundles.packing import tarred, unpacked, wheel, zipped
from praktika.infrastructure.bundles.wheels import Target, Wheels
from praktika.infrastructure.compute import Lambda

FILES = {"b/x.py": b"x", "a.so": b"\0", "c": b""}

FAKE_PIP = """
import hashlib, json, sys
from pathlib import Path
words = sys.argv
calls = Path(__file__).with_name("calls")
calls.write_text(calls.read_text() + json.dumps(words) + "\\n" if calls.exists() else json.dumps(words) + "\\n")
mode = Path(__file__).with_name("mode").read_text()
dest = Path(words[words.index("--dest") + 1])
if mode == "missing":
    sys.exit("/usr/bin/python: No module named pip")
(dest / "one-1-py3-none-any.whl").write_bytes(b"one")
if mode == "cut":
    sys.exit("ERROR: Could not find a version\\nnoise")
if mode == "other":
    (dest / "one-1-py3-none-any.whl").write_bytes(b"other")
"""
LOCK = f"one==1 \\\n    --hash=sha256:{hashlib.sha256(b'one').hexdigest()}\n"


class Pip:
    """A Python whose pip does what a test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pip.py").write_text(FAKE_PIP)
        self.program = folder / "python"
        self.program.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} {folder}/pip.py "$@"\n')
        self.program.chmod(0o755)
        self.does("well")
        self.wheels = Wheels(folder / "kept", str(self.program))

    def does(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def pip(tmp_path):
    return Pip(tmp_path)


def test_archives_depend_on_nothing_but_what_is_in_them():
    turned = dict(reversed(FILES.items()))
    for make in (zipped, tarred):
        assert make(FILES) == make(turned)
        assert make(FILES) != make({**FILES, "c": b"1"})
    with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as archive:
        modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
    assert modes == {"a.so": 0o755, "b/x.py": 0o644, "c": 0o644}
    with tarfile.open(fileobj=io.BytesIO(tarred(FILES))) as archive:
        assert {(one.uid, one.mtime, one.mode) for one in archive} == {(0, 0, 0o644)}


def test_a_wheel_of_ours_is_one(tmp_path):
    data = wheel("one", "1", "Metadata-Version: 2.1\nName: one\nVersion: 1\n", {"one.py": b"A = 1"})
    path = tmp_path / "one-1-py3-none-any.whl"
    path.write_bytes(data)
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet"]
    subprocess.run([*command, "--target", tmp_path / "there", path], check=True)
    assert (tmp_path / "there/one.py").read_bytes() == b"A = 1"
    assert set(unpacked(data)) == {"one.py", "one-1.dist-info/METADATA", "one-1.dist-info/WHEEL"}


@pytest.mark.parametrize("name", HANDLERS)
def test_a_function_has_what_it_imports_and_its_lock_names_the_rest(name):
    found = closure(HANDLERS[name], ROOT)
    program = f"import sys, {HANDLERS[name]}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    loaded = {one for one in done.stdout.split() if one.partition(".")[0] == "praktika"}
    known = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in found.files
    }
    assert loaded <= known
    locked = {line.partition("==")[0] for line in lock_of(name).splitlines() if "==" in line}
    names = {"rpds": "rpds-py"}
    assert {names.get(one, one) for one in found.others - PROVIDED} <= locked
    assert not {"boto3", "botocore", "structlog"} & set(done.stdout.split())


def test_the_webhook_imports_neither_engine_nor_http_library():
    files = closure(HANDLERS["webhook"], ROOT).files
    assert not [path for path in files if path.startswith(("praktika/engine", "praktika/pipeline"))]
    assert "urllib3" not in closure(HANDLERS["webhook"], ROOT).others
    assert len(files) < 60


def test_imports_for_type_checkers_alone_do_not_count(tmp_path):
    (tmp_path / "__init__.py").touch()
    (tmp_path / "a.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import praktika.b\n"
        "else:\n    import praktika.c\n"
        "def f():\n    from praktika import d\n    import other.thing\n"
    )
    for name in "bcd":
        (tmp_path / f"{name}.py").touch()
    found = closure("praktika.a", tmp_path)
    assert list(found.files) == [f"praktika/{one}.py" for one in ("__init__", "a", "c", "d")]
    assert found.others == {"other"}


def test_a_digest_tells_of_the_target_and_asks_nobody(pip):
    arm, intel = (
        OwnFunction("tick", Target("3.13", one), pip.wheels) for one in ("arm64", "x86_64")
    )
    assert arm.digest != intel.digest
    assert arm.digest == OwnFunction("tick", Target(), pip.wheels).digest
    assert not (pip.folder / "calls").exists()


def test_wheels_are_downloaded_once_by_hash_for_the_target(pip):
    for _ in range(2):
        (found,) = pip.wheels.of(LOCK, Target("3.13", "arm64"), "it")
    assert found.read_bytes() == b"one"
    (words,) = pip.calls
    assert "--require-hashes" in words
    assert "--only-binary=:all:" in words
    assert words[words.index("--python-version") + 1] == "3.13"
    assert "manylinux_2_28_aarch64" in words
    pip.wheels.of(LOCK, Target("3.11", "x86_64"), "it")
    assert "manylinux_2_28_x86_64" not in pip.calls[1]  # an older C library


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("cut", "Could not find a version"),
        ("missing", "ensurepip"),
        ("other", "not those of its lock"),
    ],
)
def test_a_download_that_fails_leaves_nothing(pip, mode, said):
    pip.does(mode)
    with pytest.raises(OperatorError, match=said):
        pip.wheels.of(LOCK, Target(), "it")
    assert not list((pip.folder / "kept").iterdir())
    pip.does("well")
    assert pip.wheels.of(LOCK, Target(), "it")


def test_a_wheel_that_was_damaged_is_downloaded_anew(pip):
    (found,) = pip.wheels.of(LOCK, Target(), "it")
    found.write_bytes(b"on")
    assert pip.wheels.of(LOCK, Target(), "it")[0].read_bytes() == b"one"


def test_praktika_and_its_controller_are_wheels(tmp_path):
    for made, top in ((PraktikaWheel(), "praktika"), (ControllerWheel(), "praktika_controller")):
        data = made.build()
        assert data == type(made)().build()
        assert made.digest == type(made)().digest
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            (entry,) = [one for one in names if one.endswith("entry_points.txt")]
            assert b"[console_scripts]" in archive.read(entry)
            (metadata,) = [one for one in names if one.endswith("METADATA")]
            assert len(re.findall(rb"^Version: ", archive.read(metadata), re.MULTILINE)) == 1
        assert f"{top}/__init__.py" in names
        assert not [one for one in names if "__pycache__" in one]
    assert "praktika/infrastructure/bundles/locks/tick.lock" in PraktikaWheel()._files


def test_an_authors_function_is_its_files_and_its_wheels(pip, tmp_path):
    root = tmp_path / "repo"
    (root / "app/sub").mkdir(parents=True)
    (root / "app/main.py").write_text("x")
    (root / "app/sub/y.py").write_text("y")
    (root / "data.json").write_text("{}")
    declared = Lambda.Config(
        name="own", path="app", include_files=["data.json"], python_dependencies=["one==1", "two"]
    )
    bundles = Bundles([declared], root=root, wheels=pip.wheels)
    before = bundles.digest("own")
    with pytest.raises(zipfile.BadZipFile):  # what the pretended pip has brought
        bundles.build("own", tmp_path)
    declared.python_dependencies = []
    path = Bundles([declared], root=root, wheels=pip.wheels).build("own", tmp_path)
    assert path.name == "own.zip"
    assert zipfile.ZipFile(path).namelist() == ["data.json", "main.py", "sub/y.py"]
    (root / "data.json").write_text("[]")
    assert Bundles([declared], root=root).digest("own") != before


@pytest.mark.parametrize("path", ["missing", "../outside", ""])
def test_a_file_that_is_not_in_the_repository_is_the_authors_problem(pip, tmp_path, path):
    (tmp_path / "outside").touch()
    root = tmp_path / "repo"
    root.mkdir()
    bundles = Bundles([Lambda.Config(name="own", path=path)], root=root, wheels=pip.wheels)
    with pytest.raises(AuthorError, match=r"test_bundles\.py:\d+: function 'own'"):
        bundles.digest("own")


def test_what_nobody_builds_is_named_with_what_there_is():
    with pytest.raises(OperatorError, match=r"platform-arm64.*webhook"):
        Bundles().digest("elsewhere")


def test_who_has_built_an_installation_makes_no_other_wheel_of_it(monkeypatch):
    """Two people deploy the same praktika, and the second one deploys nothing."""

    def digest_with(text: str) -> str:
        class Built:
            def read_text(self, _name: str) -> str:
                return text

        monkeypatch.setattr(packages.metadata, "distribution", lambda _name: Built())
        return PraktikaWheel().digest

    first = digest_with(
        "Metadata-Version: 2.4\nName: praktika\nRequires-Dist: a\nRequires-Dist: b\n"
    )
    newer = (
        "Metadata-Version: 2.5\nName: praktika\nDynamic: x\nRequires-Dist: b\nRequires-Dist: a\n"
    )
    assert digest_with(newer) == first
    assert digest_with(newer.replace("Dist: b", "Dist: c")) != first
