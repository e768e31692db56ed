"""Where things are on a machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

USER = "praktika-job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders and programs.

    Attributes:
        state: what is kept while the machine lives.
        venvs: of the virtual environments that the image has, each under its name.
        python: of the platform's own environment, with praktika.
        log: the controller's own log.
        user: that jobs run as; "" is nobody else, for tests.
        sandbox: whose processes read declarations; "" is nobody else, for tests.
        docker_socket: is there where machines have Docker, whether it answers or not.
    """

    state: Path
    venvs: Path
    python: Path
    log: Path
    user: str
    sandbox: str
    docker_socket: Path

    @property
    def root(self) -> Path:
        """What praktika takes for its checkout: an empty folder."""
        return self.state / "root"

    @property
    def work(self) -> Path:
        """Below it jobs work."""
        return self.state / "work"

    @property
    def letters(self) -> Path:
        """For tasks on their way to a child."""
        return self.state / "letters"

    @property
    def overlays(self) -> Path:
        """For unpacked praktikas of checkouts."""
        return self.state / "overlays"

    def make(self) -> None:
        """Make the folders that are not there."""
        for folder, mode in (
            (self.root, 0o755),
            (self.work, 0o755),
            (self.letters, 0o700),
            (self.overlays, 0o755),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)


def find_places(environment: Mapping[str, str] = os.environ) -> Places:
    """The places of this machine; tests name others."""

    def path(name: str, default: str) -> Path:
        return Path(environment.get(f"PRAKTIKA_CONTROLLER_{name}") or default)

    is_tried = "PRAKTIKA_CONTROLLER_USER" in environment
    return Places(
        state=path("STATE", "/var/lib/praktika"),
        venvs=path("VENVS", "/opt/praktika/base-venvs"),
        python=path("PYTHON", sys.executable),
        log=path("LOG", "/var/log/praktika/controller.log"),
        docker_socket=path("DOCKER_SOCKET", "/run/docker.sock"),
        user=environment.get("PRAKTIKA_CONTROLLER_USER", USER),
        sandbox=environment.get("PRAKTIKA_CONTROLLER_SANDBOX", "" if is_tried else USER),
    )
