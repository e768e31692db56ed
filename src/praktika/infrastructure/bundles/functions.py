"""praktika's own functions: the modules that a handler needs, and the wheels that these need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from praktika.infrastructure.bundles.closure import Closure, closure
from praktika.infrastructure.bundles.packing import unpacked, zipped
from praktika.infrastructure.bundles.wheels import Target, Wheels

HANDLERS = {
    "webhook": "praktika.lambdas.webhook",
    "token-broker": "praktika.lambdas.broker",
    "tick": "praktika.lambdas.tick",
}
"""The module with `handler`, by the name of the function."""

ROOT = Path(__file__).parents[2]
"""The folder of the package praktika."""


class OwnFunction:
    """One of praktika's functions.

    Args:
        name: see `HANDLERS`.
        target: what it runs on.
        wheels: see `Wheels`.
    """

    suffix = ".zip"

    def __init__(self, name: str, target: Target, wheels: Wheels) -> None:
        self.name = name
        self._target = target
        self._wheels = wheels

    @cached_property
    def closure(self) -> Closure:
        """What it needs."""
        return closure(HANDLERS[self.name], ROOT)

    @cached_property
    def lock(self) -> str:
        """Its requirements, with hashes."""
        return lock_of(self.name)

    @cached_property
    def digest(self) -> str:
        """Of all that the zip is made from."""
        return digest_of(self._modules(), f"{self._target}\n{self.lock}")

    def build(self) -> bytes:
        """The zip."""
        files = self._modules()
        for path in self._wheels.of(self.lock, self._target, f"function {self.name}"):
            files |= unpacked(path.read_bytes())
        return zipped(files)

    def _modules(self) -> dict[str, bytes]:
        return {place: path.read_bytes() for place, path in self.closure.files.items()}


def lock_of(name: str) -> str:
    """A lock that praktika is shipped with."""
    place = resources.files(__package__).joinpath("locks", f"{name}.lock")
    return place.read_text("utf-8")


def digest_of(files: Mapping[str, bytes], more: str) -> str:
    """SHA-256 of files with their paths, and of a text."""
    total = hashlib.sha256(f"1\n{len(more)}\n{more}\n".encode())
    for path in sorted(files):
        total.update(f"{path}\n{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return total.hexdigest()
