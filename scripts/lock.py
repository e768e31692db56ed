"""Renew the lock files: every dependency with its hashes, for every platform."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMON = [
    "uv", "pip", "compile", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet",
]  # fmt: skip

SHIPPED = {
    "webhook": ["msgspec"],
    "tick": ["cronsim", "msgspec"],
    "token-broker": ["msgspec", "pyjwt[crypto]", "rpds-py", "urllib3"],
}
"""What functions in a cloud are shipped with, by the name of their bundle."""

PLATFORM = ["aws", "github"]
"""The extras that machines in a cloud have."""

HERE = ["--universal", "--upgrade"]
"""For every platform that praktika is developed on."""

THERE = ["--python-platform", "x86_64-manylinux_2_28", "--constraint", "requirements/dev.lock"]
"""For machines of the cloud, whose markers nobody has to read then; in the versions tested here."""

BUNDLES = Path("src/praktika/infrastructure/bundles/locks")


def main() -> None:
    """Compile all locks; the build backend is in those of this repository, as it installs it."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    for name, groups in {"runtime": ["build"], "dev": ["build", "dev"]}.items():
        chosen = [word for group in groups for word in ("--group", group)]
        compile_lock(f"requirements/{name}.lock", ["pyproject.toml", *chosen, *HERE])
    for name, wanted in SHIPPED.items():
        compile_lock(f"{BUNDLES}/{name}.lock", ["-", *THERE], text="\n".join(wanted))
    extras = [word for extra in PLATFORM for word in ("--extra", extra)]
    compile_lock(f"{BUNDLES}/platform.lock", ["pyproject.toml", *extras, *THERE])


def compile_lock(path: str, options: Sequence[str], text: str = "") -> None:
    """Write one lock."""
    program = str(Path(sys.executable).with_name(COMMON[0]))
    command = [program, *COMMON[1:], *options, "--output-file", path]
    subprocess.run(command, check=True, input=text, text=True)


if __name__ == "__main__":
    main()
