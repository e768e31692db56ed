"""The local Docker engine, by its command line."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import HUB
from praktika.sdk.shell.child import Child

_HUB_KEY = "https://index.docker.io/v1/"
_KEPT = ("contexts", "cli-plugins")
_TAIL = 4000
_QUICK = 60.0
_NETWORK = re.compile(
    r"failed to (do request|resolve|fetch)|toomanyrequests|too many requests|i/o timeout"
    r"|TLS handshake|connection (refused|reset)|no such host|EOF|unexpected status.*5\d\d"
    r"|failed to authorize|Cannot connect to the Docker daemon|no space left",
    re.IGNORECASE,
)


class EngineFailed(RuntimeError):
    """The engine, or a registry that it spoke to, is not well."""


class BuildFailed(RuntimeError):
    """The Dockerfile cannot be built."""


class Engine:
    """The engine that `docker` speaks to.

    Args:
        program: the client.
        settings: folder of its settings, or "" for the user's own.
    """

    def __init__(self, program: str, settings: str = "") -> None:
        self._program = program
        self._env = {**os.environ, "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}
        if settings:
            self._env["DOCKER_CONFIG"] = settings

    def check(self) -> None:
        """Make sure that the engine answers.

        Raises:
            EngineFailed: it does not.
        """
        code, text = self._ask("version", "--format", "{{.Server.Version}}")
        if code != 0:
            raise EngineFailed(f"the Docker engine does not answer: {_last(text)}")

    def platform(self) -> str:
        """What the engine runs by itself, such as `linux/amd64`."""
        code, text = self._ask("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}")
        if code != 0:
            raise EngineFailed(f"the Docker engine does not answer: {_last(text)}")
        return text.strip()

    def identity(self, reference: str) -> str:
        """The id of a local image, or "" if there is none."""
        code, text = self._ask("image", "inspect", "--format", "{{.Id}}", reference)
        return text.strip() if code == 0 else ""

    def tag(self, source: str, target: str) -> None:
        """Let a local image have one more name; raises EngineFailed."""
        self._do("tag", source, target)

    def untag(self, reference: str) -> None:
        """Take a name away from a local image, if it has it."""
        self._ask("rmi", "--no-prune", reference)

    def pull(self, reference: str, platform: str, log: Path) -> None:
        """Get an image from its registry; raises EngineFailed."""
        self._say(log, "pull", "--platform", platform, reference)

    def push(self, reference: str, log: Path) -> None:
        """Put an image into its registry; raises EngineFailed."""
        self._say(log, "push", reference)

    def build(self, path: str, platform: str, tag: str, options: Sequence[str], log: Path) -> None:
        """Build a folder.

        Raises:
            BuildFailed: its Dockerfile does not work.
            EngineFailed: it is not the Dockerfile's fault.
        """
        code, text = self._tell(log, "build", "--platform", platform, "--tag", tag, *options, path)
        if code == 0:
            return
        said = _last(text)
        self.check()
        if _NETWORK.search(said) and "exit code" not in said and "did not complete" not in said:
            raise EngineFailed(f"the build could not get what it needs: {said}")
        raise BuildFailed(said)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else of this user's builds on this machine uses names without tags meanwhile."""
        path = Path(tempfile.gettempdir(), f"praktika-images-{os.getuid()}.lock")
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _do(self, *arguments: str) -> None:
        code, text = self._ask(*arguments)
        if code != 0:
            raise EngineFailed(f"`docker {arguments[0]}` failed: {_last(text)}")

    def _say(self, log: Path, *arguments: str) -> None:
        code, text = self._tell(log, *arguments)
        if code != 0:
            raise EngineFailed(f"`docker {arguments[0]}` failed: {_last(text)}")

    def _ask(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of a short command."""
        try:
            done = subprocess.run(
                [self._program, *arguments],
                env=self._env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_QUICK,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineFailed(f"`docker {arguments[0]}` does not end") from None
        except OSError as error:
            raise EngineFailed(f"`{self._program}` cannot be run: {error}") from error
        text = done.stdout if done.returncode == 0 else done.stderr
        return done.returncode, text.decode("utf-8", "replace")

    def _tell(self, log: Path, *arguments: str) -> tuple[int, str]:
        """Exit code and the end of the output, which is shown and logged as it comes."""
        tail = bytearray()
        with log.open("ab") as file:

            def sink(data: bytes) -> None:
                file.write(data)
                sys.stdout.buffer.write(data)
                sys.stdout.flush()
                tail.extend(data)
                del tail[:-_TAIL]

            argv = [self._program, *arguments]
            try:
                options = {"env": self._env, "stdin": subprocess.DEVNULL}
                code = Child(argv, out=sink, options=options).wait().code
            except OSError as error:
                raise EngineFailed(f"`{self._program}` cannot be run: {error}") from error
        return code, tail.decode("utf-8", "replace")


@contextmanager
def client_settings(logins: Mapping[str, Login], place: str = "") -> Iterator[str]:
    """A folder of settings for `docker` with these credentials, gone after the block.

    Without any it is "": then the user's own settings count. Those are never changed.

    Args:
        logins: by registry.
        place: where the folder is made, or "" for that of temporary files. Should this process be
            killed, it is left there.
    """
    if not logins:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="praktika-docker-", dir=place or None) as folder:
        own = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
        settings: dict[str, object] = {"auths": {}}
        with suppress(OSError, ValueError, TypeError, KeyError):
            settings["currentContext"] = json.loads((own / "config.json").read_text())[
                "currentContext"
            ]
        settings["auths"] = {
            _HUB_KEY if registry == HUB else registry: {
                "auth": base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
            }
            for registry, login in logins.items()
        }
        Path(folder, "config.json").write_text(json.dumps(settings))
        for name in _KEPT:
            if (own / name).is_dir():
                Path(folder, name).symlink_to((own / name).absolute())
        yield folder


def _last(text: str) -> str:
    """What went wrong, out of what `docker` printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    failed = [line for line in lines if "failed to solve" in line.lower()]
    said = (failed or lines or ["it does not say why"])[-1]
    return said.removeprefix("Error response from daemon: ").removeprefix("error: ")
