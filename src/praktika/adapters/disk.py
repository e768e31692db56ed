"""Files of this machine as adapters read and write them, and what is said when they cannot."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from praktika.errors import Absent, Denied, OperatorError, OutOfSpace, PraktikaError, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_PASSING = {errno.EIO, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM, errno.ESTALE}


def os_fault(error: OSError, doing: str) -> PraktikaError:
    """What to raise for an error of the operating system.

    Args:
        error: as it came.
        doing: what was tried, with the name of the file: "cannot write /x/y".
    """
    text = f"{doing}: {error.strerror or error}"
    if error.errno in _FULL:
        return OutOfSpace(f"{text}. Free some space on that disk and try again.")
    if error.errno in _DENIED:
        return Denied(f"{text}. Give the user who runs praktika access to it.")
    if error.errno == errno.ENOENT:
        return Absent(text)
    return Unavailable(text) if error.errno in _PASSING else OperatorError(text)


def check_regular(path: str | Path) -> None:
    """Refuse what is no regular file: reading a pipe would never end.

    Raises:
        OperatorError: it is something else.
        OSError: it is a folder, or not there.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - a name that may never have been a Path
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OperatorError(f"cannot read {path}: it is not a regular file")


def check_source(path: Path) -> None:
    """Refuse a file that cannot be stored as a blob.

    Raises:
        OperatorError: it is none, or may not be read.
        Absent: it is not there.
    """
    try:
        check_regular(path)
    except OSError as error:
        raise os_fault(error, f"cannot read {path}") from error


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when it is complete, and else goes away.

    Raises:
        OperatorError: it cannot be written.
    """
    draft = path.with_name(f"~{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            yield file
        draft.replace(path)
    except FileNotFoundError as error:
        raise OperatorError(f"cannot write {path}: its folder is not there") from error
    except OSError as error:
        raise os_fault(error, f"cannot write {path}") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
