"""A registry that wants a password, for tests: Debian's `docker-registry` on this machine.

The open one is `image_registry` of `tests/conftest.py`. Use the fixture `locked_registry`.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = shutil.which("docker-registry")
USER, PASSWORD = "builder", "pass word"
# The bcrypt of PASSWORD; making it takes a module that not every Python has.
HTPASSWD = f"{USER}:$2b$04$i6QguMJV.BykDJ2g16iQiefpaG/JBzPBCj6TyXBwkPfeFKOWwuXy2\n"


@dataclass(frozen=True)
class DockerRegistry:
    """A running registry.

    Attributes:
        host: `127.0.0.1:port`, as it stands in the names of images.
    """

    host: str


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[DockerRegistry]:
    """A registry of its own, for as long as the block lasts."""
    assert PROGRAM is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(_config(folder, port))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "serve", str(config)],
            env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _await(port, process, folder / "log")
        yield DockerRegistry(f"127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


def _config(folder: Path, port: int) -> str:
    file = folder / "htpasswd"
    file.write_text(HTPASSWD)
    lines = [
        "version: 0.1",
        "log: {level: error, accesslog: {disabled: true}}",
        "storage: {inmemory: {}}",
        f"http: {{addr: '127.0.0.1:{port}'}}",
        f"auth: {{htpasswd: {{realm: tests, path: '{file}'}}}}",
    ]
    return "\n".join(lines) + "\n"


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as asking,
        ):
            asking.request("GET", "/v2/")
            asking.getresponse().read()
            return
        time.sleep(0.02)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def locked_registry() -> Iterator[DockerRegistry]:
    """The one registry of this test run that wants to know USER and PASSWORD."""
    if PROGRAM is None:
        pytest.skip("there is no registry (needs the package docker-registry)")
    with (
        tempfile.TemporaryDirectory(prefix="docker-registry-") as folder,
        serve(Path(folder)) as registry,
    ):
        yield registry
