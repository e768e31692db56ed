"""A job's command in a container, from its image to its end.

The container is ended with the job in every case. Its processes are the daemon's, not the
runner's; so each container is noted in a folder before it is made, and whoever cleans up after a
runner that was killed removes what is noted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from praktika.errors import AuthorError, OperatorError, PraktikaError
from praktika.model.container import parse
from praktika.model.facts import Trust
from praktika.model.plan import Plan
from praktika.model.task import Task
from praktika.runner.container import outside
from praktika.runner.container.box import Box, bind, create_arguments, folders, name_of
from praktika.runner.container.docker import Docker
from praktika.runner.container.images import image_of
from praktika.runner.container.pull import LogIn, Pull, nobody
from praktika.runner.process import Command, Exit, Limits, Stop, run
from praktika.runner.user import acting
from praktika.runner.workspace import remove

CONTAINER = "PRAKTIKA_CONTAINER"
"""The variable that tells `timeout_shell_cleanup` the name of the job's container."""

_NOTES = "containers"
_NOT_STARTED = {126, 127}
_SURROUNDINGS = (
    *("Cannot connect", "during connect", "no space left", "is already in use"),
    "deadline exceeded",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to run in a container.

    Attributes:
        task: the attempt.
        plan: says which images the repository builds.
        wanted: the job's `run_in_docker`.
        command: what would run without a container; its environment is docker's own.
        values: the variables of the environment inside.
        owner: for whom it runs.
        library: a folder that holds `praktika`.
        folder: of the runner; nobody else notes containers there.
        inherited: the environment that docker gets.
        trust: of the code that runs.
        login: gives the variables with which an image is pulled, for as long as its block lasts.
    """

    task: Task
    plan: Plan
    wanted: str
    command: Command
    values: Mapping[str, str]
    owner: str
    library: Path
    folder: Path
    inherited: Mapping[str, str]
    trust: Trust = "trusted"
    login: LogIn = nobody


def run_in_container(request: Request, log: BinaryIO, limits: Limits, stop: Stop) -> Exit:
    """Run a command in a container, and end all that it started.

    Args:
        request: what to run.
        log: gets stdout and stderr, merged, and what docker says.
        limits: see `Limits`; getting the image is part of the time.
        stop: see `Stop`.

    Raises:
        AuthorError: there is no such container: of its image, or of its options.
        OperatorError: docker does not work here.
        TransientError: the image cannot be had now.
        OSError: a folder cannot be made.
    """
    began = time.monotonic()
    docker = Docker(request.inherited)
    box = _box(request)
    pull = Pull(docker, box.image, box.container, request.login)
    end = pull.fetch(log, limits, stop)
    if end is None:
        with _created(docker, box, request, log):
            rest = max(0.0, limits.timeout - (time.monotonic() - began))
            command = replace(
                request.command,
                argv=docker.command("start", "--attach", box.name),
                env={**request.command.env, CONTAINER: box.name},
                own_env=docker.env if request.command.user else None,
            )
            end = run(command, log, replace(limits, timeout=rest), stop)
            end = _explained(docker, box, end)
    return replace(end, seconds=time.monotonic() - began)


def remove_left(folder: Path, env: Mapping[str, str], later: Path | None = None) -> None:
    """End the containers of runners that are gone.

    Args:
        folder: of one runner.
        env: as of the runner.
        later: a folder like that of a runner; containers that cannot be removed now are noted
            there. A daemon that is down, or hangs, may come back, and they with it.
    """
    with suppress(OSError):
        names = os.listdir(folder / _NOTES)  # noqa: PTH208 - names, not paths
        while names and _is_gone(names[-1], env):
            remove(folder / _NOTES / names.pop())
        if later is not None:
            for name in names:
                (later / _NOTES / name).mkdir(parents=True, exist_ok=True)


def _is_gone(name: str, env: Mapping[str, str]) -> bool:
    """Whether a container is removed now."""
    try:
        return not Docker(env).remove(name)
    except PraktikaError:
        return False


def _box(request: Request) -> Box:
    task = request.task
    try:
        container = parse(request.wanted)
        image = image_of(request.plan, task, container.image)
    except ValueError as error:
        raise AuthorError(text=f"run_in_docker: {error}") from None
    user = request.command.user
    is_outside = request.trust == "untrusted"
    if is_outside:
        outside.check(container, has_user=user is not None)
    name = name_of(task.run, task.job, task.attempt)
    return Box(
        name=name,
        owner=request.owner,
        container=container,
        image=image,
        line=request.command.line,
        workspace=request.command.cwd,
        package=(request.library / "praktika").resolve(),
        home=request.folder / _NOTES / name,
        user=(user.uid, user.gid) if user else (os.getuid(), os.getgid()),
        names=request.values.keys(),
        more=outside.confined() if is_outside and user else (),
        processes=user.processes if user else 0,
    )


@contextmanager
def _created(docker: Docker, box: Box, request: Request, log: BinaryIO) -> Iterator[None]:
    """In the block there is the container; afterwards it is gone, with all that runs in it."""
    user = request.command.user
    box.home.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(box.home, user.uid, user.gid)
    try:
        with acting(user):
            _make_folders(box, is_strict=user is not None)
        arguments = create_arguments(box)
        answer = docker.ask("create", *arguments, cwd=box.workspace, values=request.values)
        if answer.code != 0:
            raise _refusal(answer.error)
        yield
    finally:
        _remove(docker, box, log)


def _make_folders(box: Box, *, is_strict: bool) -> None:
    """Make the folders of the workspace that are mounted, where they are not there.

    Raises:
        AuthorError: one leads out of it through a link, where jobs must not leave theirs.
    """
    for folder in folders(box):
        if is_strict and not folder.resolve().is_relative_to(box.workspace.resolve()):
            # Whoever mounts it is root.
            raise AuthorError(text=f"run_in_docker: the volume {folder} leads out of the workspace")
        if not folder.exists():  # it may be a file as well
            folder.mkdir(parents=True)


def _remove(docker: Docker, box: Box, log: BinaryIO) -> None:
    try:
        said = docker.remove(box.name)
        if not said and box.is_foreign:
            said = _take_over(docker, box)
    except OperatorError as error:
        said = str(error)
    if said:
        with suppress(OSError, PraktikaError):
            text = f"praktika: container {box.name} could not be cleaned up: {said}\n"
            log.write(text.encode("utf-8", "replace"))
        return
    with suppress(OSError):
        remove(box.home)
        box.home.parent.rmdir()


def _take_over(docker: Docker, box: Box) -> str:
    """Make what the container left in the workspace ours; why it is not, or ""."""
    uid, gid = box.user
    mount = f"--mount={bind(box.workspace, '/workspace')}"
    ours = ("--rm", "--pull=never", "--network=none", "--user=0:0", "--entrypoint=chown", mount)
    answer = docker.ask("run", *ours, box.image, "-hR", f"{uid}:{gid}", "/workspace")
    return answer.error if answer.code != 0 else ""


def _explained(docker: Docker, box: Box, end: Exit) -> Exit:
    """How the command ended, as the daemon knows it."""
    if end.cause != "exited":
        return end
    state = docker.state(box.name)
    code = state.get("ExitCode")
    if not state or not isinstance(code, int):
        docker.check()
        raise OperatorError("the container is gone; was it removed by somebody else?")
    if state.get("Running"):
        raise OperatorError("docker has lost its connection to the container")
    if state.get("Status") == "created":
        said = str(state.get("Error") or end.tail).removesuffix(": unknown")
        if code not in _NOT_STARTED:
            raise _refusal(said)
        return replace(end, code=code, signal="", detail=said)
    detail = "the container ran out of memory" if code and state.get("OOMKilled") else ""
    return replace(end, code=code, signal="", detail=detail)


def _refusal(said: str) -> PraktikaError:
    """Docker makes no such container: its options are wrong, or this machine is unwell."""
    text = f"docker refuses the container: {said}"
    if any(word in said for word in _SURROUNDINGS):
        return OperatorError(text)
    return AuthorError(text=text)
