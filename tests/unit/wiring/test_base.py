"""What jobs are started with on machines of a cloud."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.errors import AuthorError
from praktika.model.plan import Base
from praktika.wiring.plans import base
from praktika.wiring.plans.base import base_of


@dataclass
class Shared:
    """Stores that other machines share."""

    is_remote: bool = True
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def declared(root: Path, text: str) -> Path:
    return write(root, **{"ci/settings/settings.py": text})


def vendored(root: Path, said: str = "ci/praktika") -> Path:
    declared(root, f"PRAKTIKA_OVERLAY = {said!r}\n")
    return write(
        root,
        **{
            "ci/praktika/__init__.py": "",
            "ci/praktika/sub/mod.py": "x = 1\n",
            "ci/praktika/sub/__pycache__/mod.cpython-311.pyc": "x",
        },
    )


OVERLAID = {"PRAKTIKA_OVERLAY": "ci/praktika"}


def test_fault_4_a_virtual_environment_is_a_plain_name(tmp_path):
    declared(tmp_path, 'PRAKTIKA_BASE_VENV = "old"\nPRAKTIKA_BASE_VENV = "tools-3.11_a"\n')
    evaluated = {"PRAKTIKA_BASE_VENV": "tools-3.11_a"}
    assert base_of(tmp_path, evaluated, "trusted", Shared()) == Base(venv="tools-3.11_a")
    assert base_of(tmp_path, evaluated, "untrusted", Shared()) == Base(venv="tools-3.11_a")


@pytest.mark.parametrize(
    "said", ["/opt/evil", "../evil", "a/b", "..", ".hidden", "-P", "a b", "x" * 101, "é", "a\n"]
)
def test_fault_4_a_path_is_refused(tmp_path, said):
    declared(tmp_path, f"PRAKTIKA_BASE_VENV = {said!r}\n")
    with pytest.raises(AuthorError, match="is no name of a virtual environment"):
        base_of(tmp_path, {"PRAKTIKA_BASE_VENV": said}, "trusted", Shared())


@pytest.mark.parametrize(
    "text",
    [
        'import os\nPRAKTIKA_BASE_VENV = os.environ.get("X", "a")\n',
        'PRAKTIKA_BASE_VENV = "a" + "b"\n',
        "PRAKTIKA_BASE_VENV = 3\n",
        'if True:\n    PRAKTIKA_BASE_VENV = "ab"\n',
        'globals()["PRAKTIKA_BASE_VENV"] = "ab"\n',
    ],
)
def test_fault_4_what_code_computes_does_not_choose(tmp_path, text):
    with pytest.raises(AuthorError, match="plain text"):
        base_of(declared(tmp_path, text), {"PRAKTIKA_BASE_VENV": "ab"}, "trusted", Shared())


def test_machines_without_a_choice_are_asked_for_nothing(tmp_path):
    stores = Shared(is_remote=False)
    assert base_of(vendored(tmp_path), OVERLAID, "trusted", stores) == Base()
    assert base_of(write(tmp_path / "empty"), {}, "trusted", Shared()) == Base()
    assert list(stores.blobs.list("overlays")) == []


def test_a_praktika_of_the_checkout_is_stored_once_and_the_same_for_the_same_files(tmp_path):
    stores = Shared()
    found = base_of(vendored(tmp_path / "a"), OVERLAID, "trusted", stores)
    (tmp_path / "b").mkdir(mode=0o700)
    assert base_of(vendored(tmp_path / "b"), OVERLAID, "trusted", stores) == found
    data = stores.blobs.get(found.overlay)
    assert found.overlay == f"overlays/{found.overlay_sha256}.tar.gz"
    assert hashlib.sha256(data).hexdigest() == found.overlay_sha256
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as tar:
        assert tar.getnames() == ["praktika/__init__.py", "praktika/sub/mod.py"]


def test_security_1_strangers_bring_no_praktika(tmp_path):
    stores = Shared()
    assert base_of(vendored(tmp_path), OVERLAID, "untrusted", stores) == Base()
    assert list(stores.blobs.list("overlays")) == []


@pytest.mark.parametrize("said", ["/usr/lib", "../praktika", "ci", "src/praktika", "link/praktika"])
def test_security_11_an_overlay_is_a_package_of_the_repository(tmp_path, said):
    write(tmp_path / "praktika", **{"__init__.py": ""})
    root = vendored(tmp_path / "root", said)
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(AuthorError, match="is no folder of the repository"):
        base_of(root, {"PRAKTIKA_OVERLAY": said}, "trusted", Shared())


def test_security_11_links_are_not_followed(tmp_path):
    root = vendored(tmp_path)
    (root / "ci/praktika/secret.py").symlink_to("/etc/passwd")
    with pytest.raises(AuthorError, match="cannot be packed"):
        base_of(root, OVERLAID, "trusted", Shared())


def test_security_22_an_overlay_has_a_largest_size(tmp_path, monkeypatch):
    root = vendored(tmp_path)
    monkeypatch.setattr(base, "UNPACKED", 5)
    with pytest.raises(AuthorError, match="cannot be packed"):
        base_of(root, OVERLAID, "trusted", Shared())
