"""Wheels of a lock, for another machine than this one; downloaded once.

pip does it, with the indexes and proxies that it is configured for here. What arrives is compared
with the lock, and is kept under its name only when all of it is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import OperatorError

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_MANYLINUX = ("2_28", "2_26", "2_17")
_OLD = ("2_26", "2_17")
_PATIENCE = 600
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_REQUIREMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*==", re.MULTILINE)
_WORDS = 600


@dataclass(frozen=True, slots=True)
class Target:
    """What wheels are for.

    Attributes:
        python: "3.13".
        architecture: "arm64" or "x86_64".
    """

    python: str = "3.13"
    architecture: str = "arm64"

    def __str__(self) -> str:
        return f"Python {self.python} on Linux, {self.architecture}"

    @property
    def platforms(self) -> list[str]:
        """As wheels name them; functions with an older Python have an older C library."""
        machine = _MACHINES[self.architecture]
        is_old = tuple(map(int, self.python.split("."))) < (3, 12)
        known = _OLD if is_old else _MANYLINUX
        return [*(f"manylinux_{one}_{machine}" for one in known), f"manylinux2014_{machine}"]


class Wheels:
    """Wheels that were downloaded, in a folder of this user.

    Args:
        folder: None takes `~/.cache/praktika/wheels`.
        python: the program that has pip.
    """

    def __init__(self, folder: Path | None = None, python: str = sys.executable) -> None:
        self._folder = folder or _cache()
        self._python = python

    def of(self, lock: str, target: Target, what: str) -> list[Path]:
        """The wheels of a lock, sorted by name.

        Args:
            lock: requirements with hashes.
            target: what they are for.
            what: needs them, for people.

        Raises:
            OperatorError: they cannot be downloaded; nothing is left of what came.
        """
        wanted = _Wanted(lock, target, what, is_lock=True)
        return self._wheels(wanted) if _REQUIREMENT.search(lock) else []

    def latest(self, requirements: str, target: Target, what: str) -> list[Path]:
        """The wheels of requirements and of what these need, as they were when first asked for.

        Raises:
            OperatorError: they cannot be downloaded; nothing is left of what came.
        """
        wanted = _Wanted(requirements, target, what, is_lock=False)
        return self._wheels(wanted) if requirements.strip() else []

    def _wheels(self, wanted: _Wanted) -> list[Path]:
        place = self._folder / wanted.key
        if not wanted.is_whole(place):
            try:
                self._download(wanted, place)
            except OSError as error:
                raise OperatorError(f"cannot keep wheels in {self._folder}: {error}") from error
        return sorted(place.glob("*.whl"))

    def _download(self, wanted: _Wanted, place: Path) -> None:
        """Have all of it under its name, or nothing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="part-", dir=self._folder) as folder:
            part, listed = Path(folder, "wheels"), Path(folder, "requirements")
            part.mkdir()
            listed.write_text(wanted.text)
            self._run(wanted, ["--dest", str(part), "--requirement", str(listed)])
            if not wanted.is_whole(part):
                raise OperatorError(
                    f"the wheels that {wanted.what} needs are not those of its lock"
                )
            shutil.rmtree(place, ignore_errors=True)
            try:
                part.rename(place)
            except OSError:  # somebody else was first
                if not wanted.is_whole(place):
                    raise

    def _run(self, wanted: _Wanted, places: list[str]) -> None:
        begin = f"cannot download the wheels that {wanted.what} needs, for {wanted.target}"
        command = [self._python, "-m", "pip", "download", *wanted.options, *places]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise OperatorError(f"{begin}: it takes over {_PATIENCE} s") from None
        if "No module named pip" in done.stderr:
            raise OperatorError(f"{begin}: pip is missing. {self._python} -m ensurepip installs it")
        if done.returncode:
            said = " ".join(line for line in done.stderr.splitlines() if "ERROR" in line)
            words = (said or done.stderr.strip())[-_WORDS:]
            raise OperatorError(
                f"{begin}: {words}. Is there a network, and has the index wheels for that?"
            )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Wheels that somebody wants: of a lock, or of requirements without hashes."""

    text: str
    target: Target
    what: str
    is_lock: bool

    @property
    def key(self) -> str:
        """The name of their folder."""
        return hashlib.sha256(f"{self.target}\n{self.text}".encode()).hexdigest()[:24]

    @property
    def options(self) -> list[str]:
        """What pip is told."""
        checked = ["--no-deps", "--require-hashes"] if self.is_lock else []
        platforms = [word for one in self.target.platforms for word in ("--platform", one)]
        return [
            *("--quiet", "--no-input", "--disable-pip-version-check", "--only-binary=:all:"),
            *("--implementation", "cp", "--python-version", self.target.python),
            *checked,
            *platforms,
        ]

    def is_whole(self, place: Path) -> bool:
        """Whether a folder has them: of a lock, each of its lines, and nothing else."""
        found = list(place.iterdir()) if place.is_dir() else []
        if not self.is_lock:
            return bool(found)
        hashes = set(_HASH.findall(self.text))
        return len(found) == len(_REQUIREMENT.findall(self.text)) and all(
            hashlib.sha256(one.read_bytes()).hexdigest() in hashes for one in found
        )


def _cache() -> Path:
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        raise OperatorError("there is no home folder for wheels; set XDG_CACHE_HOME") from None
    return base / "praktika" / "wheels"
