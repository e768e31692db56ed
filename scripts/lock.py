"""Renew the lock files: every dependency with its hashes, for every platform."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMON = [
    "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet",
]  # fmt: skip


def main() -> None:
    """Compile both locks; the build backend is in both, as it installs praktika in place."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    beside = Path(sys.executable).parent
    for name, groups in {"runtime": ["build"], "dev": ["build", "dev"]}.items():
        chosen = [word for group in groups for word in ("--group", group)]
        command = [*COMMON, *chosen, "--output-file", f"requirements/{name}.lock", "--upgrade"]
        subprocess.run([str(beside / command[0]), *command[1:]], check=True)


if __name__ == "__main__":
    main()
