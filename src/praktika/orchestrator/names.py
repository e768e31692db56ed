"""Where the parts of a run are stored, and the names of its queues."""

from __future__ import annotations

import re

from praktika.model.facts import Trust
from praktika.model.plan import job_key

INBOX = "events.fifo"
"""The queue of events of all runs that the orchestrators of an installation share."""

REPORTS = "reports.fifo"
"""The queue in which runners of a cloud tell what became of attempts, and may tell nothing else."""

ALARMS = "alarms"
"""The queue of alarms for those runs."""

LATEST = "latest"
"""The name of a job's latest outcome in the cache, whatever its digest."""

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,40}")


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


def artifact(run: str, key: str, attempt: int, name: str) -> str:
    """The file of an artifact that an attempt has left."""
    return job(run, key, attempt, f"artifacts/{job_key(name)}.tar.zst")


def cached(repository: str, scope: str, key: str, name: str) -> str:
    """What the cache holds of a job in a scope: under a digest, or `LATEST`."""
    return f"cache/{job_key(repository)}/{job_key(scope)}/{key}/{name}.json"


def tickets(group: str) -> str:
    """The tickets of a concurrency group, each under its name."""
    return f"groups/{job_key(group)}/tickets"


def turns(group: str) -> str:
    """Whose turn it was in a concurrency group, each under its number; the last one counts."""
    return f"groups/{job_key(group)}/turns"


def own_inbox(run: str) -> str:
    """The queue of events of a run that is served by a process of its own."""
    return f"events-{run}.fifo"


def own_alarms(run: str) -> str:
    """The queue of alarms for such a run."""
    return f"alarms-{run}"


def own_tasks(run: str) -> str:
    """The queue of tasks of such a run; its runners serve nobody else."""
    return f"tasks-{run}"


def tasks(label: str, trust: Trust = "trusted") -> str:
    """The queue of tasks for the runners that serve a label; code of strangers has others.

    No label has the queue of another one, nor of another trust.
    """
    name = f"tasks-{label}" if _PLAIN.fullmatch(label) else f"tasks-{job_key(label)}"
    return f"untrusted-{name}" if trust == "untrusted" else name


def control(runner: str) -> str:
    """The queue on which a runner listens for requests to stop."""
    return f"control-{runner}" if _PLAIN.fullmatch(runner) else f"control-{job_key(runner)}"


def is_for_runners(queue: str) -> bool:
    """Whether runners take their tasks, or requests to stop, from a queue."""
    return queue.startswith(("tasks-", "untrusted-tasks-")) or is_control(queue)


def is_control(queue: str) -> bool:
    """Whether it is a queue on which a runner listens for requests to stop."""
    return queue.startswith("control-")


def registration(label: str, runner: str, trust: Trust = "trusted") -> str:
    """Where a runner says that it serves a label."""
    folder = "untrusted-runners" if trust == "untrusted" else "runners"
    return f"{folder}/{job_key(label)}/{job_key(runner)}"
