"""The sandbox: where an author's declaration is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from praktika.model.plan import Compilation


class Sandbox(Protocol):
    """Compiles the declaration of a checkout without letting it hurt the caller.

    The author's code runs in another process, without the caller's secrets, for a bounded time,
    with bounded memory and output. Whatever it does, the answer is a Compilation.
    """

    def compile(self, root: Path) -> Compilation:
        """The plans and problems of the repository at `root`.

        Raises:
            OperatorError: the sandbox itself could not be started.
        """
