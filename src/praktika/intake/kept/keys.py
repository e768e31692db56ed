"""Where the intake keeps what it knows of repositories."""

from __future__ import annotations

from praktika.model.plan import job_key


def table(repository: str) -> str:
    """The routing table of a repository."""
    return f"{_folder(repository)}/routes.json"


def schedules(repository: str) -> str:
    """Until when the schedules of a repository have been looked at."""
    return f"{_folder(repository)}/schedules.json"


def seen(repository: str) -> str:
    """All heads, as the reconciler saw them last."""
    return f"{_folder(repository)}/seen.json"


def head(repository: str, ref: str) -> str:
    """What was dealt with last of a branch or pull request."""
    return f"{_folder(repository)}/heads/{job_key(ref)}.json"


def runs_of_commit(repository: str, sha: str) -> str:
    """The runs that were asked for a commit, each by its id."""
    return f"{_folder(repository)}/commits/{sha}"


def runs_of_pull(repository: str, number: int) -> str:
    """The runs that may go on for a pull request, each by its id."""
    return f"{_folder(repository)}/pulls/{number}"


def _folder(repository: str) -> str:
    """Of a repository, however its name is spelt: case makes no difference on a forge."""
    return f"forge/{job_key(repository.lower())}"
