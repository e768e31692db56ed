"""Facts of the machine and of time."""

from __future__ import annotations

import os
import time
from pathlib import Path


def cpu_count() -> int:
    """Number of processors."""
    return os.cpu_count() or 1


def physical_memory() -> int:
    """Bytes of memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def is_arm() -> bool:
    """Whether the processor is an ARM."""
    return os.uname().machine.lower().startswith(("arm", "aarch"))


def is_amd() -> bool:
    """Whether the processor is an x86-64, whoever made it."""
    return os.uname().machine.lower() in {"x86_64", "amd64"}


def is_mac() -> bool:
    """Whether the system is macOS."""
    return os.uname().sysname == "Darwin"


def cwd() -> str:
    """The working directory."""
    return str(Path.cwd())


def absolute_path(path: str | Path) -> str:
    """The path from the root; symbolic links stay."""
    return str(Path(path).absolute())


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def timestamp() -> float:
    """Seconds since the epoch."""
    return time.time()


def timestamp_to_str(seconds: float) -> str:
    """A time as `YYYY-MM-DD hh:mm:ss` in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def set_env(key: str, value: object) -> None:
    """Set an environment variable, also for what this process starts."""
    os.environ[key] = str(value)


def add_to_path(path: str | Path) -> None:
    """Let programs be found in this folder first."""
    before = os.environ.get("PATH", "")
    folders = [str(path), *(each for each in before.split(os.pathsep) if each != str(path))]
    os.environ["PATH"] = os.pathsep.join(filter(None, folders))
