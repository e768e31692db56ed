"""Code for deploys that need not run."""

from __future__ import annotations

from pathlib import Path


class PaperBundles:
    """Code that need not run, so that nothing is downloaded."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def digest(self, name: str) -> str:
        return name.encode().hex().ljust(64, "0")[:64]

    def suffix(self, name: str) -> str:
        return ".whl" if name in ("praktika", "controller") else ".zip"

    def build(self, name: str, folder: Path) -> Path:
        path = folder / name
        path.write_bytes(b"PK\x05\x06" + bytes(18))  # an empty zip
        return path
