"""Which Python a task's runner is started with.

A run may ask for a virtual environment that the image has, by its name and never by a path
(fault 4), and for the praktika of its own checkout. Neither is looked for anywhere else. Code from
outside gets the platform's praktika alone: whatever starts a runner has its credentials.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika_controller.bucket import Bucket
from praktika_controller.faults import Refused
from praktika_controller.work import overlay

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run asks for, in its `run.json`.

    Attributes:
        venv: name of a virtual environment, or "".
        overlay: blob key of the checkout's own praktika, or "".
        digest: SHA-256 of that.
    """

    venv: str = ""
    overlay: str = ""
    digest: str = ""


def wanted(run_file: Mapping[str, Any]) -> Wanted:
    """What is asked for; whatever is no text is nothing."""

    def text(name: str) -> str:
        value = run_file.get(name, "")
        return value if isinstance(value, str) else ""

    return Wanted(venv=text("base_venv"), overlay=text("overlay"), digest=text("overlay_sha256"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """How a runner is started.

    Attributes:
        python: the interpreter.
        variables: to be set, beside those that it gets anyway.
    """

    python: Path
    variables: Mapping[str, str]


class Environments:
    """Those of this machine.

    Args:
        platform: the platform's own interpreter.
        venvs: the folder of the others.
        overlays: where checkouts' own praktikas are unpacked.
        bucket: where they come from.
        is_trusted: whether the code that runs here is.
    """

    def __init__(
        self, platform: Path, venvs: Path, overlays: Path, bucket: Bucket, *, is_trusted: bool
    ) -> None:
        self.platform = Environment(python=platform, variables={})
        self._venvs = venvs
        self._overlays = overlays
        self._bucket = bucket
        self._is_trusted = is_trusted
        self._proved: set[tuple[Path, str]] = set()

    def choose(self, asked: Wanted, path: str) -> Environment:
        """What fits.

        Args:
            asked: by the run.
            path: the PATH that a runner gets.

        Raises:
            Refused: there is no such thing; the text names those that there are.
        """
        if asked == Wanted():
            return self.platform
        variables: dict[str, str] = {}
        python = self.platform.python
        if asked.venv:
            venv = self._venv(asked.venv)
            python = venv / "bin" / "python"
            variables = {"VIRTUAL_ENV": str(venv), "PATH": f"{venv}/bin:{path}"}
        if asked.overlay:
            if not self._is_trusted:
                raise Refused("code from outside runs with the platform's praktika, not its own")
            place = overlay.bring(self._bucket, asked.overlay, asked.digest, self._overlays)
            variables["PYTHONPATH"] = str(place)
        self._prove(python, variables.get("PYTHONPATH", ""), asked)
        return Environment(python=python, variables=variables)

    def _venv(self, name: str) -> Path:
        place = self._venvs / name
        known = self._known()
        if not _NAME.fullmatch(name) or name not in known:
            have = ", ".join(known) or "none"
            raise Refused(
                f"there is no virtual environment {name[:100]!r} on these machines; they have: "
                f"{have}. It is declared in `prebuilt_venvs` of the ImageBuilder of this pool."
            )
        return place

    def _known(self) -> list[str]:
        if not self._venvs.is_dir():
            return []
        there = sorted(self._venvs.iterdir())
        return [one.name for one in there if (one / "bin" / "python").exists()]

    def _prove(self, python: Path, overlaid: str, asked: Wanted) -> None:
        """Refuse an environment in which there is no praktika that starts."""
        if (python, overlaid) in self._proved:
            return
        command = [str(python), "-P", "-c", "import praktika.cli.runner"]
        variables = {"PYTHONPATH": overlaid} if overlaid else {}
        try:
            done = subprocess.run(
                command, env=variables, capture_output=True, timeout=_TIMEOUT, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Refused(
                f"the Python of {asked.venv or 'the platform'} does not start: {error}"
            ) from error
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
            whose = f"the virtual environment '{asked.venv}'" if asked.venv else "the checkout"
            raise Refused(f"praktika does not start with that of {whose}: {said}")
        self._proved.add((python, overlaid))
