"""The Result of a job whose outcome was taken from an earlier run."""

from __future__ import annotations

from typing import Any

import msgspec

from praktika.errors import PraktikaError
from praktika.model.plan import Job, Origin
from praktika.model.result import Result, Status
from praktika.model.wire import WireError
from praktika.orchestrator import names
from praktika.orchestrator.room import Room
from praktika.patience import patiently


def reused_result(job: Job, origin: Origin, room: Room) -> Result:
    """The Result as it was, which says where it is from; its files lie where they were.

    It has no times of its own, as nothing ran; those of its parts are the old ones. Paths are
    relative to the folder of the run that shows them. What cannot be read any more is
    left out: that the job went well is known without it.
    """
    ext: dict[str, Any] = {"reason": job.reason}
    if origin.run:
        ext["reused"] = {
            "run": origin.run,
            "attempt": origin.attempt,
            "at": origin.at,
            "commit_sha": origin.sha,
            "git_branch": origin.branch,
            "report": f"../{origin.run}/report.html",
        }
    earlier = _earlier(job, origin, room)
    if earlier is None:
        return Result(name=job.name, status=Status.OK, ext=ext)
    if "reused" in ext and earlier.duration is not None:
        ext["reused"]["duration"] = earlier.duration
    moved = _moved(earlier, f"../{origin.run}/")
    return msgspec.structs.replace(
        moved, name=job.name, start_time=None, duration=None, ext={**moved.ext, **ext}
    )


def _earlier(job: Job, origin: Origin, room: Room) -> Result | None:
    if not origin.run:
        return None  # nothing ran: what it would have made is there
    key = names.job(origin.run, job.key, origin.attempt, "result.json")
    try:
        return patiently(lambda: room.read(key), 5.0)
    except (PraktikaError, WireError):
        return None


def _moved(result: Result, folder: str) -> Result:
    """The same Result with its files found from another folder."""
    ext = {name: value for name, value in result.ext.items() if name != "miss"}
    if isinstance(ext.get("log"), str):
        ext["log"] = folder + ext["log"]
    return msgspec.structs.replace(
        result,
        files=tuple(folder + path for path in result.files),
        results=tuple(_moved(part, folder) for part in result.results),
        ext=ext,
    )
