"""The checkout to work on, and its compiled declaration."""

from __future__ import annotations

from pathlib import Path

from praktika.adapters.local import git
from praktika.adapters.local.git import Checkout
from praktika.adapters.local.sandbox import LocalSandbox
from praktika.model.plan import Compilation
from praktika.model.task import Facts

__all__ = ["Checkout", "compile_declaration", "find_checkout"]


def find_checkout(start: Path | None = None) -> Checkout:
    """The checkout around a folder, by default the working directory.

    Raises:
        OperatorError: there is nothing to run from.
    """
    return git.find(start or Path.cwd())


def compile_declaration(root: Path, facts: Facts | None = None) -> Compilation:
    """What the declaration of the checkout at `root` compiles to, for a run with these facts."""
    return LocalSandbox().compile(root, facts)
