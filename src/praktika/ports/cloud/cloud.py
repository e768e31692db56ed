"""All of a cloud that a deploy needs, as one project sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from praktika.ports.cloud.belongings import Belongings
from praktika.ports.cloud.images import Images
from praktika.ports.cloud.machines import Machines
from praktika.ports.cloud.objects import Objects
from praktika.ports.cloud.parameters import Parameters
from praktika.ports.cloud.stacks import Changes, Stacks
from praktika.ports.cloud.vault import Vault
from praktika.ports.secrets import Secrets

PROJECT_TAG = "praktika:project"
"""The tag that says whose something is; its value is the slug of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are to the cloud: 12 digits, a region, and the name of a user or role."""

    account: str
    region: str
    name: str


class Account(Protocol):
    """Whose credentials are used."""

    def identity(self) -> Identity:
        """Who we are.

        Raises:
            Denied: nobody that the cloud knows.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """See each port."""

    account: Account
    stacks: Stacks
    changes: Changes
    parameters: Parameters
    objects: Objects
    belongings: Belongings
    images: Images
    machines: Machines
    secrets: Secrets
    vault: Vault
