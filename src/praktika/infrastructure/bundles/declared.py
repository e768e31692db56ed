"""Functions of an author's own: their files, and wheels of the versions that they name."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from praktika.errors import AuthorError
from praktika.infrastructure.bundles.functions import digest_of
from praktika.infrastructure.bundles.packing import unpacked, zipped
from praktika.infrastructure.bundles.wheels import Target, Wheels
from praktika.infrastructure.compute import Lambda
from praktika.pipeline.declare.declared import place_of

_LEFT_OUT = {"__pycache__", ".git"}


class DeclaredFunction:
    """A function as it was declared.

    Args:
        declared: what was declared.
        root: of the repository; its paths are relative to it.
        target: what it runs on.
        wheels: see `Wheels`.
    """

    suffix = ".zip"

    def __init__(self, declared: Lambda.Config, root: Path, target: Target, wheels: Wheels) -> None:
        self.name = declared.name
        self._declared = declared
        self._root = root
        self._target = target
        self._wheels = wheels

    @cached_property
    def digest(self) -> str:
        """Of all that the zip is made from."""
        return digest_of(self._files(), f"{self._target}\n{self._requirements}")

    def build(self) -> bytes:
        """The zip.

        Raises:
            AuthorError: a file is not there, or lies outside of the repository.
            OperatorError: wheels cannot be downloaded.
        """
        files: dict[str, bytes] = {}
        what = f"function {self.name}"
        for path in self._wheels.latest(self._requirements, self._target, what):
            files |= unpacked(path.read_bytes())
        return zipped(files | self._files())

    @property
    def _requirements(self) -> str:
        return "".join(f"{one.strip()}\n" for one in sorted(self._declared.python_dependencies))

    def _files(self) -> dict[str, bytes]:
        """Its own files: a folder's content, or one module, and what is included besides."""
        found: dict[str, bytes] = {}
        main = self._place(self._declared.path)
        found |= _folder(main) if main.is_dir() else {main.name: main.read_bytes()}
        for name in self._declared.include_files:
            place = self._place(name)
            if place.is_dir():
                found |= {f"{place.name}/{path}": data for path, data in _folder(place).items()}
            else:
                found[place.name] = place.read_bytes()
        return found

    def _place(self, name: str) -> Path:
        place = (self._root / name).resolve()
        if not name or not place.is_relative_to(self._root.resolve()) or not place.exists():
            path, line = place_of(self._declared, "path")
            raise AuthorError(
                text=f"{path}:{line}: function {self.name!r}: this repository has no '{name}'"
            )
        return place


def _folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(folder).parts)
    }
