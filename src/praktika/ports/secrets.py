"""Secrets: what a job or praktika itself has to know and nobody else may."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Values by name. Nothing here is ever logged, journalled or stored.

    Concurrency: any number of readers. A value that was changed is seen within five minutes.
    """

    def get(self, name: str, kind: str = "") -> str:
        """The value of a secret.

        Args:
            name: as declared; `NAME.KEY` is one field of a secret that is a JSON object.
            kind: as declared, "aws parameter" or "aws secret"; "" looks in all places.

        Raises:
            Absent: there is no such secret; the text says where it was looked for.
            Denied: it may not be read by us.
        """

    def get_all(self, names: list[tuple[str, str]]) -> dict[str, str]:
        """The values of many secrets, by name; asks in as few requests as the store allows.

        Args:
            names: pairs of a name and a kind.

        Raises:
            Absent, Denied: of any of them; the text names all that are missing.
        """
