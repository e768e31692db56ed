"""What a run's jobs are started with on machines of a cloud: a virtual environment, a praktika.

Both are settings of the declared commit. They decide which program gets a machine's credentials, so
no author's code is run to find them out, and an environment is a name, never a path (fault 4).
"""

from __future__ import annotations

import ast
import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from praktika.errors import AuthorError, Conflict
from praktika.model.facts import Trust
from praktika.model.plan import Base
from praktika.patience import patiently
from praktika.runner.job_files import read_file
from praktika.sdk import settings
from praktika.wiring.stores import Stores

VENV = "PRAKTIKA_BASE_VENV"
OVERLAY = "PRAKTIKA_OVERLAY"
PACKED, UNPACKED, FILES = 32 << 20, 256 << 20, 20_000
"""The largest overlay: bytes of the archive and of its files, and how many there are."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SETTINGS = 1 << 20


def base_of(root: Path, evaluated: Mapping[str, Any], trust: Trust, stores: Stores) -> Base:
    """What the settings of a declaration say; an overlay is stored.

    Args:
        root: of the checkout of the declared commit.
        evaluated: its settings, as they came out of its code. They decide nothing: where they
            differ from what is written, the author is told.
        trust: of the code that will run. Code from outside gets the platform's praktika.
        stores: of the installation; machines that do not share them have no choice.

    Raises:
        AuthorError: a setting is no plain text, or not one that can be followed.
    """
    if not stores.is_remote:
        return Base()
    said = {name: _plain(root, name) for name in (VENV, OVERLAY)}
    for name, text in said.items():
        if text != (evaluated.get(name) or ""):
            raise _wrong(name, text, "is computed, too: assign it once, as plain text")
    if said[VENV] and not _NAME.fullmatch(said[VENV]):
        raise _wrong(VENV, said[VENV], "is no name of a virtual environment, but for letters,"
                     " digits and `._-`")  # fmt: skip
    if not said[OVERLAY] or trust != "trusted":
        return Base(venv=said[VENV])
    data = _packed(root, said[OVERLAY])
    digest = hashlib.sha256(data).hexdigest()
    key = f"overlays/{digest}.tar.gz"
    with suppress(Conflict):  # it is what it is called
        patiently(lambda: stores.blobs.create(key, data))
    return Base(venv=said[VENV], overlay=key, overlay_sha256=digest)


def _plain(root: Path, name: str) -> str:
    """The last text that the settings files assign to a name at their top level, or ""."""
    found: ast.expr | None = None
    for path in settings.files(os.fspath(root)):
        with suppress(OSError, SyntaxError, ValueError):  # `praktika check` tells of it
            tree = ast.parse(read_file(Path(path), _SETTINGS))
            for node in tree.body:
                if isinstance(node, ast.Assign) and any(_is(name, each) for each in node.targets):
                    found = node.value
    if found is None:
        return ""
    value = found.value if isinstance(found, ast.Constant) else None
    if not isinstance(value, str):
        raise _wrong(name, ast.unparse(found)[:100], "is no plain text: write it out in quotes")
    return value


def _is(name: str, target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _packed(root: Path, said: str) -> bytes:
    """A package `praktika` as an archive, which is the same for the same files."""
    folder = root / said
    inside = folder.resolve().is_relative_to(root.resolve())
    if not inside or folder.name != "praktika" or not (folder / "__init__.py").is_file():
        raise _wrong(OVERLAY, said, "is no folder of the repository with a package `praktika`")
    packed, total = io.BytesIO(), 0
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for count, path in enumerate(_files(folder)):
            try:
                data = read_file(path, UNPACKED - total)
            except OSError as error:
                raise _wrong(OVERLAY, said, f"cannot be packed: {error}") from error
            total += len(data)
            if count >= FILES:
                raise _wrong(OVERLAY, said, f"has more than {FILES:,} files")
            entry = tarfile.TarInfo(f"praktika/{path.relative_to(folder).as_posix()}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    if packed.tell() > PACKED:
        raise _wrong(OVERLAY, said, f"is more than {PACKED:,} bytes when packed")
    return packed.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    """What a package is made of, sorted: no compiled files, and no links into elsewhere."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (Path(here, name) for name in sorted(names) if not name.endswith(".pyc"))


def _wrong(name: str, said: str, what: str) -> AuthorError:
    return AuthorError(text=f"the setting {name} ({said!r}) {what}")
