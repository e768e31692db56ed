"""Where the intake keeps what it knows of repositories."""

from __future__ import annotations

from praktika.model.plan import job_key


def table(repository: str) -> str:
    """The routing table of a repository."""
    return f"forge/{job_key(repository)}/routes.json"


def schedules(repository: str) -> str:
    """Until when the schedules of a repository have been looked at."""
    return f"forge/{job_key(repository)}/schedules.json"


def seen(repository: str) -> str:
    """All heads, as the reconciler saw them last."""
    return f"forge/{job_key(repository)}/seen.json"


def head(repository: str, ref: str) -> str:
    """What was dealt with last of a branch or pull request."""
    return f"forge/{job_key(repository)}/heads/{job_key(ref)}.json"


def runs_of_commit(repository: str, sha: str) -> str:
    """The runs that were asked for a commit, each by its id."""
    return f"forge/{job_key(repository)}/commits/{sha}"


def runs_of_pull(repository: str, number: int) -> str:
    """The runs that may go on for a pull request, each by its id."""
    return f"forge/{job_key(repository)}/pulls/{number}"
