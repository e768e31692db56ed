"""What an operator says of GitHub: the app, its key, the webhook's secret, the repositories.

It comes from the environment of the server, and its secrets from files, so that no author's
declaration, and no job that may read declared secrets, can reach them.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from praktika.adapters.disk import os_fault
from praktika.adapters.github.http.site import Site
from praktika.errors import Denied, OperatorError

APP = "PRAKTIKA_GITHUB_APP_ID"
KEY = "PRAKTIKA_GITHUB_KEY_FILE"
SECRET = "PRAKTIKA_WEBHOOK_SECRET_FILE"  # noqa: S105 - the name of a variable
REPOSITORIES = "PRAKTIKA_GITHUB_REPOSITORIES"
API = "PRAKTIKA_GITHUB_API"
EVERY = "PRAKTIKA_RECONCILE_SECONDS"

PRIVATE = frozenset({KEY, SECRET})
"""Variables that name files with secrets: runners have no use for them."""

_NEEDED = (APP, KEY, SECRET, REPOSITORIES)
_NAME = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
_SHORTEST = 16
"""Characters of a webhook's secret."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubSettings:
    """How an installation works with GitHub.

    Attributes:
        api: base URL of the REST API.
        app: id of the GitHub App.
        key: its private key, PEM.
        secrets: of the webhook; more than one while it is being changed.
        repositories: `owner/name` of those that are served, and of no others.
        every: seconds between two looks for what webhooks have not told.
    """

    api: str
    app: str
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    repositories: tuple[str, ...]
    every: float = 300.0


def find_github(environment: Mapping[str, str] = os.environ) -> GitHubSettings | None:
    """The settings, or None if nothing is said of GitHub.

    Raises:
        OperatorError: something is missing, or wrong.
        Denied: others can read a secret.
    """
    said = {name: environment.get(name, "").strip() for name in _NEEDED}
    if not any(said.values()):
        return None
    missing = [name for name, value in said.items() if not value]
    if missing:
        raise OperatorError(
            f"GitHub needs {' and '.join(missing)}, too; docs/github.md says where to get them. "
            "Without any of them, praktika serves no GitHub"
        )
    return GitHubSettings(
        api=api_of(environment),
        app=_number(said[APP]),
        key=_read(KEY, said[KEY]),
        secrets=_secrets(_read(SECRET, said[SECRET])),
        repositories=repositories_of(environment),
        every=reconcile_seconds(environment),
    )


def _read(name: str, path: str) -> str:
    """The text of a file with a secret."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                raise Denied(
                    f"{path} ({name}) can be read or changed by others than its owner: "
                    f"chmod 600 {path}"
                )
            text = file.read().strip()
    except OSError as error:
        raise os_fault(error, f"cannot read {path} ({name})") from error
    except UnicodeDecodeError:
        raise OperatorError(f"{path} ({name}) is not text in UTF-8") from None
    if not text:
        raise OperatorError(f"{path} ({name}) is empty")
    return text


def _number(text: str) -> str:
    if not text.isdecimal():
        raise OperatorError(f"{APP} is '{text[:40]}'; it is the number on the app's page")
    return text


def reconcile_seconds(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds between two looks for what webhooks have not told.

    Raises:
        OperatorError: what is said is no number, or no sensible one.
    """
    return _seconds(environment.get(EVERY, "").strip() or "300")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 86_400:
        raise OperatorError(f"{EVERY} is '{text[:40]}'; it must be seconds from 1 to 86400")
    return seconds


def _secrets(text: str) -> tuple[str, ...]:
    """The secrets, one a line."""
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if any(len(line) < _SHORTEST for line in lines):
        raise OperatorError(
            f"the webhook's secret has fewer than {_SHORTEST} characters; make one with "
            "`openssl rand -hex 32`"
        )
    return lines


def api_of(environment: Mapping[str, str]) -> str:
    """The base URL of the REST API.

    Raises:
        OperatorError: it is none.
    """
    return Site.of(environment.get(API, "").strip() or "github.com").api


def repositories_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The repositories that are served.

    Raises:
        OperatorError: one of them is none.
    """
    names = tuple(dict.fromkeys(re.split(r"[\s,]+", environment.get(REPOSITORIES, "").strip())))
    wrong = [name for name in names if not _NAME.fullmatch(name)]
    if wrong:
        raise OperatorError(f"{REPOSITORIES} has '{wrong[0][:80]}', which is no owner/name")
    return names
