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
    entry: pwd.struct_passwd | None = None
    try:
        entry = pwd.getpwuid(int(said)) if _NUMBER.fullmatch(said) else pwd.getpwnam(said)
    except KeyError:
        if not _NUMBER.fullmatch(said):
            raise OperatorError(f"{VARIABLE} names the user '{said}', whom there is not") from None
    if entry is None:
        uid = gid = int(said)
        name, groups = said, (gid,)
    else:
        name, uid, gid = entry.pw_name, entry.pw_uid, entry.pw_gid
        groups = tuple(sorted({gid, *os.getgrouplist(name, gid)}))
    if uid == 0 or 0 in groups:
        raise OperatorError(f"{VARIABLE} names '{said}', who is root or of its group")
    if entry is not None:
        _check_home(entry)
    return JobUser(name=name, uid=uid, gid=gid, groups=groups, processes=processes, gains=gains)


def _check_home(entry: pwd.struct_passwd) -> None:
    """Refuse a person: a user's processes and files on the machine go with each attempt.

    And in a home of its own one job could leave for the next what programs look for there.
    """
    try:
        is_own = os.stat(entry.pw_dir).st_uid == entry.pw_uid  # noqa: PTH116 - a text
    except OSError:
        return
    if is_own:
        raise OperatorError(
            f"{VARIABLE} names '{entry.pw_name}', who has a home, {entry.pw_dir}: jobs need a user"
            " that is nobody else's and has none, as of `useradd --system --no-create-home"
            " --home-dir /nonexistent --shell /usr/sbin/nologin NAME`"
        )


@contextmanager
def acting(user: JobUser | None) -> Iterator[None]:
    """In the block this thread reaches files as the user does, and no others; None changes nothing.

    Other threads go on as they are, but for those that are begun in the block, which stay as this
    one is then: begin none. Files that are made belong to the user.

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
