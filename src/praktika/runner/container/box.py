"""What a job's container is like, as arguments of `docker create`. Pure.

Text from the repository stands where nothing can take it for an option: values of options are in
one argument with their names, the image is a checked name, the command is what a fixed script gets
as its argument. Values of the job's environment are not here at all, only their names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import AuthorError
from praktika.model.container import Container, Option, is_relative

LIBRARY = "/praktika/lib"
"""Where `praktika` is inside, for scripts of the job."""

HOME = "/praktika/home"
"""The home folder inside, of a user that the image does not know."""

# bash if there is one, as without a container. One stream for both, so that their order is kept.
SCRIPT = """exec 2>&1
command -v bash >/dev/null && exec bash --norc -c "$1"
exec sh -c "$1"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A container for one attempt.

    Attributes:
        name: of the container; see `name_of`.
        owner: for whom it runs.
        container: what the job asks for.
        image: the image to run.
        line: the job's command, a line for bash.
        workspace: the folder that is at the same path inside.
        package: the folder of `praktika` itself.
        home: an empty folder, for a user that the image does not know.
        user: uid and gid of whoever the files in the workspace belong to.
        names: of the variables that the job's environment has.
        more: options that come last, so that they count.
        processes: that it may have at a time, unless its options say otherwise; 0 means any number.
    """

    name: str
    owner: str
    container: Container
    image: str
    line: str
    workspace: Path
    package: Path
    home: Path
    user: tuple[int, int]
    names: Collection[str]
    more: tuple[str, ...] = ()
    processes: int = 0

    @property
    def is_foreign(self) -> bool:
        """Whether it may leave files that belong to somebody else."""
        return self.user[0] != 0 and (self.container.is_root or self.container.has("--user"))


def name_of(run: str, job: str, attempt: int) -> str:
    """The name of an attempt's container, which no other attempt's has."""
    digest = hashlib.sha256(f"{run}\0{job}\0{attempt}".encode("utf-8", "surrogatepass"))
    return f"praktika_{digest.hexdigest()[:16]}"


def create_arguments(box: Box) -> list[str]:
    """The arguments of `docker create`.

    Raises:
        AuthorError: an option cannot be given.
    """
    ours = [
        f"--name={box.name}",
        f"--label=praktika.owner={box.owner}",
        "--init",
        "--log-driver=none",  # the job's log is elsewhere
        "--pull=never",
        f"--mount={bind(box.workspace, os.fspath(box.workspace))}",
        f"--mount={bind(box.package, f'{LIBRARY}/praktika', 'readonly')}",
        *_user(box),
        *(f"--env={name}" for name in sorted(box.names)),
        # The signal to end is for all processes of the command, as without a container.
        "--env=TINI_KILL_PROCESS_GROUP=1",
        "--env=PYTHONUNBUFFERED=1",
        "--env=PYTHONSAFEPATH=1",
        f"--env=PYTHONPATH={LIBRARY}:.:./ci",
    ]
    if box.processes:
        ours.append(f"--pids-limit={box.processes}")
    if not box.container.has("--workdir"):
        ours.append(f"--workdir={box.workspace}")
    theirs = [_written(box, option) for option in box.container.options]
    return [*ours, *theirs, *box.more, box.image, "sh", "-c", SCRIPT, "praktika", box.line]


def folders(box: Box) -> Iterator[Path]:
    """What of the workspace is mounted elsewhere, and so has to be there."""
    for value in box.container.values("--volume"):
        source = value.partition(":")[0]
        if is_relative(source):
            yield _absolute(box, source)


def bind(source: Path, target: str, *flags: str) -> str:
    """The value of `--mount` for a folder of this machine, whatever characters are in its path."""
    text = io.StringIO()
    fields = ["type=bind", f"src={source}", f"dst={target}", *flags]
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def _user(box: Box) -> Iterator[str]:
    if box.container.is_root:
        return
    uid, gid = box.user
    yield f"--user={uid}:{gid}"
    if uid:
        yield f"--mount={bind(box.home, HOME)}"
        yield f"--env=HOME={HOME}"


def _written(box: Box, option: Option) -> str:
    """An option of the author's; a volume that is a path of the workspace becomes absolute."""
    if option.name != "--volume":
        return str(option)
    source, colon, rest = (option.value or "").partition(":")
    if not colon or not is_relative(source):
        return str(option)
    path = _absolute(box, source)
    target, _, mode = rest.partition(":")
    if mode in {"", "rw"}:
        return f"--mount={bind(path, target)}"
    if mode == "ro":
        return f"--mount={bind(path, target, 'readonly')}"
    if ":" in os.fspath(path):
        raise AuthorError(text=f"`{option}`: Docker cannot mount '{path}' so, for its colon")
    return f"--volume={path}:{rest}"


def _absolute(box: Box, source: str) -> Path:
    return Path(os.path.normpath(box.workspace / source))
