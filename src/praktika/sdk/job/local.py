"""The facts of a run by hand, from git. Whatever git cannot tell stays empty."""

from __future__ import annotations

import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from praktika.sdk.settings import Settings

_PATIENCE = 10
_REMOTE = re.compile(r"[/:]([^/:]+/[^/]+?)(?:\.git)?/?$")


def facts() -> dict[str, Any]:
    """Keys of environment.json for the repository of the current folder."""
    return dict(_facts(str(Path.cwd())))


@lru_cache(maxsize=1)
def _facts(folder: str) -> dict[str, Any]:
    branch = git("symbolic-ref", "--short", "-q", "HEAD", folder=folder)
    sha, _, rest = git("log", "-1", "--format=%H%n%an <%ae>%n%B", folder=folder).partition("\n")
    author, _, message = rest.partition("\n")
    return {
        "JOB_NAME": os.environ.get("JOB_NAME", ""),
        "WORKFLOW_NAME": os.environ.get("PRAKTIKA_WORKFLOW", ""),
        "REPOSITORY": _repository(folder),
        "BRANCH": branch,
        "SHA": sha,
        "PR_NUMBER": -1,
        "BASE_BRANCH": str(Settings.MAIN_BRANCH),
        "USER_LOGIN": git("config", "user.name", folder=folder),
        "COMMIT_MESSAGE": message,
        "COMMIT_AUTHORS": [author] if author else [],
        "LOCAL_RUN": True,
    }


def git(*arguments: str, folder: str = ".") -> str:
    """What git prints, stripped; "" if there is no git, no repository, or nothing to say."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def _repository(folder: str) -> str:
    found = _REMOTE.search(git("remote", "get-url", "origin", folder=folder))
    if found:
        return found[1]
    return Path(git("rev-parse", "--show-toplevel", folder=folder) or folder).name
