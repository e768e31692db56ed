"""Where the parts of a run are stored, and the names of its queues."""

from __future__ import annotations


def run_file(run: str) -> str:
    """What every runner of the run reads once."""
    return f"runs/{run}/run.json"


def plan(run: str) -> str:
    """The plan of the run."""
    return f"runs/{run}/plan.json"


def result(run: str) -> str:
    """The Result of the whole run."""
    return f"runs/{run}/result.json"


def report(run: str) -> str:
    """The page of the run."""
    return f"runs/{run}/report.html"


def job(run: str, key: str, attempt: int, name: str) -> str:
    """A file of an attempt: `job.log`, `result.json`, `claim`, `cancel`."""
    return f"runs/{run}/jobs/{key}/{attempt}/{name}"


def events(run: str) -> str:
    """The queue of events for the run."""
    return f"events-{run}"
