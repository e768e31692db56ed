"""Key-value data that jobs leave for later jobs of the run.

Each attempt writes a document of its own, and the latest of a job counts; nobody overwrites
another's. A reader sees all jobs that had ended when it started, merged in the order of the plan,
the later job first in line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from praktika.model.plan import Plan
from praktika.model.task import Task
from praktika.model.wire import decode, encode
from praktika.ports.blobs import Blobs

KV_LIMIT = 1 << 20
"""Bytes of data that one job may leave."""


def collect(blobs: Blobs, run: str) -> dict[str, Any]:
    """Everything that the jobs of the run have left so far."""
    latest: dict[str, tuple[int, str]] = {}
    for key in blobs.list(f"runs/{run}/kv"):
        _, owner, attempt = key.rsplit("/", 2)
        number = int(attempt.partition(".")[0])
        latest[owner] = max(latest.get(owner, (0, "")), (number, key))
    merged: dict[str, Any] = {}
    for owner in sorted(latest):
        merged |= decode(blobs.get(latest[owner][1]), dict[str, Any])
    return merged


def publish(blobs: Blobs, plan: Plan, task: Task, document: Mapping[str, Any]) -> None:
    """Store what the job itself has set, read from its `environment.json`.

    Raises:
        OSError: it is more than a job may leave.
    """
    data = document.get("JOB_KV_DATA")
    known = document.get("JOB_KV_DATA_BASE_KEYS")
    if not isinstance(data, dict) or not data:
        return
    base = {key for key in known if isinstance(key, str)} if isinstance(known, list) else set()
    own = {key: value for key, value in data.items() if key not in base}
    if not own:
        return
    encoded = encode(own)
    if len(encoded) > KV_LIMIT:
        raise OSError(f"the job stored {len(encoded):,} bytes of key-value data")
    index = next(n for n, job in enumerate(plan.jobs) if job.key == task.job)
    blobs.put(f"runs/{task.run}/kv/{index:05d}-{task.job}/{task.attempt}.json", encoded)
