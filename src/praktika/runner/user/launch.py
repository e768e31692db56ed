"""How a job's command is started as its user, and within which limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from praktika.runner.user.account import JobUser

# The command itself cannot do it for us: limits that root sets for others need more than some
# containers let root do. Where memory runs out, the kernel shall end the job, not the runner.
_LIMITED = """{
[ "$1" = 0 ] || ulimit -u "$1"
ulimit -f "$2"
echo 500 >/proc/self/oom_score_adj
} 2>/dev/null
shift 2
exec "$@"
"""


def limited(user: JobUser, argv: Sequence[str], cwd: Path) -> tuple[str, ...]:
    """The program that starts a command within the limits of a user.

    A file cannot become larger than the disk is, however many holes it has.
    """
    disk = os.statvfs(cwd)
    largest = disk.f_blocks * disk.f_frsize // 1024
    before = () if user.gains else ("setpriv", "--no-new-privs")
    limits = (str(user.processes), str(largest))
    return (*before, "bash", "--norc", "-c", _LIMITED, "bash", *limits, *argv)
