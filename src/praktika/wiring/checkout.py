"""The checkout to work on, and its compiled declaration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from praktika.adapters.local import git
from praktika.adapters.local.git import Checkout, changes, commits
from praktika.adapters.local.sandbox import LocalSandbox
from praktika.engine.routing.inputs import checked
from praktika.errors import OperatorError
from praktika.model.facts import Facts, InputValue
from praktika.model.plan import Compilation
from praktika.model.routes import Input
from praktika.model.wire import WireError, decode, encode

__all__ = [
    "Checkout",
    "compile_declaration",
    "find_checkout",
    "told",
    "with_changes",
    "with_inputs",
]

SANDBOX_USER = "PRAKTIKA_SANDBOX_USER"
"""The variable that names the user whose processes read declarations, on machines of a cloud."""

_CHANGED_BYTES = 100_000
"""Of the names of changed files: they travel with the request for a run, which is one message."""


def find_checkout(start: Path | None = None) -> Checkout:
    """The checkout around a folder, by default the working directory.

    Raises:
        OperatorError: there is nothing to run from.
    """
    return git.find(start or Path.cwd())


def with_changes(place: Checkout, base: str) -> Checkout:
    """The checkout as a change of the branch or commit `base`: its facts name the changed files.

    What counts is the commit from which the two went apart, as in a pull request.

    Raises:
        AuthorError: there is no such commit.
        OperatorError: this is no git repository.
    """
    sha = commits.commit_id(place.root, base)
    apart = changes.merge_base(place.root, sha, place.facts.sha) if place.facts.sha else sha
    found = changes.changed_files(place.root, apart) if apart else None
    changed = None if found is None else told(found)
    note = ""
    if found is None:
        note = f"it is not known what changed since {base}: the clone is shallow, or has no history"
    elif changed is None:
        note = f"{len(found):,} files changed since {base}, too many to go by: everything runs"
    facts = structs.replace(place.facts, base_branch=base, base_sha=apart or sha, changed=changed)
    return replace(place, facts=facts, notes=(*place.notes, *((note,) if note else ())))


def with_inputs(place: Checkout, text: str, declared: Sequence[Input]) -> Checkout:
    """The checkout for a run with these inputs, a JSON object; null is none.

    Raises:
        AuthorError: they are not those that are declared.
        OperatorError: it is no object of texts, numbers and booleans.
    """
    try:
        given = decode(text.encode(), dict[str, InputValue | None])
    except WireError as error:
        raise OperatorError(f"PRAKTIKA_INPUTS is no JSON object of inputs: {error}") from error
    values = {name: value for name, value in given.items() if value is not None}
    inputs = checked(declared, values)
    return replace(place, facts=structs.replace(place.facts, inputs=inputs))


def told(changed: Sequence[str]) -> tuple[str, ...] | None:
    """The changed files as facts of a run; None if they are too many to be told."""
    paths = tuple(map(_storable, changed))
    return paths if len(encode(paths)) <= _CHANGED_BYTES else None


def _storable(path: str) -> str:
    """The path without lone surrogates, which JSON cannot hold."""
    return path.encode("utf-8", "backslashreplace").decode()


def compile_declaration(root: Path, facts: Facts | None = None) -> Compilation:
    """What the declaration of the checkout at `root` compiles to, for a run with these facts."""
    return LocalSandbox(user=os.environ.get(SANDBOX_USER, "")).compile(root, facts)
