"""Where runs work on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from praktika.errors import OperatorError
from praktika.runner.workspace import remove


def cache_folder() -> Path:
    """Where runs work, outside of the checkout.

    Tools that look for their configuration in the folders above a job's workspace must not find
    the author's own.
    """
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        raise OperatorError(
            "there is no home folder to work in; set HOME or XDG_CACHE_HOME to one"
        ) from None
    return Path(cache).absolute() / "praktika"


def scratch() -> Path:
    """A folder for what is needed for a moment.

    Raises:
        OperatorError: it cannot be made.
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"{folder} cannot be made: {error.strerror}") from error
    return folder


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A folder of its own in the block; whatever commits have in it, it goes afterwards.

    Raises:
        OperatorError: it cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"praktika-{purpose}-", dir=scratch()))
    try:
        yield folder
    finally:
        with suppress(OSError):  # the disk's trouble, not that of what was done
            remove(folder)


def work_folder(run: str) -> Path:
    """Where the run's source and its runners' workspaces are."""
    return cache_folder() / run
