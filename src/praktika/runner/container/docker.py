"""The `docker` command line, which is on the PATH, or is named by PRAKTIKA_DOCKER."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika.errors import OperatorError

PROGRAM = "PRAKTIKA_DOCKER"
"""The variable that names another program than `docker`."""

_PATIENCE = 120.0
_QUICK = 20.0
_REMOVAL = 30.0

_NOISE = ("See '", "Run '", "Usage:", 'time="')


@dataclass(frozen=True, slots=True)
class Answer:
    """What `docker` said.

    Attributes:
        code: its exit code.
        text: its output.
        error: the last thing that it complained of, without its own name before it.
    """

    code: int
    text: str
    error: str


@dataclass(frozen=True, slots=True)
class Docker:
    """The command line of one machine.

    Attributes:
        env: the environment that it runs with; says which daemon is meant.
    """

    env: Mapping[str, str]

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The program with these arguments."""
        return (self.env.get(PROGRAM) or "docker", *arguments)

    def ask(
        self,
        *arguments: str,
        cwd: Path | None = None,
        values: Mapping[str, str] | None = None,
        patience: float = _PATIENCE,
    ) -> Answer:
        """Run it to its end.

        Args:
            arguments: of the program.
            cwd: where it runs.
            values: variables that it passes on to a container.
            patience: seconds.

        Raises:
            OperatorError: there is no such program, or it does not end.
        """
        command = self.command(*arguments)
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env={**self.env, **(values or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=patience,
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            said = f"`{command[0]}` cannot be started ({error.strerror})"
            raise _unusable(said, f"install Docker, or name its program in {PROGRAM}") from None
        except subprocess.TimeoutExpired:
            said = f"`docker {arguments[0]}` has not answered for {patience:.0f} s"
            raise OperatorError(f"{said}; is the Docker daemon well?") from None
        return Answer(done.returncode, _text(done.stdout).strip(), last_words(_text(done.stderr)))

    def check(self) -> None:
        """Make sure that the daemon answers.

        Raises:
            OperatorError: it does not; the text says what to do.
        """
        answer = self.ask("version", "--format", "{{.Server.Version}}", patience=_QUICK)
        if answer.code != 0:
            said = answer.error or "the Docker daemon does not answer"
            raise _unusable(said, "start the Docker daemon, or name its address in DOCKER_HOST")

    def state(self, name: str) -> dict[str, Any]:
        """What the daemon knows of a container's state; empty if it does not know the container."""
        answer = self.ask("container", "inspect", "--format", "{{json .State}}", name)
        try:
            found = json.loads(answer.text) if answer.code == 0 else {}
        except ValueError:
            found = {}
        return found if isinstance(found, dict) else {}

    def remove(self, *names: str) -> str:
        """End containers and remove them with their volumes; why they are not gone, or "".

        Raises:
            OperatorError: docker cannot be asked.
        """
        answer = self.ask("rm", "--force", "--volumes", *names, patience=_REMOVAL)
        absent = "No such container" in answer.error
        return "" if answer.code == 0 or absent else answer.error


def _unusable(said: str, mend: str) -> OperatorError:
    hint = "`praktika run --no-docker` runs the command without a container"
    return OperatorError(f"no container can be started here: {said}; {mend}; {hint}")


def last_words(text: str) -> str:
    """What went wrong, out of what docker printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(_NOISE)]
    said = told[-1] if told else ""
    for prefix in ("docker: ", "Error response from daemon: ", "Error: "):
        said = said.removeprefix(prefix)
    return said.rstrip(".")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
