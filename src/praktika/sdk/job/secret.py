"""Secrets that the runner gave to this job, by environment variables."""

from __future__ import annotations

import os
import re
from typing import Self

TRUST = "PRAKTIKA_TRUST"
"""The variable that says whether those who wrote the code are trusted."""


class SecretMissing(RuntimeError):
    """No value of this secret was given to the job."""


class SecretValue(str):
    """A secret's value as text; `repr` shows its name only.

    Older scripts ask it for `get_value()` and join two of them.
    """

    __slots__ = ("name", "parts")

    name: str
    parts: tuple[str, ...]

    def __new__(cls, name: str, value: str, parts: tuple[str, ...] = ()) -> Self:
        """A secret with its name; `parts` are the values of joined ones."""
        secret = super().__new__(cls, value)
        secret.name = name
        secret.parts = parts
        return secret

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    def get_value(self) -> str | list[str]:
        """The text; of joined secrets, their texts in order."""
        return list(self.parts) if self.parts else str(self)

    def join_with(self, other: SecretValue) -> SecretValue:
        """Both secrets as one whose value is the list of theirs."""
        parts = (self.parts or (str(self),)) + (other.parts or (str(other),))
        return SecretValue(f"{self.name}, {other.name}", str(self), parts)


def variable_of(name: str) -> str:
    """The environment variable that carries a secret: PRAKTIKA_SECRET_ and its name."""
    return "PRAKTIKA_SECRET_" + re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def find_secret(name: str) -> SecretValue:
    """The secret of that name.

    Raises:
        SecretMissing: neither of its environment variables is set.
    """
    variable = variable_of(name)
    value = os.environ.get(variable) or os.environ.get(name)
    if not value and os.environ.get(TRUST) == "untrusted":
        raise SecretMissing(
            f"secret '{name}' is not available to this job: the change comes from outside of the"
            " repository, and its jobs get no secrets"
        )
    if not value:
        raise SecretMissing(
            f"secret '{name}' is not available to this job; "
            f"declare it for the workflow, or by hand set {variable}"
        )
    return SecretValue(name, value)
