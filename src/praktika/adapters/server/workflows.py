"""What a server can be asked to run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import msgspec

from praktika.adapters.server.client import Client
from praktika.model.facts import InputValue
from praktika.model.routes import RoutingTable
from praktika.patience import patiently


class _Tables(msgspec.Struct):
    tables: list[RoutingTable]


class _Begun(msgspec.Struct):
    run: str


class _Known(msgspec.Struct):
    login: str


class ServerWorkflows:
    """The workflows of a server's repositories."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def login(self) -> str:
        """Whom the token stands for.

        Raises:
            Denied: it stands for nobody.
        """
        return self._client.read("whoami", _Known).login

    def tables(self) -> list[RoutingTable]:
        """What starts which workflow, of each repository."""
        return self._client.read("workflows", _Tables).tables

    def dispatch(
        self, repository: str, workflow: str, *, branch: str, inputs: Mapping[str, InputValue]
    ) -> str:
        """Ask for a run of a workflow; its id.

        Args:
            repository: `owner/name`.
            workflow: its name.
            branch: whose code; "" means the default branch.
            inputs: by name.

        Raises:
            AuthorError, Absent: there is no such workflow, or it takes other inputs.
            Denied: you may not.
            Unavailable: the server does not answer; perhaps it has heard.
        """
        body = {
            "repository": repository,
            "workflow": workflow,
            "branch": branch,
            "inputs": dict(inputs),
            "id": secrets.token_hex(8),
        }
        return patiently(lambda: self._client.post("dispatch", body, _Begun)).run
