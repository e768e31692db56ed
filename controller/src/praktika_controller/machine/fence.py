"""The fence around the metadata service: no process but this service's user reaches it.

Whoever reads the metadata service has the machine's role. Jobs run as another user, and containers
are one hop further away than answers travel; this closes the rest. It is put up at every start, and
proved: as the user of jobs, a connection is tried. Where it cannot be had, no work is taken.

A job that may use Docker can become root on the machine, so this holds for pools whose jobs may
not; those for code from outside never may.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence

from praktika_controller.faults import Sick

ADDRESSES = ("169.254.169.254", "fd00:ec2::254")
_TABLE = "praktika_metadata"
_TIMEOUT = 20

_RULES = """\
table inet {table}
delete table inet {table}
table inet {table} {{
    chain output {{
        type filter hook output priority -10; policy accept;
        ip daddr {v4} meta skuid != {uid} reject
        ip6 daddr {v6} meta skuid != {uid} reject
    }}
    chain forward {{
        type filter hook forward priority -10; policy accept;
        ip daddr {v4} drop
        ip6 daddr {v6} drop
    }}
}}
"""

_TRY = """\
import encodings.idna, os, socket, sys  # nothing may be left to load as that user
address, user, group = sys.argv[1], *map(int, sys.argv[2:])
os.setgroups([])
os.setgid(group)
os.setuid(user)
try:
    socket.create_connection((address, 80), timeout=1).close()
except OSError:
    sys.exit(3)
"""


def raise_fence(user: str) -> str:
    """Let nobody but this process's user reach the metadata service; how it was done.

    Args:
        user: of jobs, as whom it is tried.

    Raises:
        Sick: it could not be done, or does not hold.
    """
    how = _with_nft() if shutil.which("nft") else _with_iptables()
    prove(user)
    return how


def prove(user: str) -> None:
    """Try to reach the service as the user of jobs.

    Raises:
        Sick: that works, or nobody can tell.
    """
    try:
        known = pwd.getpwnam(user)
        who = [str(known.pw_uid), str(known.pw_gid)]
        command = [sys.executable, "-I", "-c", _TRY, ADDRESSES[0], *who]
        done = subprocess.run(command, env={}, timeout=_TIMEOUT, check=False)
    except (OSError, LookupError, subprocess.SubprocessError) as error:
        raise Sick(
            f"whether the fence around the metadata service holds is not known: {error}"
        ) from error
    if done.returncode == 0:
        raise Sick(f"the user {user} reaches the metadata service")
    if done.returncode != 3:
        raise Sick(f"whether the fence holds is not known (exit code {done.returncode})")


def _with_nft() -> str:
    v4, v6 = ADDRESSES
    rules = _RULES.format(table=_TABLE, v4=v4, v6=v6, uid=os.geteuid())
    _run(["nft", "-f", "-"], rules)
    return "nft"


def _with_iptables() -> str:
    for program, address in zip(("iptables", "ip6tables"), ADDRESSES, strict=True):
        if shutil.which(program) is None:
            raise Sick(f"there is neither nft nor {program}, to fence the metadata service")
        own = ["!", "--uid-owner", str(os.geteuid())]
        rules = (
            ["OUTPUT", "-d", address, "-m", "owner", *own, "-j", "REJECT"],
            ["FORWARD", "-d", address, "-j", "DROP"],
        )
        for chain, *rest in rules:
            if _fails([program, "-w", "-C", chain, *rest]):
                _run([program, "-w", "-I", chain, "1", *rest])
    return "iptables"


def _fails(command: Sequence[str]) -> bool:
    return (
        subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False).returncode != 0
    )


def _run(command: Sequence[str], given: str = "") -> None:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Sick(f"the metadata service cannot be fenced: {error}") from error
    if done.returncode != 0:
        said = done.stderr.strip()[-500:]
        raise Sick(f"the metadata service cannot be fenced: {command[0]} says: {said}")
