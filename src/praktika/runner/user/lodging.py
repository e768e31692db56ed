"""Where the user of a job lives for one attempt: home, temporary files, its own workspace."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from praktika.runner.user.account import JobUser
from praktika.runner.user.leftovers import clear, end_processes, make_way

_TEMPORARY = "/tmp"  # noqa: S108 - the folders in it are new
_FOLDERS = {
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
}


@contextmanager
def lodged(user: JobUser | None) -> Iterator[None]:
    """Nothing of the user is on this machine before the block, nor after it.

    Raises:
        OperatorError: processes of an earlier attempt cannot be ended.
    """
    if user is None:
        yield
        return
    make_way(user)
    try:
        yield
    finally:
        clear(user)


def furnish(user: JobUser, workspace: Path) -> dict[str, str]:
    """New folders that are the user's alone; the variables that name them.

    The home is beside the workspace, in a folder of the runner's: others cannot look into that, nor
    the job replace what is in it. What sockets are made in has a short name, as theirs must not
    have more than 108 bytes.
    """
    home = workspace.with_name(f"{workspace.name}.home")
    home.mkdir(mode=0o700)
    made = {"HOME": home}
    for name in ("TMPDIR", "XDG_RUNTIME_DIR"):
        made[name] = Path(tempfile.mkdtemp(prefix="job-", dir=_TEMPORARY))
    for folder in made.values():
        os.chown(folder, user.uid, user.gid)
    named = {name: home / folder for name, folder in _FOLDERS.items()}
    folders = {name: os.fspath(folder) for name, folder in (made | named).items()}
    return folders | {"USER": user.name, "LOGNAME": user.name}


def hand_over(user: JobUser | None, workspace: Path) -> None:
    """Give everything in the workspace to the user, whom nobody has let in yet."""
    if user is None:
        return
    pending = [os.fspath(workspace)]
    while pending:
        here = pending.pop()
        os.chown(here, user.uid, user.gid)
        with os.scandir(here) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    os.chown(entry.path, user.uid, user.gid, follow_symlinks=False)
    workspace.chmod(0o700)


def quiet(user: JobUser | None) -> None:
    """End what the job has left running, so that nothing changes while it is looked at."""
    if user is not None:
        end_processes(user)


def fence(*, passed: Iterable[Path], closed: Iterable[Path]) -> None:
    """Keep a runner's folders from users of jobs.

    Args:
        passed: on the way to what is theirs; they may go through, and not look around.
        closed: they have no business in.
    """
    for folders, mode in ((passed, 0o711), (closed, 0o700)):
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
