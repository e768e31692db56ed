"""Whether the process that serves a local run, or keeps runners, still lives.

It holds a lock on a file beside the runs; the system lets go of it however the process ends, and
a process id that is used again fools nobody. The file of a process that was killed stays, and
tells that there is something to clean up.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from praktika.adapters.local.faults import os_fault
from praktika.errors import Conflict


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """In the block nobody else begins to serve a run, or cleans up after one.

    Raises:
        OperatorError: the folder cannot be made.
    """
    folder = state / "alive"
    try:
        folder.mkdir(exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise os_fault(error, f"cannot use {folder}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def presence(state: Path, run: str) -> Iterator[None]:
    """Be the one who serves the run, and be seen as such.

    Args:
        state: the folder of the stores.
        run: id of the run.

    Raises:
        Conflict: another process serves it.
        OperatorError: the file cannot be made.
    """
    place = _place(state, run)
    # Locked before it has its name, so that nobody finds it unlocked.
    draft = place.with_name(f"~{run}.{os.getpid()}")
    with alone(state):
        if is_present(state, run):
            raise Conflict(f"another process serves {run}")
        try:
            file = draft.open("w")
            fcntl.flock(file, fcntl.LOCK_EX)
            draft.rename(place)
        except OSError as error:
            raise os_fault(error, f"cannot make {place}") from error
    with file:
        try:
            yield
        finally:
            forget(state, run)


def is_present(state: Path, run: str) -> bool:
    """Whether somebody serves the run."""
    try:
        with _place(state, run).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def gone(state: Path) -> list[str]:
    """Ids of the runs whose process ended without cleaning up."""
    try:
        names = [place.name for place in (state / "alive").iterdir()]
    except OSError:
        return []
    return [name for name in names if not name.startswith("~") and not is_present(state, name)]


def forget(state: Path, run: str) -> None:
    """The run's process is gone, and what it left is cleaned up."""
    with suppress(OSError):
        _place(state, run).unlink()


def _place(state: Path, run: str) -> Path:
    return state / "alive" / run
