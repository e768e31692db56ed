"""Files that a job may have touched: never trusted to be files, nor to be small.

A job can put a link, a pipe or a device where a file was. Reading follows no link, never waits and
is bounded; writing replaces what stands there instead of writing through it.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from praktika.errors import AuthorError


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        OSError: it is not there, is no regular file, or has more than `limit` bytes.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(file, "rb") as reading:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        data = reading.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", str(path))
    return data


def write_file(path: Path, data: bytes) -> None:
    """Put a file in the place of whatever stands there, but for a folder.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".praktika-{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    with draft.open("xb") as file:
        file.write(data)
    draft.replace(path)


def inside(workspace: Path, setting: str, name: str) -> Path:
    """The folder of a setting, which has to lie in the workspace.

    Raises:
        AuthorError: it leads out of it, itself or through a link, or the repository has something
            else there. Another runner would find the same.
        OSError: it cannot be made.
    """
    folder = workspace / setting
    try:
        if not folder.resolve().is_relative_to(workspace.resolve()):
            raise _wrong(name, setting, "leads out of the workspace; it must be a folder in it")
        if folder.exists() and not folder.is_dir():
            raise _wrong(name, setting, "is a file of the repository; it must be a folder")
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, RuntimeError) as error:  # a file above, a loop
        raise _wrong(name, setting, "cannot be a folder of this repository") from error
    return folder


def _wrong(name: str, setting: str, what: str) -> AuthorError:
    return AuthorError(text=f"{name} ('{setting}') {what}")
