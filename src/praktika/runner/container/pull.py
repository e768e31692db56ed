"""Getting an image that is not on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from praktika.errors import AuthorError, Unavailable
from praktika.model.container import Container
from praktika.runner.container.docker import Docker, last_words
from praktika.runner.process import Command, Exit, Limits, Stop, run

PAUSES = (1.0, 3.0)
"""Seconds before the second, third … try."""

_ABSENT = (
    "manifest unknown",
    "name unknown",
    "not found",
    "repository does not exist",
    "no matching manifest",
    "invalid reference format",
)
_REFUSED = ("no basic auth credentials", "unauthorized", "denied")
_HINT = (
    "; let SECRET_DOCKER_REGISTRY name the login of this registry, or log the runner's user in"
    " (`docker login`)"
)
_PASSING = ("toomanyrequests", "lookup ", "server misbehaving")


LogIn = Callable[[str], AbstractContextManager[Mapping[str, str]]]
"""Gives, for an image, the variables with which it is pulled, for as long as its block lasts."""


def nobody(_image: str) -> AbstractContextManager[Mapping[str, str]]:
    """The login of the runner's own user counts."""
    return nullcontext({})


@dataclass(frozen=True, slots=True)
class Pull:
    """An image on its way to this machine.

    Attributes:
        docker: of this machine.
        image: to get.
        container: what it is for.
        login: see `LogIn`.
    """

    docker: Docker
    image: str
    container: Container
    login: LogIn = nobody

    def fetch(self, log: BinaryIO, limits: Limits, stop: Stop) -> Exit | None:
        """None once the image is on this machine; otherwise how the wait for it was ended.

        Args:
            log: gets what docker says of its progress.
            limits: of the job.
            stop: of the job.

        Raises:
            AuthorError: there is no such image.
            OperatorError: docker does not work here.
            Unavailable: the registry gives it to nobody, or not to this machine.
        """
        known = self.docker.ask("image", "inspect", "--format", "{{.Id}}", self.image)
        if known.code == 0:
            return None
        self.docker.check()
        with self.login(self.image) as variables:
            return self._try(variables, log, limits, stop)

    def _try(
        self, variables: Mapping[str, str], log: BinaryIO, limits: Limits, stop: Stop
    ) -> Exit | None:
        platforms = [f"--platform={value}" for value in self.container.values("--platform")]
        command = Command(
            line="",
            argv=self.docker.command("pull", *platforms, self.image),
            cwd=Path("/"),
            env={**self.docker.env, **variables},
        )
        deadline = time.monotonic() + limits.timeout
        said = ""
        for pause in (0.0, *PAUSES):
            _pause(min(deadline, time.monotonic() + pause), stop)
            log.write(f"$ docker pull {self.image}\n".encode())
            rest = max(0.0, deadline - time.monotonic())
            end = run(command, log, replace(limits, timeout=rest), stop)
            if end.cause != "exited":
                return end
            if end.code == 0:
                return None
            said = last_words(end.tail)
            if not any(word in said for word in _PASSING) and any(word in said for word in _ABSENT):
                raise AuthorError(text=f"there is no image `{self.image}`: {said}")
        hint = _HINT if any(word in said for word in _REFUSED) else ""
        raise Unavailable(f"image `{self.image}` cannot be pulled: {said}{hint}")


def _pause(until: float, stop: Stop) -> None:
    while time.monotonic() < until and not stop():
        time.sleep(0.1)
