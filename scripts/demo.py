"""Run the pipeline of examples/wordstat as its author would: in a git repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path("examples/wordstat")
PLACE = Path("build/demo/wordstat")
IDENTITY = ["-c", "user.name=demo", "-c", "user.email=demo@example.invalid"]


def main() -> int:
    """Copy, commit, run; the exit code is the pipeline's."""
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(EXAMPLE, PLACE, ignore=shutil.ignore_patterns("__pycache__", "tmp"))
    for command in (["init", "--quiet", "--initial-branch=main"], ["add", "."]):
        subprocess.run(["git", *command], cwd=PLACE, check=True)
    commit = ["git", *IDENTITY, "commit", "--quiet", "--no-gpg-sign", "-m", "Count words"]
    subprocess.run(commit, cwd=PLACE, check=True)
    print(f"The example is a repository of its own now: {PLACE}\n$ praktika run", flush=True)
    beside = Path(sys.executable).parent.absolute()
    # As if the environment were activated: the jobs' python3 is the one beside praktika.
    env = os.environ | {"PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([beside / "praktika", "run"], cwd=PLACE, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
