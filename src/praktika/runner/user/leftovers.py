"""What a user has on a machine beside its attempt's folder: processes, files, queues; all gone.

Files are removed as the user itself, who can remove no others.
"""

# ruff: noqa: PTH108, PTH208 - names of many entries, which never become Paths

from __future__ import annotations

import ctypes
import os
import re
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from praktika import process_tree as tree
from praktika.errors import OperatorError
from praktika.runner.user.account import JobUser, acting
from praktika.runner.workspace import remove

SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", "/var/crash")  # noqa: S108
_SPOOLS = (
    *("/var/spool/cron", "/var/spool/cron/crontabs", "/var/spool/at", "/var/spool/cron/atjobs"),
    "/var/lib/systemd/linger",
)
_PATIENCE = 10.0
_DEPTH = 3
_IPC_RMID = 0
_MNT_DETACH = 2
_STATUS = re.compile(rb"^State:\s(\S).*?^Uid:\s([\d\s]+)$", re.DOTALL | re.MULTILINE)


def end_processes(user: JobUser) -> bool:
    """End every process of the user by force; whether there is none any more.

    The kernel is asked to signal all of them at once, so none can outrun it by forking.
    """
    deadline = time.monotonic() + _PATIENCE
    while _processes(user.uid):
        if time.monotonic() > deadline:
            return False
        with suppress(OSError):
            subprocess.run(
                ("/bin/sh", "-c", "kill -KILL -1"),
                user=user.uid,
                group=user.gid,
                extra_groups=user.groups,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                check=False,
            )
        tree.reap()
    return True


def clear(user: JobUser) -> bool:
    """Remove all that the user has left, as far as that is possible; whether no process is left."""
    is_quiet = end_processes(user)
    for place in mounts_of(user.uid, _read("/proc/self/mountinfo")):
        ctypes.CDLL(None).umount2(os.fsencode(place), _MNT_DETACH)
    for folder in _SPOOLS:
        _remove_spooled(folder, user)
    with acting(user):
        for folder in SHARED:
            _remove_owned(folder, user.uid, _DEPTH)
    _remove_ipc(user.uid)
    return is_quiet


def make_way(user: JobUser) -> None:
    """Make sure that nothing of an earlier attempt is there.

    Raises:
        OperatorError: some of its processes cannot be ended.
    """
    if not clear(user):
        left = ", ".join(map(str, _processes(user.uid)[:5]))
        raise OperatorError(
            f"processes of an earlier job cannot be ended ({left}): the machine has to be started"
            " anew"
        )


def _processes(uid: int) -> list[int]:
    """Processes that have anything of the user's; those that are dead but known do not count."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _is_of(name, uid)]


def _is_of(process: str, uid: int) -> bool:
    # The owner of the folder does not tell: processes can have it changed.
    try:
        with open(f"/proc/{process}/status", "rb") as file:  # noqa: PTH123 - read for each process
            found = _STATUS.search(file.read())
    except OSError:
        return False
    return found is not None and found[1] not in b"ZX" and b"%d" % uid in found[2].split()


def _remove_owned(folder: str, uid: int, depth: int) -> None:
    for path, facts in _entries(folder):
        is_folder = stat.S_ISDIR(facts.st_mode)
        if facts.st_uid == uid:
            if is_folder:
                remove(Path(path))
            else:
                with suppress(OSError):
                    os.unlink(path)
        elif is_folder and depth and facts.st_mode & stat.S_IWOTH:
            _remove_owned(path, uid, depth - 1)


def _remove_spooled(folder: str, user: JobUser) -> None:
    """Remove what `cron`, `at` and systemd would start; the folders are root's."""
    for path, facts in _entries(folder):
        is_theirs = facts.st_uid == user.uid or path.endswith(f"/{user.name}")
        if is_theirs and not stat.S_ISDIR(facts.st_mode):
            with suppress(OSError):
                os.unlink(path)


def _entries(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                yield f"{folder}/{name}", os.lstat(f"{folder}/{name}")


def _remove_ipc(uid: int) -> None:
    """Remove the shared memory, semaphores and queues of System V, which nobody has to hold."""
    libc = ctypes.CDLL(None)
    for each in _ipc("shm", uid):
        libc.shmctl(each, _IPC_RMID, None)
    for each in _ipc("sem", uid):
        libc.semctl(each, 0, _IPC_RMID)
    for each in _ipc("msg", uid):
        libc.msgctl(each, _IPC_RMID, None)


def mounts_of(uid: int, mountinfo: str) -> list[str]:
    """Where a user has mounted a file system of its own making, the last one first."""
    found = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind.startswith("fuse") and f"user_id={uid}" in options.split(","):
            place = before.split(" ")[4]
            found.append(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place))
    return found[::-1]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _ipc(kind: str, uid: int) -> list[int]:
    head, *lines = _read(f"/proc/sysvipc/{kind}").splitlines() or [""]
    names = head.split()
    rows = [dict(zip(names, line.split(), strict=False)) for line in lines]
    key = names[1]  # shmid, semid or msqid
    return [int(row[key]) for row in rows if str(uid) in {row.get("uid"), row.get("cuid")}]
