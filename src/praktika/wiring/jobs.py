"""Who jobs of this machine run as, and what they may use of it: variables of its operator."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from praktika.errors import OperatorError
from praktika.model.facts import Trust
from praktika.runner.process import Limits
from praktika.runner.user import JobUser, acting
from praktika.runner.user.account import VARIABLE, find

PROCESSES = "PRAKTIKA_JOB_PROCESSES"
"""The variable with how many processes and threads a job may have; 0 means any number."""

RESERVE = "PRAKTIKA_DISK_RESERVE_MB"
"""The variable with the MiB that have to stay free on a disk, or a job is ended; 0 means none."""

_RESERVE = 512
_LOCKS = "/run"
_DOCKER = "/var/run/docker.sock"


def job_user(trust: Trust, environment: Mapping[str, str] = os.environ) -> JobUser | None:
    """Whom jobs run as; None means as the runner does.

    Of several, parted by commas, it is the first one that no other runner of this machine has: with
    an attempt all processes of its user end. This process has it until it ends.

    Raises:
        OperatorError: it is nobody who could, or whom it would keep from nothing; or all are taken.
    """
    said = environment.get(VARIABLE, "")
    if not said:
        return None
    processes = _number(environment, PROCESSES, max(4096, 512 * (os.cpu_count() or 1)))
    names = [name for name in said.split(",") if name]
    found = [find(name, processes=processes, gains=trust == "trusted") for name in names]
    for user in found:
        if not user.gains:
            _check_strangers(user)
    for user in found:
        if _is_ours(user):
            return user
    raise OperatorError(
        f"other runners of this machine have the users that {VARIABLE} names ({said}): name as many"
        " as there are runners, parted by commas"
    )


def limits(user: JobUser | None, environment: Mapping[str, str] = os.environ) -> Limits:
    """What commands may use: a disk is kept from getting full where jobs are not the runner."""
    reserve = _number(environment, RESERVE, _RESERVE if user else 0)
    return Limits(disk_reserve=reserve << 20)


def check_reach(user: JobUser, path: Path) -> None:
    """Make sure that jobs can get at something.

    Raises:
        OperatorError: they cannot; the text says what to move.
    """
    with acting(user):
        try:
            path.stat()
        except PermissionError:
            raise OperatorError(
                f"the user {user.name} ({VARIABLE}) cannot reach {path}: have it, and what it leads"
                " to, where every user may go; XDG_CACHE_HOME names the folder that jobs work in"
            ) from None


def _is_ours(user: JobUser) -> bool:
    """Whether nobody else has the user; the lock is let go by the end of the process."""
    file = os.open(f"{_LOCKS}/praktika-user-{user.uid}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    return True


def _check_strangers(user: JobUser) -> None:
    if shutil.which("setpriv") is None:
        raise OperatorError("jobs of code from outside need `setpriv`: install util-linux")
    try:
        owner = os.stat(_DOCKER)  # noqa: PTH116 - a name, and its group alone matters
    except OSError:
        return
    if owner.st_gid in user.groups or owner.st_uid == user.uid:
        raise OperatorError(
            f"the user {user.name} may use {_DOCKER}, and with it become root: take it out of the"
            " group of Docker"
        )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    said = environment.get(name, "")
    if not said:
        return default
    if not said.isascii() or not said.isdigit():
        raise OperatorError(f"{name} is '{said}'; it is a whole number")
    return int(said)
