"""Components of Image Builder: documents that say what is run, and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from troposphere import Join

from praktika.errors import AuthorError

GIVEN = "@@given@@"
"""Stands in commands for what is known only when they are deployed."""

Phase = Literal["build", "validate", "test"]
PHASES: tuple[Phase, ...] = ("build", "validate", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A component of an image.

    Attributes:
        name: in the image.
        commands: lines of Bash, one script.
        phase: "build" makes the image, "validate" looks at the machine before it becomes one,
            "test" at a machine that was started from it.
        given: what stands for each `GIVEN` in the commands, known when it is deployed.
    """

    name: str
    commands: Sequence[str]
    phase: Phase = "build"
    given: object = None

    @property
    def document(self) -> str:
        """What Image Builder reads; JSON is YAML, too."""
        step = {
            "name": "run",
            "action": "ExecuteBash",
            "inputs": {"commands": ["\n".join(self.commands)]},
        }
        phase = {"name": self.phase, "steps": [step]}
        return json.dumps({"name": self.name, "schemaVersion": 1.0, "phases": [phase]})

    @property
    def data(self) -> object:
        """The document as CloudFormation is to make it."""
        first, *others = self.document.split(GIVEN)
        if not others:
            return first
        pieces = [piece for text in others for piece in (self.given, text)]
        return Join("", [first, *pieces])


def digest_of(*texts: str) -> str:
    """12 hex digits that change whenever one of these texts does."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]


def declared(given: Any, whose: str) -> Step:
    """An inline component as an author declares it.

    Raises:
        AuthorError: it is none.
    """
    if not isinstance(given, Mapping) or not given.get("name"):
        raise AuthorError(text=f"{whose}: an inline component has a name and commands or a script")
    phase = given.get("phase") or "build"
    if phase not in PHASES:
        raise AuthorError(
            text=f"{whose}: the phase of component {given['name']} is {phase}; it must be one of "
            f"{', '.join(PHASES)}"
        )
    script = given.get("script")
    commands = [script] if script else given.get("commands") or []
    return Step(name=str(given["name"]), commands=["set -e", *map(str, commands)], phase=phase)
