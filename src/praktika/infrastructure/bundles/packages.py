"""What machines get: praktika and its controller as wheels, and all that a machine needs in one.

Machines install from one archive, with `requirements.txt` in it that names every wheel with its
hash (fault 18): nothing is fetched from anywhere else.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from praktika.errors import OperatorError
from praktika.infrastructure.bundles.functions import ROOT, digest_of, lock_of
from praktika.infrastructure.bundles.packing import tarred, wheel
from praktika.infrastructure.bundles.wheels import Target, Wheels
from praktika.version import VERSION

_VERSION = re.compile(r'^VERSION = "([^"]+)"', re.MULTILINE)
_LEFT_OUT = {"__pycache__", "_controller"}
_DISTRIBUTION = "praktika-controller"
_NEEDS = ("Requires-Dist:", "Requires-Python:", "Provides-Extra:")


class PraktikaWheel:
    """praktika itself, as it is installed here."""

    name, suffix = "praktika", ".whl"
    file = f"praktika-{VERSION}-py3-none-any.whl"

    @cached_property
    def digest(self) -> str:
        """Of all that the wheel is made from."""
        return digest_of(self._files, self._metadata)

    def build(self) -> bytes:
        """The wheel."""
        scripts = "[console_scripts]\npraktika = praktika.cli.main:main\n"
        return wheel("praktika", VERSION, self._metadata, self._files, scripts)

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return _files_of(ROOT, "praktika")

    @cached_property
    def _metadata(self) -> str:
        text = metadata.distribution("praktika").read_text("METADATA") or ""
        head, _, _ = text.partition("\n\n")  # the description is for people who look for it
        # The rest is of whatever built this installation, and others would deploy anew for it.
        needs = sorted(line for line in head.splitlines() if line.startswith(_NEEDS))
        title = ["Metadata-Version: 2.1", "Name: praktika", f"Version: {VERSION}"]
        return "\n".join([*title, *needs, ""])


class ControllerWheel:
    """What machines boot.

    Args:
        source: its project: a `pyproject.toml`, and `src/praktika_controller`.
    """

    name, suffix = "controller", ".whl"

    def __init__(self, source: Path | None = None) -> None:
        self._source = source or _controller()

    @cached_property
    def digest(self) -> str:
        """Of all that the wheel is made from."""
        return digest_of(self._files, self._metadata)

    @property
    def file(self) -> str:
        """The name that the wheel has to have where it is installed from."""
        return f"praktika_controller-{self.version}-py3-none-any.whl"

    @cached_property
    def version(self) -> str:
        """Of the controller."""
        text = self._files["praktika_controller/__init__.py"].decode()
        found = _VERSION.search(text)
        if found is None:
            raise OperatorError("the controller has no version: install praktika anew")
        return found[1]

    def build(self) -> bytes:
        """The wheel."""
        lines = [f"{name} = {place}" for name, place in self._project["scripts"].items()]
        scripts = "\n".join(["[console_scripts]", *lines, ""])
        return wheel("praktika_controller", self.version, self._metadata, self._files, scripts)

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return _files_of(self._source / "src" / "praktika_controller", "praktika_controller")

    @cached_property
    def _project(self) -> Mapping[str, Any]:
        found: dict[str, Any] = tomllib.loads((self._source / "pyproject.toml").read_text("utf-8"))
        project: dict[str, Any] = found["project"]
        return project

    @cached_property
    def _metadata(self) -> str:
        needs = [f"Requires-Dist: {one}" for one in self._project["dependencies"]]
        head = ["Metadata-Version: 2.1", f"Name: {_DISTRIBUTION}", f"Version: {self.version}"]
        return "\n".join(
            [*head, f"Requires-Python: {self._project['requires-python']}", *needs, ""]
        )


class Platform:
    """All that a machine installs, for one architecture: wheels and `requirements.txt`.

    Args:
        target: what machines run.
        wheels: see `Wheels`.
        praktika, controller: see there.
    """

    suffix = ".tar.gz"

    def __init__(
        self, target: Target, wheels: Wheels, praktika: PraktikaWheel, controller: ControllerWheel
    ) -> None:
        self.name = f"platform-{target.architecture}"
        self._target = target
        self._wheels = wheels
        self._own = (praktika, controller)

    @cached_property
    def digest(self) -> str:
        """Of all that the archive is made from."""
        own = " ".join(one.digest for one in self._own)
        return digest_of({}, f"{self._target}\n{own}\n{lock_of('platform')}")

    def build(self) -> bytes:
        """The archive: install it with `--no-index --find-links . --require-hashes`."""
        lock = lock_of("platform")
        found = self._wheels.of(lock, self._target, f"the archive {self.name}")
        files = {path.name: path.read_bytes() for path in found}
        lines = [
            f"{path.name.split('-')[0]}=={path.name.split('-')[1]} --hash=sha256:{_sha(path)}"
            for path in found
        ]
        for one in self._own:
            files[one.file] = one.build()
            title, version = one.file.split("-")[:2]
            digest = hashlib.sha256(files[one.file]).hexdigest()
            lines.append(f"{title}=={version} --hash=sha256:{digest}")
        files["requirements.txt"] = "".join(f"{line}\n" for line in sorted(lines)).encode()
        return tarred(files)


def _controller() -> Path:
    """The project of the controller: shipped with praktika, or beside it in its repository."""
    for place in (ROOT / "_controller", ROOT.parents[1] / "controller"):
        if (place / "pyproject.toml").is_file():
            return place
    raise OperatorError("this praktika was installed without its controller: install it anew")


def _files_of(folder: Path, name: str) -> dict[str, bytes]:
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(folder).parts)
    }


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
