"""What is kept of a job that went well, so that later runs need not run it again."""

from __future__ import annotations

from typing import Any

import msgspec

from praktika.model.plan import Code, Stored

VERSION = 1


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job's outcome under one digest; the orchestrator alone writes it.

    Attributes:
        job: name.
        key: of the job, see `plan.job_key`.
        digest: names everything that the outcome depends on.
        parts: digests of what `digest` is made from, by name.
        declaration: the job's declaration as far as it is in the digest.
        run: id of the run that it ran in.
        attempt: 1-based.
        at: when it ended, in seconds since the epoch.
        duration: seconds that it took.
        workflow: name.
        scope: see `engine.choice.scopes`.
        code: the files of that run.
        branch: or "".
        by: who asked for that run.
        stored: the artifacts that it left.
        version: of this shape.
    """

    job: str
    key: str
    digest: str
    parts: dict[str, str]
    declaration: dict[str, Any]
    run: str
    attempt: int
    at: float
    duration: float = 0.0
    workflow: str = ""
    scope: str = ""
    code: Code = Code()
    branch: str = ""
    by: str = ""
    stored: tuple[Stored, ...] = ()
    version: int = VERSION
