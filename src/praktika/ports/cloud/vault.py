"""Vault: whole secrets that people give to the cloud to keep."""

from __future__ import annotations

from typing import Protocol


class Vault(Protocol):
    """Keeps secrets for whoever may read them, see the port `Secrets`; never shows one."""

    def keep(self, name: str, text: str, *, about: str = "") -> bool:
        """Store a secret, in the place of an older one if there is one; whether it is new.

        May be repeated. It gets the tag of the project when it is new.

        Raises:
            Denied: it may not be stored.
            Conflict: it is being deleted, which AWS takes its time for.
        """
