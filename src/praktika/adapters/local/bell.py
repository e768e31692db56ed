"""Waking processes that wait, without a server and without asking again and again.

Who waits puts a named pipe into a folder; who has news writes a byte into every pipe of that name.
The pipe must be there before the waiter looks for news, and be struck after the news is stored:
then none is missed. Where pipes cannot be made (some file systems, a full disk), waiting means
looking often.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import select
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK = 0.2
"""Seconds after which a waiter looks by itself: for what passing time alone brings about."""

_LOOK_WITHOUT_PIPE = 0.01


class Bell:
    """Named pipes in one folder, for all processes of this machine.

    Args:
        folder: made when somebody waits; pipes that killed processes left in it are removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = os.fspath(folder.absolute())
        for entry in self._entries():
            _strike(f"{self._folder}/{entry}", b"")

    def ring(self, name: str) -> None:
        """Wake all who listen to `name`."""
        start = _prefix(name)
        for entry in self._entries():
            if entry.startswith(start):
                _strike(f"{self._folder}/{entry}", b".")

    @contextlib.contextmanager
    def listening(self, name: str) -> Iterator[Listener]:
        """Something to wait with; rings count from now on."""
        token = secrets.token_hex(8)
        path = f"{self._folder}/{_prefix(name)}{token}"
        try:
            pipe = self._open_pipe(f"{self._folder}/~{token}", path)
        except OSError:
            yield Listener(None)
            return
        try:
            yield Listener(pipe)
        finally:
            os.close(pipe)
            _remove(path)

    def _entries(self) -> list[str]:
        try:
            return os.listdir(self._folder)  # noqa: PTH208 - names are wanted, not Paths
        except OSError:
            return []

    def _open_pipe(self, draft: str, path: str) -> int:
        """A pipe that has a reader before its name can be seen: without one it looks dead."""
        try:
            os.mkfifo(draft, 0o600)
        except FileNotFoundError:
            os.makedirs(self._folder, exist_ok=True)  # noqa: PTH103 - names, not Paths
            os.mkfifo(draft, 0o600)
        try:
            # opened for writing too: else its end is reported for ever once a writer has gone
            pipe = os.open(draft, os.O_RDWR | os.O_NONBLOCK)
            os.rename(draft, path)  # noqa: PTH104 - names, not Paths
        except OSError:
            _remove(draft)
            raise
        return pipe


class Listener:
    """One waiter."""

    def __init__(self, pipe: int | None) -> None:
        self._pipe = pipe

    def wait(self, seconds: float) -> bool:
        """Whether the bell rang. Waits for at most `seconds`, and less when it is time to look."""
        if self._pipe is None:
            time.sleep(min(seconds, _LOOK_WITHOUT_PIPE))
            return False
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        # rounded up, so that the last moments are not spent in a loop without a pause
        rang = bool(poll.poll(min(seconds, _LOOK) * 1000 + 1))
        if rang:
            os.read(self._pipe, 65536)
        return rang


def _prefix(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16] + "."


def _strike(path: str, data: bytes) -> None:
    """Write to a pipe; remove it if nobody reads from it any more."""
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO:
            _remove(path)
        return
    try:
        os.write(pipe, data)
    except OSError:
        pass  # full: its reader has enough to wake up from; broken: it has just gone
    finally:
        os.close(pipe)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - a name that was never a Path
