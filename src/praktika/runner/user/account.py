"""Who jobs run as, and reaching files as that user."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from praktika.errors import OperatorError

VARIABLE = "PRAKTIKA_JOB_USER"
"""The variable that names the user: a name, or a number that needs no entry in `/etc/passwd`."""

_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUser:
    """Who jobs run as.

    Attributes:
        name: as in `/etc/passwd`; the number if it is not there.
        uid, gid: of the user.
        groups: all groups of the user, the first one among them.
        processes: processes and threads that it may have at a time; 0 means any number.
        gains: whether programs may give it more rights, as `sudo` does where it is allowed to.
    """

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    processes: int = 0
    gains: bool = True


def find(said: str, *, processes: int = 0, gains: bool = True) -> JobUser:
    """The user of that name or number.

    Raises:
        OperatorError: there is none, it is root or the runner's own, or this process cannot run
            anything as somebody else.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise OperatorError(
            f"{VARIABLE} is set, and only root, on Linux, can run jobs as another user:"
            " start the runner as root, or unset it"
        )
    groups: tuple[int, ...]
    if _NUMBER.fullmatch(said):
        uid = gid = int(said)
        name, groups = said, (gid,)
    else:
        try:
            entry = pwd.getpwnam(said)
        except KeyError:
            raise OperatorError(f"{VARIABLE} names the user '{said}', whom there is not") from None
        name, uid, gid = said, entry.pw_uid, entry.pw_gid
        groups = tuple(sorted({gid, *os.getgrouplist(said, gid)}))
    if uid == 0 or 0 in groups:
        raise OperatorError(f"{VARIABLE} names '{said}', who is root or of its group")
    return JobUser(name=name, uid=uid, gid=gid, groups=groups, processes=processes, gains=gains)


@contextmanager
def acting(user: JobUser | None) -> Iterator[None]:
    """In the block this thread reaches files as the user does, and no others; None changes nothing.

    Other threads go on as they are. Files that are made belong to the user.

    Raises:
        OSError: the system does not let us.
    """
    if user is None:
        yield
        return
    libc = ctypes.CDLL(None)
    # Groups count beside the two ids, and are the process's, to which root they add nothing.
    if set(os.getgroups()) != set(user.groups):
        os.setgroups(user.groups)
    try:
        libc.setfsgid(user.gid)
        libc.setfsuid(user.uid)
        # They tell no errors; one that is out of range changes nothing and tells what holds.
        if (libc.setfsuid(-1), libc.setfsgid(-1)) != (user.uid, user.gid):
            raise PermissionError(f"files cannot be reached as the user {user.name}")
        yield
    finally:
        libc.setfsuid(os.geteuid())
        libc.setfsgid(os.getegid())
