"""Whole secrets in Secrets Manager."""

from __future__ import annotations

from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated
from praktika.errors import Conflict
from praktika.ports.cloud.cloud import PROJECT_TAG


class SecretsManagerVault:
    """A `Vault` of one region.

    Args:
        aws: the clients.
        project: slug; what is made here gets its tag.
    """

    def __init__(self, aws: Clients, project: str) -> None:
        self._aws = aws
        self._project = project

    def keep(self, name: str, text: str, *, about: str = "") -> bool:
        """Store a secret; see the port."""
        secrets = self._aws.secrets
        tags: Any = [{"Key": PROJECT_TAG, "Value": self._project}]
        with translated(f"cannot store secret {name}"):
            try:
                secrets.create_secret(
                    Name=name,
                    SecretString=text,
                    Description=about,
                    Tags=tags,
                )
            except secrets.exceptions.ResourceExistsException:
                secrets.put_secret_value(SecretId=name, SecretString=text)
                return False
            except secrets.exceptions.InvalidRequestException as error:
                raise Conflict(
                    f"secret {name} is being deleted: `aws secretsmanager restore-secret "
                    f"--secret-id {name}` takes it back"
                ) from error
            return True
