"""Outcomes of jobs, kept for later runs.

Only orchestrators write here, and only what the engine told them to; runners never do. A store that
does not answer is a miss, never a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from praktika.engine.choice.key import declaration
from praktika.engine.routing.identity import UNTRUSTED
from praktika.engine.run import Run
from praktika.errors import Absent, PraktikaError
from praktika.model.cache import VERSION, Record
from praktika.model.plan import Job, Origin, Stored
from praktika.model.wire import WireError, decode, encode
from praktika.orchestrator import names
from praktika.patience import patiently
from praktika.ports.blobs import Blobs

EXPIRE_DAYS = 30.0
"""After so many days an outcome is not taken any more, unless the author says otherwise."""

_DAY = 86_400.0
_PATIENCE = 5.0
_THREADS = 16
_RUN = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one job.

    Attributes:
        hit: the outcome that may be taken.
        nearest: the latest outcome of the job under another digest.
        obstacle: why an outcome under the right digest cannot be taken, or "".
    """

    hit: Record | None = None
    nearest: Record | None = None
    obstacle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The outcomes that a run may take.

    Attributes:
        blobs: where they are.
        repository: of the run.
        reads: scopes, in the order in which they are looked at.
        now: seconds since the epoch.
        expire_days: age at which outcomes are not taken any more; 0 means never.
        outside_only: whether machines of the run can read artifacts of untrusted runs alone.
    """

    blobs: Blobs
    repository: str
    reads: tuple[str, ...]
    now: float
    expire_days: float = EXPIRE_DAYS
    outside_only: bool = False

    def find(self, jobs: Sequence[Job]) -> tuple[dict[str, Found], str]:
        """What there is for each job that has a digest, by key; or why nothing could be found."""
        able = [job for job in jobs if job.digest]
        if not able:
            return {}, ""
        try:
            with ThreadPoolExecutor(min(_THREADS, len(able))) as pool:
                found = list(pool.map(self._find_one, able))
        except PraktikaError as error:
            return {}, f"the cache could not be read: {error}"
        return {job.key: each for job, each in zip(able, found, strict=True)}, ""

    def nearest(self, job: Job) -> Record | None:
        """The latest outcome of a job, whatever its digest."""
        return next(self._records(job, names.LATEST), None)

    def _find_one(self, job: Job) -> Found:
        obstacle = ""
        for record in self._records(job, job.digest):
            if record.digest != job.digest:
                continue
            problem = self._problem(record, job)
            if not problem:
                return Found(hit=record)
            obstacle = obstacle or problem
        return Found(nearest=None if obstacle else self.nearest(job), obstacle=obstacle)

    def _records(self, job: Job, name: str) -> Iterator[Record]:
        for scope in self.reads:
            key = names.cached(self.repository, scope, job.key, name)
            record = _read(self.blobs, key)
            # The place has a part of a digest only: who makes up branches finds one that shares it.
            if record is not None and (record.key, record.scope) == (job.key, scope):
                yield record

    def _problem(self, record: Record, job: Job) -> str:
        """Why an outcome cannot be taken, or ""."""
        age = self.now - record.at
        if age < -_DAY:
            return f"its outcome in run {record.run} is of a day that is still to come"
        if self.expire_days and age > self.expire_days * _DAY:
            return f"its outcome in run {record.run} is {age / _DAY:.0f} days old"
        if job.provides and self.outside_only and not record.run.startswith(UNTRUSTED):
            return f"machines for code from outside cannot read what run {record.run} has made"
        kept = {each.name: each for each in record.stored}
        for name in job.provides:
            if name not in kept:
                return f"run {record.run} did not keep artifact '{name}'"
            problem = self._artifact_problem(record, kept[name])
            if problem:
                return problem
        result = names.job(record.run, record.key, record.attempt, "result.json")
        is_kept = _size(self.blobs, result) is not None
        return "" if is_kept else f"run {record.run} is not kept any more"

    def _artifact_problem(self, record: Record, stored: Stored) -> str:
        if stored.expires and stored.expires <= self.now:
            return f"artifact '{stored.name}' of run {record.run} has expired"
        if not stored.sha256:
            return ""
        key = names.artifact(record.run, record.key, record.attempt, stored.name)
        if _size(self.blobs, key) != stored.size:
            return f"artifact '{stored.name}' of run {record.run} is not kept any more"
        return ""


def origin_of(record: Record) -> Origin:
    """The record as a plan refers to it."""
    return Origin(
        run=record.run,
        attempt=record.attempt,
        at=record.at,
        sha=record.code.sha,
        branch=record.branch,
        stored=record.stored,
    )


def remember(blobs: Blobs, run_id: str, run: Run, key: str) -> None:
    """Keep the outcome of a settled job in the scope of its run.

    A store that does not take it does no harm: the job will run once more.
    """
    plan, request, state = run.plan, run.requested, run.jobs[key]
    if plan is None or request is None:
        return
    job = run.graph.jobs[key]
    record = Record(
        job=job.name,
        key=key,
        digest=job.digest,
        parts=job.parts,
        declaration=declaration(job, {each.name: each for each in plan.artifacts}),
        run=run_id,
        attempt=state.attempt,
        at=state.since,
        workflow=plan.workflow,
        scope=plan.scope,
        code=plan.code,
        branch=request.facts.branch,
        by=request.by,
        stored=state.stored,
    )
    data = encode(record)
    for name in (job.digest, names.LATEST):
        place = names.cached(request.facts.repository, plan.scope, key, name)
        with suppress(PraktikaError, ValueError):  # as where a folder stands in its place
            patiently(partial(blobs.put, place, data), _PATIENCE)


def _read(blobs: Blobs, key: str) -> Record | None:
    """The record under a key; None if there is none, or none that can be read."""
    try:
        record = decode(patiently(lambda: blobs.get(key), _PATIENCE), Record)
    except (Absent, WireError):
        return None
    return record if record.version == VERSION and _is_named_well(record) else None


def _is_named_well(record: Record) -> bool:
    """Whether it refers to an attempt by a name that one can have, and not to some other place."""
    return bool(_RUN.fullmatch(record.run)) and record.attempt > 0


def _size(blobs: Blobs, key: str) -> int | None:
    try:
        return patiently(lambda: blobs.size(key), _PATIENCE)
    except Absent:
        return None
