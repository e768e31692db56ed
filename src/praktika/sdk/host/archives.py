"""Compressing and decompressing files: gzip by ourselves, zstd by its program."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_ZST = ".zst"
_GZ = ".gz"


def has_zstd() -> bool:
    """Whether the program `zstd` is installed."""
    return shutil.which("zstd") is not None


def compress_zst(path: str | Path) -> str:
    """The path of the compressed copy, `<path>.zst`; a folder becomes `<path>.tar.zst`.

    Raises:
        RuntimeError: `zstd` is not installed, or fails.
    """
    source = Path(path)
    if source.is_dir():
        tar = _tar([source], Path(f"{source}.tar"), "w")
        try:
            return compress_zst(tar)
        finally:
            tar.unlink()
    target = f"{source}{_ZST}"
    _zstd("-T0", "-f", "-o", target, "--", str(source))
    return target


def compress_gz(path: str | Path) -> str:
    """The path of the compressed copy, `<path>.gz`; a folder becomes `<path>.tar.gz`."""
    import gzip  # noqa: PLC0415 - costs 4 ms, few scripts need it

    source = Path(path)
    if source.is_dir():
        return compress_files_gz([source], f"{source}.tar.gz")
    target = f"{source}{_GZ}"
    with source.open("rb") as plain, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    return target


def compress_files_gz(files: Iterable[str | Path], archive_name: str | Path) -> str:
    """The path of a new archive (tar, gzip) of files and folders, under their own paths."""
    return str(_tar([Path(file) for file in files], Path(archive_name), "w:gz"))


def compress_file(path: str | Path) -> str:
    """The path of the compressed copy: with zstd where that is installed, else with gzip."""
    return compress_zst(path) if has_zstd() else compress_gz(path)


def decompress_file(
    path: str | Path, path_to: str | Path | None = None, *, remove_archive: bool = False
) -> str:
    """The path of the decompressed copy.

    Args:
        path: ends with `.zst` or `.gz`.
        path_to: of the copy; by default `path` without that ending.
        remove_archive: remove `path` afterwards.

    Raises:
        ValueError: the ending is another one.
        RuntimeError: `zstd` is needed and not installed, or fails.
    """
    source = Path(path)
    if source.suffix not in {_ZST, _GZ}:
        raise ValueError(f"{source}: expected a file that ends with {_ZST} or {_GZ}")
    target = Path(path_to) if path_to else source.with_suffix("")
    if source.suffix == _ZST:
        _zstd("-d", "-f", "-o", str(target), "--", str(source))
    else:
        import gzip  # noqa: PLC0415 - as above

        with gzip.open(source, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    if remove_archive:
        source.unlink()
    return str(target)


def _tar(paths: Iterable[Path], target: Path, mode: str) -> Path:
    import tarfile  # noqa: PLC0415 - costs 8 ms, few scripts need it

    with tarfile.open(target, mode) as tar:  # type: ignore[call-overload] # two modes, both known
        for path in paths:
            tar.add(path)
    return target


def _zstd(*arguments: str) -> None:
    if not has_zstd():
        raise RuntimeError("the program zstd is not installed; install the package 'zstd'")
    done = subprocess.run(
        ["zstd", "-q", *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise RuntimeError(f"zstd {' '.join(arguments)}: {words}")
