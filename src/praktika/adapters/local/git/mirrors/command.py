"""Running git so that only what is given here matters, and its complaints as errors.

No configuration of a user or of the machine is read, no hook runs, nobody is asked for a
password, and one transport is allowed at a time. Credentials reach git in its environment: never
as an argument, which every process can read, and never in a file.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from praktika.adapters.local.git.mirrors.remote import Remote
from praktika.errors import (
    Absent,
    Denied,
    OperatorError,
    OutOfSpace,
    PraktikaError,
    Unavailable,
)

_LIMIT = 3600.0
"""Seconds that one call of git may take."""

_KEPT = frozenset(("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"))

_ALWAYS = {
    "GIT_ADVICE": "0",
    "GIT_ASKPASS": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS": "",
}
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15"

# What git says, and what it means; the first that is found counts.
_MEANINGS: tuple[tuple[str, type[PraktikaError]], ...] = (
    (r"No space left on device|Disk quota exceeded", OutOfSpace),
    (r"not our ref|unadvertised object|couldn't find remote ref|no such remote ref", Absent),
    (r"error: 404|repository '.*' not found|does not appear to be a git repo", Absent),
    (r"Authentication failed|could not read (Username|Password)|error: 40[13]", Denied),
    (r"Permission denied|Host key verification failed", Denied),
    (
        r"Could not resolve host|[Tt]imed out|[Cc]onnection (was )?(refused|reset|closed)",
        Unavailable,
    ),
    (r"Failed to connect|Couldn't connect|error: (5\d\d|429)|early EOF|RPC failed", Unavailable),
    (r"hung up unexpectedly|unexpected disconnect|Operation too slow|Empty reply", Unavailable),
    (r"gnutls_handshake|SSL_ERROR_SYSCALL|Temporary failure|unexpected flush", Unavailable),
)


_MENDING = "give credentials that may read it, as docs/checkouts.md explains"


class Damaged(OperatorError):
    """Objects of a mirror are missing or broken."""


_HOSTILE = re.compile(r"error: object [0-9a-f]+: gitmodules\w+: (.*)")
"""What git says while it checks the objects that come in."""

_DAMAGE = re.compile(
    r"bad object|unable to (read|unpack)|[Mm]issing (blob|tree|commit)|corrupt|not a valid object"
    r"|failed to unpack tree|inflate|does not point to a valid|invalid object|packfile"
    r"|not a git repository: |bad config line|bad shallow line|unable to resolve reference"
)


def git(
    *arguments: str,
    env: dict[str, str] | None = None,
    keep: Collection[int] = (),
    given: bytes | BinaryIO = b"",
    secrets: Collection[str] = (),
) -> bytes:
    """What git writes to stdout.

    Args:
        arguments: of git.
        env: variables beside the usual ones.
        keep: file descriptors that stay open in git, so that locks hold until it has ended.
        given: for its stdin; of a file, what follows its position.
        secrets: words that must not be in the text of an error.

    Raises:
        PraktikaError: git failed; the kind says what for.
    """
    answer = _answer(arguments, env=env, keep=keep, given=given)
    if answer.returncode != 0:
        raise _meaning(_verb(arguments), answer.stderr.decode("utf-8", "replace"), secrets)
    return answer.stdout


def asked(*arguments: str, keep: Collection[int] = ()) -> tuple[bool, bytes]:
    """Whether git says yes (its exit code is 0) or no (it is 1), and what it writes to stdout.

    Raises:
        PraktikaError: as `git`.
    """
    answer = _answer(arguments, env=None, keep=keep)
    if answer.returncode not in {0, 1}:
        raise _meaning(_verb(arguments), answer.stderr.decode("utf-8", "replace"), ())
    return answer.returncode == 0, answer.stdout


def _answer(
    arguments: Sequence[str],
    *,
    env: dict[str, str] | None,
    keep: Collection[int],
    given: bytes | BinaryIO = b"",
) -> subprocess.CompletedProcess[bytes]:
    stdin: dict[str, Any] = {"input" if isinstance(given, bytes) else "stdin": given}
    try:
        answer = subprocess.run(
            ["git", "-c", f"core.hooksPath={os.devnull}", *arguments],
            cwd="/",
            env=_environment() | (env or {}),
            capture_output=True,
            check=False,
            pass_fds=tuple(keep),
            timeout=_LIMIT,
            **stdin,
        )
    except FileNotFoundError:
        raise OperatorError("git was not found; install it (`apt-get install git`)") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"git {_verb(arguments)} took longer than {_LIMIT:g} seconds") from None
    if answer.returncode < 0:
        raise Unavailable(f"git {_verb(arguments)} was ended by signal {-answer.returncode}")
    return answer


def authorization(remote: Remote, login: str) -> tuple[dict[str, str], list[str]]:
    """Variables that let git talk to the remote, and the words in them that are secret."""
    env = {"GIT_ALLOW_PROTOCOL": remote.protocol}
    settings = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "60"}
    secrets: list[str] = []
    if login and remote.protocol in {"https", "http"}:
        code = base64.b64encode(login.encode()).decode()
        secrets = [word for word in (code, login, login.partition(":")[2]) if word]
        settings["http.extraHeader"] = f"Authorization: Basic {code}"
        # git would send the header along to wherever it is led.
        settings["http.followRedirects"] = "false"
    env["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings.items()):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env, secrets


def _environment() -> dict[str, str]:
    ours = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GIT_", "PRAKTIKA_")) or key in _KEPT
    }
    return {"GIT_SSH_COMMAND": _SSH} | ours | _ALWAYS


def _verb(arguments: Collection[str]) -> str:
    words = iter(arguments)
    for word in words:
        if word == "-c":
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""


def _meaning(verb: str, complaint: str, secrets: Collection[str]) -> PraktikaError:
    for secret in secrets:
        complaint = complaint.replace(secret, "***")
    if hostile := _HOSTILE.search(complaint):
        return OperatorError(f"the commit's .gitmodules is refused: {hostile[1].strip()}")
    lines = [line.strip() for line in complaint.split("\n") if line.strip()]
    text = f"git {verb} failed: {' | '.join(lines[-4:])[:1000]}"
    for pattern, kind in _MEANINGS:
        if re.search(pattern, complaint):
            hint = f"; {_MENDING}" if kind is Denied else ""
            return kind(f"{text}{hint}")
    return Damaged(text) if _DAMAGE.search(complaint) else OperatorError(text)


def is_object_id(text: str) -> bool:
    """Whether this is the full id of an object."""
    return bool(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text))


def git_dir(path: Path) -> str:
    """The argument that says which repository is meant, and that no other is looked for."""
    return f"--git-dir={path}"
