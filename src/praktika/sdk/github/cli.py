"""Requests to GitHub through the program `gh`, which knows the credentials.

Names, titles and bodies are arguments and JSON, never part of a command line or of a jq program.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from praktika.sdk.job.environment import Environment
from praktika.sdk.services.errors import ServiceFailed
from praktika.sdk.settings import Settings
from praktika.sdk.shell.output import complain

_PATIENCE = 60
_PAUSE = 2.0
# What the API will answer again, however often it is asked.
_FINAL = ("HTTP 400", "HTTP 401", "HTTP 403", "HTTP 404", "HTTP 410", "HTTP 422", "auth login")


def gh(*arguments: str, body: Mapping[str, Any] | None = None, retry: bool = True) -> str:
    """What `gh` prints.

    Args:
        arguments: of the program.
        body: sent as JSON (`--input -`).
        retry: whether asking again does no harm.

    Raises:
        ServiceFailed: `gh` is not installed, or the request failed for good.
    """
    if shutil.which("gh") is None:
        raise ServiceFailed(
            "the program gh is not installed; see https://cli.github.com, then run 'gh auth login'"
        )
    text = None if body is None else json.dumps(body)
    options = ("--input", "-") if body is not None else ()
    words = ""
    for attempt in range(int(Settings.MAX_RETRIES_GH) if retry else 1):
        if attempt:
            time.sleep(_PAUSE * attempt)
        code, output, words = _run([*arguments, *options], text)
        if code == 0:
            return output
        if any(mark in words for mark in _FINAL):
            break
    raise ServiceFailed(f"gh {' '.join(arguments[:3])}: {words.strip()}")


def pages(path: str, fields: str) -> list[Any]:
    """All items of a list that comes in pages, each as the jq object `fields` makes of it.

    Each item is a line of its own, so that no page's end is lost.
    """
    output = gh("api", "--paginate", path, "--jq", f".[] | {fields} | tojson")
    return [json.loads(line) for line in output.splitlines() if line.strip()]


class PullRequest(NamedTuple):
    """A pull request: its repository as `owner/name`, and its number."""

    repo: str
    number: int

    @property
    def path(self) -> str:
        """Of the REST API."""
        return f"repos/{self.repo}/pulls/{self.number}"


def pull_request(pr: int | None, repo: str | None) -> PullRequest:
    """The pull request that is meant: where nothing is given, that of the run.

    Raises:
        ServiceFailed: none is given, and the run has none.
    """
    env = Environment.get()
    number = pr or env.PR_NUMBER
    if number <= 0:
        raise ServiceFailed("this run has no pull request")
    return PullRequest(repo or env.REPOSITORY, number)


def attempted(post: Callable[[], object]) -> bool:
    """Whether it worked; if not, says why."""
    try:
        post()
    except ServiceFailed as error:
        complain(str(error))
        return False
    return True


def _run(arguments: list[str], text: str | None) -> tuple[int, str, str]:
    try:
        done = subprocess.run(
            ["gh", *arguments],
            input=text or "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "", f"no answer within {_PATIENCE} s"
    return done.returncode, done.stdout, done.stderr
