"""Parameters: small texts under names that are paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LIMIT = 4096
"""Bytes of a value that every store of parameters takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value, and the account and region that it is in."""

    text: str
    account: str
    region: str


class Parameters(Protocol):
    """Parameters of one project, which get its tag.

    Concurrency: of several `create` calls for one name exactly one succeeds; of several `replace`
    calls the last one counts.
    """

    def get(self, name: str) -> Parameter | None:
        """The value under a name, in the clear; None if there is none. One request."""

    def present(self, names: Sequence[str]) -> set[str]:
        """Those of the names that are there; values are not read."""

    def create(self, name: str, text: str, *, secret: bool = False, about: str = "") -> None:
        """Store a value where there is none yet.

        Args:
            name: of the parameter.
            text: up to `LIMIT` bytes.
            secret: encrypted, and readable for those alone who may decrypt it.
            about: a description, for people.

        Raises:
            Conflict: there is one.
        """

    def replace(self, name: str, text: str) -> None:
        """Store a value that is no secret, whatever there was."""

    def delete(self, name: str) -> None:
        """Remove a parameter; nothing if there is none."""
