"""Which stores an installation uses: those of this machine, or AWS.

The settings BACKEND, PROJECT_SLUG, S3_ARTIFACT_BUCKET and AWS_REGION decide; the variables
PRAKTIKA_BACKEND and so on stand before them. As every command needs the answer, and no author's
code may run for that, only plain values count: `BACKEND = "aws"`, not what a function returns.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import OperatorError
from praktika.sdk import settings

LOCAL = "local"
AWS = "aws"

_NAMES = ("BACKEND", "PROJECT_SLUG", "S3_ARTIFACT_BUCKET", "AWS_REGION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where an installation keeps its runs.

    Attributes:
        kind: `LOCAL` or `AWS`.
        project: on AWS, what the names of queues begin with.
        bucket: on AWS, for everything but queues.
        region: on AWS; "" leaves it to the usual configuration.
    """

    kind: str = LOCAL
    project: str = ""
    bucket: str = ""
    region: str = ""


def find_backend(root: Path, environment: Mapping[str, str] = os.environ) -> Backend:
    """The backend of the checkout at `root`.

    Raises:
        OperatorError: it is none that there is, or something is missing for it.
    """
    said = _said(root, environment)
    kind = said.get("BACKEND") or LOCAL
    if kind == LOCAL:
        return Backend()
    if kind != AWS:
        raise OperatorError(f"there is no backend '{kind}'; BACKEND is 'local' or 'aws'")
    missing = [name for name in ("PROJECT_SLUG", "S3_ARTIFACT_BUCKET") if not said.get(name)]
    if missing:
        raise OperatorError(
            f"the backend 'aws' needs {' and '.join(missing)}: set it in ci/settings/settings.py, "
            f"or as the variable PRAKTIKA_{missing[0]}"
        )
    return _on_aws(said)


def find_installation(root: Path, environment: Mapping[str, str] = os.environ) -> Backend | None:
    """The installation on AWS that the checkout names, wherever its own runs are kept.

    None if it names none: both PROJECT_SLUG and S3_ARTIFACT_BUCKET belong to it.
    """
    said = {**_settings(root), **_variables(environment)}
    return _on_aws(said) if said.get("PROJECT_SLUG") and said.get("S3_ARTIFACT_BUCKET") else None


def _on_aws(said: Mapping[str, str]) -> Backend:
    return Backend(
        kind=AWS,
        project=said["PROJECT_SLUG"],
        bucket=said["S3_ARTIFACT_BUCKET"],
        region=said.get("AWS_REGION", ""),
    )


def _said(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    settled = {} if _is_complete(environment) else _settings(root)
    return settled | _variables(environment)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[f"PRAKTIKA_{name}"] for name in _NAMES if _is_set(environment, name)}


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get(f"PRAKTIKA_{name}"))


def _is_complete(environment: Mapping[str, str]) -> bool:
    """Whether the settings cannot change anything."""
    if environment.get("PRAKTIKA_BACKEND") == LOCAL:
        return True
    return all(_is_set(environment, name) for name in _NAMES)


def _settings(root: Path) -> dict[str, str]:
    """The plain values that the settings files assign, the last one of a name."""
    found: dict[str, str] = {}
    for path in settings.files(os.fspath(root)):
        try:
            tree = ast.parse(Path(path).read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue  # `praktika check` tells of it
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id in _NAMES:
                        found[target.id] = str(node.value.value or "")
    return found
