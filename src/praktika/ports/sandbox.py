"""The sandbox: where an author's declaration is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from praktika.model.facts import Facts
from praktika.model.plan import Compilation


class Sandbox(Protocol):
    """Compiles the declaration of a checkout without letting it hurt the caller.

    The author's code runs in another process, without the caller's secrets, for a bounded time,
    with bounded memory and output. Whatever it does, the answer is a Compilation.
    """

    def compile(self, root: Path, facts: Facts | None = None) -> Compilation:
        """The plans and problems of the repository at `root`.

        Args:
            root: of a checkout.
            facts: of a run: then the workflows' filter hooks are called, and jobs that they do
                not want are skipped in the plans.

        Raises:
            OperatorError: the sandbox itself could not be started.
        """
