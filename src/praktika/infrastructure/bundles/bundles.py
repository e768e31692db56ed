"""All that a deploy may upload, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from praktika.errors import OperatorError
from praktika.infrastructure.bundles.declared import DeclaredFunction
from praktika.infrastructure.bundles.functions import HANDLERS, OwnFunction
from praktika.infrastructure.bundles.packages import ControllerWheel, Platform, PraktikaWheel
from praktika.infrastructure.bundles.wheels import Target, Wheels
from praktika.infrastructure.compute import Lambda

FUNCTIONS = Target("3.13", "arm64")
"""What functions run on."""

MACHINES = (Target("3.12", "arm64"), Target("3.12", "x86_64"))
"""What machines run on."""


class _Bundle(Protocol):
    """Something that is uploaded."""

    name: str
    suffix: str

    @property
    def digest(self) -> str: ...

    def build(self) -> bytes: ...


class Bundles:
    """Bundles, by name.

    These are praktika's functions `webhook`, `token-broker`, `tick`; the wheels `praktika` and
    `controller`; `platform-arm64` and `platform-x86_64`, which have all that a machine needs; and
    an author's own functions.

    Args:
        declared: an author's own functions.
        root: of their repository.
        functions: what functions run on.
        wheels: see `Wheels`.
    """

    def __init__(
        self,
        declared: Sequence[Lambda.Config] = (),
        *,
        root: Path = Path(),
        functions: Target = FUNCTIONS,
        wheels: Wheels | None = None,
    ) -> None:
        kept = wheels or Wheels()
        praktika, controller = PraktikaWheel(), ControllerWheel()
        own = [DeclaredFunction(one, root, functions, kept) for one in declared]
        bundles: Iterable[_Bundle] = [
            *own,
            *(OwnFunction(name, functions, kept) for name in HANDLERS),
            *(Platform(target, kept, praktika, controller) for target in MACHINES),
            praktika,
            controller,
        ]
        self._bundles = {one.name: one for one in bundles}

    def digest(self, name: str) -> str:
        """SHA-256 of what a bundle is made from, in hex. Nothing is built or downloaded for it.

        Raises:
            AuthorError: a file of a function is not there.
            OperatorError: there is no such bundle.
        """
        return self._bundle(name).digest

    def suffix(self, name: str) -> str:
        """How the name of a bundle's file ends: `.zip`, `.whl`, `.tar.gz`."""
        return self._bundle(name).suffix

    def build(self, name: str, folder: Path) -> Path:
        """Make a bundle's file in a folder; the same bytes each time.

        Raises:
            AuthorError, OperatorError: it cannot be made.
        """
        bundle = self._bundle(name)
        path = folder / f"{name}{bundle.suffix}"
        path.write_bytes(bundle.build())
        return path

    def _bundle(self, name: str) -> _Bundle:
        if name not in self._bundles:
            raise OperatorError(f"there is no bundle '{name}': {', '.join(sorted(self._bundles))}")
        return self._bundles[name]
