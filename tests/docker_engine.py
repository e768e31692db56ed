"""A Docker daemon for tests: one of its own for all of them, from Debian's packages.

It has a socket, images and containers that no other daemon of this machine has. Use the fixtures
`docker_engine` and `image_registry` of `tests/conftest.py`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BASE = "praktika-tests/base:1"
"""An image with busybox and nothing else: no bash, no Python."""

_DEBIAN = "/usr/bin/docker"  # another, newer client may come first in the PATH


class NoEngine(Exception):
    """No daemon can be started here; the text says why."""


@dataclass(frozen=True)
class DockerEngine:
    """A running daemon.

    Attributes:
        host: its address.
        program: the `docker` that speaks its version.
    """

    host: str
    program: str

    def environment(self) -> Mapping[str, str]:
        """Variables with which other processes find the daemon."""
        return {"DOCKER_HOST": self.host, "PRAKTIKA_DOCKER": self.program}

    def docker(self, *arguments: str, **options) -> str:
        """What `docker` prints; it has to succeed."""
        done = subprocess.run(
            [self.program, *arguments],
            env=os.environ | self.environment(),
            capture_output=True,
            check=False,
            **options,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def containers(self, *options: str) -> list[str]:
        """Names of all containers."""
        return self.docker("ps", "--all", "--format", "{{.Names}}", *options).split()

    def build(self, tag: str, dockerfile: str, folder: Path) -> None:
        """Make an image."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Dockerfile").write_text(dockerfile)
        self.docker("build", "--quiet", "--network=none", "--tag", tag, str(folder))


@contextlib.contextmanager
def serve() -> Iterator[DockerEngine]:
    """A daemon for as long as the block lasts, with the image BASE.

    Raises:
        NoEngine: it cannot be started here.
    """
    program = _DEBIAN if Path(_DEBIAN).exists() else shutil.which("docker")
    daemon = shutil.which("dockerd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not program or not daemon:
        raise NoEngine("there is no Docker (needs the packages docker.io and busybox-static)")
    if os.geteuid() != 0:
        raise NoEngine("a Docker daemon cannot be started (needs root)")
    folder = Path(tempfile.mkdtemp(prefix="docker-"))
    folder.chmod(0o755)
    try:
        with _daemon(daemon, folder, program) as engine:
            _make_base(engine, folder)
            yield engine
    finally:
        _unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def serve_registry() -> Iterator[str]:
    """The address of a registry with nothing in it, which lives as long as the block.

    Raises:
        NoEngine: it cannot be started here.
    """
    program = shutil.which("docker-registry")
    if not program:
        raise NoEngine("there is no registry (needs the package docker-registry)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        config = Path(folder, "config.yml")
        config.write_text(
            "version: 0.1\nlog: {level: error}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n"
            f"http: {{addr: '{address}'}}\n"
        )
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(
                [program, "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            _await(lambda: _answers(f"http://{address}/v2/"), process, Path(folder, "log"))
            yield address
        finally:
            _end(process)


@contextlib.contextmanager
def _daemon(daemon: str, folder: Path, program: str) -> Iterator[DockerEngine]:
    host = f"unix://{folder}/socket"
    engine = DockerEngine(host, program)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                daemon,
                f"--host={host}",
                f"--data-root={folder}/data",
                f"--exec-root={folder}/exec",
                f"--pidfile={folder}/pid",
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _await(lambda: _is_up(engine), process, folder / "log")
        # So that tests can try users that are not root.
        (folder / "socket").chmod(0o666)
        yield engine
    finally:
        with contextlib.suppress(AssertionError):
            names = engine.containers()
            if names:
                engine.docker("rm", "--force", "--volumes", *names)
        _end(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _make_base(engine: DockerEngine, folder: Path) -> None:
    busybox = shutil.which("busybox")
    if not busybox:
        raise NoEngine("there is nothing to make an image of (needs the package busybox-static)")
    context = folder / "base"
    context.mkdir()
    shutil.copy(busybox, context / "busybox")
    text = (
        'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\n'
        "RUN mkdir -p /tmp /root && chmod 1777 /tmp\nENV PATH=/bin\n"
    )
    try:
        engine.build(BASE, text, context)
    except AssertionError as error:
        raise NoEngine(f"containers cannot be run here: {error}") from None


def _is_up(engine: DockerEngine) -> bool:
    with contextlib.suppress(AssertionError):
        return bool(engine.docker("version", "--format", "{{.Server.Version}}"))
    return False


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
        return True
    return False


def _await(condition, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if condition():
            return
        time.sleep(0.05)
    raise NoEngine(f"it does not start: {log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _unmount(folder: Path) -> None:
    """Let go of what a daemon that was killed has left mounted."""
    places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in sorted(places, reverse=True):
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)
