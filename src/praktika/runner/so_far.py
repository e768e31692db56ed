"""The run as it stands, for jobs that run whatever became of the others."""

from __future__ import annotations

import msgspec

from praktika.model.plan import Plan
from praktika.model.result import Result, aggregate
from praktika.model.wire import WireError, decode
from praktika.ports.blobs import Blobs


def workflow_so_far(blobs: Blobs, run: str, plan: Plan) -> Result:
    """The workflow's Result from the jobs that have ended, in plan order, without their parts.

    A failure that is allowed does not count.
    """
    attempts: dict[str, list[tuple[int, str]]] = {}
    for key in blobs.list(f"runs/{run}/jobs"):
        owner, attempt, name = key.split("/")[3:6]
        if name == "result.json":
            attempts.setdefault(owner, []).append((int(attempt), key))
    ended: list[Result] = []
    counting: list[Result] = []
    for job in plan.jobs:
        if job.key not in attempts:
            continue
        try:
            result = decode(blobs.get(max(attempts[job.key])[1]), Result)
        except WireError:
            continue
        ended.append(msgspec.structs.replace(result, results=()))
        if not job.allow_failure:
            counting.append(result)
    status = aggregate(result.status for result in counting)
    return Result(name=plan.workflow, status=status, results=tuple(ended))
