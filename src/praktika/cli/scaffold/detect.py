"""What the files of a project tell: how its tests are run, and which branch is the main one."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class TestCommand(NamedTuple):
    """A command that runs a project's tests.

    Attributes:
        line: for bash.
        because: the file that tells so.
        reports: glob of the report files that it leaves, or "".
    """

    line: str
    because: str
    reports: str = ""


def test_command(root: Path) -> TestCommand | None:
    """The command for a project's tests; None if nothing tells it, or it cannot run here."""
    found = (detect(root) for detect in _DETECTORS)
    return next((command for command in found if command is not None), None)


Detect = Callable[[Path], TestCommand | None]


def main_branch(root: Path, current: str) -> str:
    """The branch that pull requests go into: the remote's, `main` or `master`, else this one."""
    remote = _output(root, "git", "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    if remote:
        return remote.removeprefix("origin/")
    branches = _output(root, "git", "for-each-ref", "--format=%(refname:short)", "refs/heads")
    usual = [name for name in ("main", "master") if name in branches.split("\n")]
    return usual[0] if usual else current or "main"


def repository(root: Path) -> str:
    """The `owner/name` on GitHub that the remote `origin` is of, or ""."""
    remote = _output(root, "git", "remote", "get-url", "origin")
    found = re.search(r"github\.com[:/]([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?$", remote)
    return found[1] if found else ""


def _pytest(root: Path) -> TestCommand | None:
    places = ("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml")
    configured = next((name for name in places if "pytest" in _text(root / name)), "")
    tests = next(
        (p for pattern in ("tests/test_*.py", "test_*.py") for p in root.glob(pattern)), None
    )
    because = configured or (str(tests.relative_to(root)) if tests else "")
    if not because or not _output(root, "python3", "-c", "import pytest; print(1)"):
        return None
    return TestCommand(
        "python3 -m pytest --junitxml=ci/tmp/tests.xml", because, reports="ci/tmp/tests.xml"
    )


def _unittest(root: Path) -> TestCommand | None:
    tests = next(iter(sorted(root.glob("tests/test_*.py"))), None)
    if tests is None or "unittest" not in _text(tests):
        return None
    return TestCommand("python3 -m unittest discover -v tests", str(tests.relative_to(root)))


def _node(root: Path) -> TestCommand | None:
    script = re.search(r'"test"\s*:\s*"((?:[^"\\]|\\.)*)"', _text(root / "package.json"))
    if script is None or "no test specified" in script[1] or shutil.which("npm") is None:
        return None
    install = "npm ci" if (root / "package-lock.json").is_file() else "npm install"
    return TestCommand(f"{install} && npm test", "package.json")


def _program(
    file: str, program: str, line: str, reports: str = ""
) -> Callable[[Path], TestCommand | None]:
    def detect(root: Path) -> TestCommand | None:
        if (root / file).is_file() and shutil.which(program) is not None:
            return TestCommand(line, file, reports)
        return None

    return detect


def _make(root: Path) -> TestCommand | None:
    names = ("GNUmakefile", "makefile", "Makefile")
    file = next((name for name in names if re.search(r"(?m)^test\s*:", _text(root / name))), "")
    if not file or shutil.which("make") is None:
        return None
    return TestCommand("make test", file)


_DETECTORS: tuple[Detect, ...] = (
    _pytest,
    _unittest,
    _program(
        "go.mod", "go", "go test -json ./... > ci/tmp/tests.json", reports="ci/tmp/tests.json"
    ),
    _program("Cargo.toml", "cargo", "cargo test"),
    _node,
    _make,
)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _output(root: Path, *command: str) -> str:
    """What the command prints; "" if it fails."""
    try:
        answer = subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", "replace").strip() if answer.returncode == 0 else ""
