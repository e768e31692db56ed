"""Make the virtual environment, or bring it up to date with a lock file.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)


def main(venv: Path, lock: Path) -> None:
    """Install what `lock` names, with its hashes, and praktika itself in place."""
    if sys.version_info < NEEDED:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"praktika needs Python 3.11 or newer, this is {found}: make PYTHON=python3.11")
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"making {venv} ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(venv)], check=False)
        if made.returncode != 0:
            sys.exit("It could not be made. On Debian: apt-get install python3-venv")
    print(f"installing {lock} ...", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    run([*pip, "--require-hashes", "--requirement", str(lock)])
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."])


def run(command: list[str]) -> None:
    """Run a command; its failure is ours."""
    code = subprocess.run(command, check=False).returncode
    if code != 0:
        sys.exit(f"failed with exit code {code}: {' '.join(command)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
