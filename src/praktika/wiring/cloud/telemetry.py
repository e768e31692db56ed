"""What the machines and functions of this checkout's installation have logged."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import OperatorError
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.telemetry import Source, Telemetry
from praktika.wiring.backend import find_installation

_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs of an installation.

    Attributes:
        telemetry: see the port.
        names: of the installation.
    """

    telemetry: Telemetry
    names: Names

    @property
    def instances(self) -> str:
        """The group of machines; a stream for each."""
        return self.names.instance_logs

    def function(self, name: str) -> str:
        """The group of a function, by its declared name."""
        return self.names.function_logs(name)

    def machines(self) -> Sequence[Source]:
        """Machines that have logged something, newest first."""
        return self.telemetry.sources(self.instances, _SOURCES)

    def functions(self) -> list[str]:
        """Functions that have logged something, by their declared names."""
        prefix = self.names.function_logs("")
        return [group.removeprefix(prefix) for group in self.telemetry.groups(prefix)]


def open_logs(root: Path) -> Logs:
    """The logs of the installation that the checkout at `root` names.

    Raises:
        OperatorError: it has none in a cloud.
    """
    backend = find_installation(root)
    if backend is None:
        raise OperatorError(
            "only an installation on AWS has machines and functions with logs, and this checkout "
            "names none: set PROJECT_SLUG and S3_ARTIFACT_BUCKET in ci/settings/settings.py, or "
            "as variables PRAKTIKA_PROJECT_SLUG and PRAKTIKA_S3_ARTIFACT_BUCKET."
        )
    # Loaded only where it is wanted: boto3 takes long.
    client = importlib.import_module("praktika.adapters.aws.client")
    adapter = importlib.import_module("praktika.adapters.aws.cloud.telemetry")
    telemetry = adapter.AwsTelemetry(client.Clients(backend.region))
    return Logs(telemetry, Names(backend.project))
