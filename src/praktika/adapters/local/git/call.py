"""Calling git: as the user has it, but for what would lead it to another repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from praktika.errors import OperatorError

STATE_DIR = ".praktika"
"""Where praktika keeps its own things in a checkout."""

REPOSITORY_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)
"""Variables that point git to a repository; a hook's child has them."""


def call(
    cwd: Path,
    *arguments: str,
    check: bool = True,
    given: bytes | None = None,
    more: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end.

    Args:
        cwd: where.
        arguments: of git.
        check: whether it has to succeed.
        given: its input.
        more: variables of its environment.

    Raises:
        OperatorError: git is missing, or failed and had to succeed.
    """
    try:
        answer = subprocess.run(
            command(arguments),
            cwd=cwd,
            env=environment() | dict(more or {}),
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise no_git() from None
    if check and answer.returncode != 0:
        complaint = answer.stderr.decode("utf-8", "replace").strip()
        raise OperatorError(f"git {arguments[0]} failed: {complaint}")
    return answer


def no_git() -> OperatorError:
    """What to raise where git cannot be started."""
    return OperatorError("git was not found; install it (`apt-get install git`)")


def environment() -> dict[str, str]:
    """Ours, without what git sets for hooks: that would mean another repository than `cwd`'s."""
    return {key: value for key, value in os.environ.items() if key not in REPOSITORY_VARIABLES} | {
        "LC_ALL": "C"
    }


def command(arguments: Sequence[str]) -> list[str]:
    """The command line."""
    return ["git", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", *arguments]


def text(data: bytes) -> str:
    """What git said, without the end of its last line."""
    return data.decode("utf-8", "replace").rstrip("\n")


def names(data: bytes) -> list[str]:
    """What git listed with `-z`."""
    return [os.fsdecode(name) for name in data.split(b"\0") if name]
