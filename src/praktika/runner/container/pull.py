"""Getting an image that is not on this machine."""

from __future__ import annotations

import time
from dataclasses import replace
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
_PASSING = ("toomanyrequests", "lookup ", "server misbehaving")


def fetch(
    docker: Docker, image: str, container: Container, log: BinaryIO, limits: Limits, stop: Stop
) -> Exit | None:
    """None once the image is on this machine; otherwise how the wait for it was ended.

    Args:
        docker: of this machine.
        image: to get.
        container: what it is for.
        log: gets what docker says of its progress.
        limits: of the job.
        stop: of the job.

    Raises:
        AuthorError: there is no such image.
        OperatorError: docker does not work here.
        Unavailable: the registry gives it to nobody, or not to this machine.
    """
    if docker.ask("image", "inspect", "--format", "{{.Id}}", image).code == 0:
        return None
    docker.check()
    platforms = [f"--platform={value}" for value in container.values("--platform")]
    command = Command(
        line="", argv=docker.command("pull", *platforms, image), cwd=Path("/"), env=docker.env
    )
    deadline = time.monotonic() + limits.timeout
    said = ""
    for pause in (0.0, *PAUSES):
        _pause(min(deadline, time.monotonic() + pause), stop)
        log.write(f"$ docker pull {image}\n".encode())
        rest = max(0.0, deadline - time.monotonic())
        end = run(command, log, replace(limits, timeout=rest), stop)
        if end.cause != "exited":
            return end
        if end.code == 0:
            return None
        said = last_words(end.tail)
        if not any(word in said for word in _PASSING) and any(word in said for word in _ABSENT):
            raise AuthorError(text=f"there is no image `{image}`: {said}")
    is_refused = any(word in said for word in _REFUSED)
    hint = "; the user of the runner has to be logged in (`docker login`)" if is_refused else ""
    raise Unavailable(f"image `{image}` cannot be pulled: {said}{hint}")


def _pause(until: float, stop: Stop) -> None:
    while time.monotonic() < until and not stop():
        time.sleep(0.1)
