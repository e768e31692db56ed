"""Archives whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip knows."""

_PLAIN, _PROGRAM = 0o100644, 0o100755

Files = Mapping[str, bytes]
"""What is in an archive, by path."""


def zipped(files: Files) -> bytes:
    """A zip of these files; shared libraries can be executed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = 3
            entry.external_attr = (_PROGRAM if _is_library(path) else _PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def tarred(files: Files) -> bytes:
    """A `.tar.gz` of these files, which belong to root."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(files[path]), 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    return buffer.getvalue()


def wheel(name: str, version: str, metadata: str, files: Files, scripts: str = "") -> bytes:
    """A wheel for any Python 3.

    Args:
        name: of the distribution, as file names have it.
        version: of it.
        metadata: the text of METADATA.
        files: modules, by path.
        scripts: the text of entry_points.txt; "" for none.
    """
    info = f"{name}-{version}.dist-info"
    made = dict(files)
    made[f"{info}/METADATA"] = metadata.encode()
    made[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: praktika\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    if scripts:
        made[f"{info}/entry_points.txt"] = scripts.encode()
    lines = [f"{path},sha256={_digest(made[path])},{len(made[path])}" for path in sorted(made)]
    made[f"{info}/RECORD"] = "".join(f"{line}\n" for line in [*lines, f"{info}/RECORD,,"]).encode()
    return zipped(made)


def unpacked(data: bytes) -> dict[str, bytes]:
    """What installing a wheel would lay down, without what only tools of Python's look at."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for path in archive.namelist():
            if not path.endswith(("/", ".pyc", ".pyi", "/RECORD", "/INSTALLER")):
                found[_installed(path)] = archive.read(path)
    return found


def _installed(path: str) -> str:
    """Where a file of a wheel goes: some are in a folder that says so."""
    top, _, rest = path.partition("/")
    kind, _, below = rest.partition("/")
    return below if top.endswith(".data") and kind in {"purelib", "platlib"} else path


def _is_library(path: str) -> bool:
    return path.endswith(".so") or ".so." in path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
