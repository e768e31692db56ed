"""From a compiled plan to one that says of every job: it runs, is left out, or takes an outcome.

The rules are the engine's (`affected`, `key`, `select`); what they are applied to is gathered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from praktika.engine.choice.affected import UNAFFECTED, affected, listed
from praktika.engine.choice.compare import differences, fields_that_differ
from praktika.engine.choice.key import declaration, unknown, with_keys
from praktika.engine.choice.scopes import Scopes, scopes
from praktika.engine.choice.select import NOT_ASKED, asked_for, choose
from praktika.engine.files.footprint import Rules
from praktika.engine.routing.globs import is_any_file_chosen
from praktika.errors import PraktikaError
from praktika.model.cache import Record
from praktika.model.container import parse
from praktika.model.events import RunRequested
from praktika.model.plan import Code, Footprint, Job, Plan
from praktika.orchestrator.cache import EXPIRE_DAYS, Cache, Found, origin_of
from praktika.ports.blobs import Blobs


class Files(Protocol):
    """The files that a run is made for."""

    @property
    def code(self) -> Code:
        """The same, by reference."""

    @property
    def submodules(self) -> tuple[str, ...]:
        """Paths of submodules."""

    def digests(self, footprints: Sequence[Footprint]) -> list[str]:
        """The digest of the files of each footprint."""

    def changed_since(self, code: Code) -> tuple[str, ...] | None:
        """The paths that are not as they were there; None if that cannot be told."""


class Images(Protocol):
    """The images of a plan's jobs."""

    def resolved(self, plan: Plan, files: Files, mine: Scopes) -> Plan:
        """The plan with the tags of its own images; builds of what is there need not run."""

    def digests(self, references: Sequence[str]) -> dict[str, str]:
        """The digests of other images, by reference; without those that are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Outcomes of earlier runs.

    Attributes:
        blobs: where they are.
        now: seconds since the epoch.
        is_apart: whether machines for code from outside can read what such code has made, and
            nothing else.
    """

    blobs: Blobs
    now: float
    is_apart: bool = False


def complete(
    plan: Plan,
    request: RunRequested,
    *,
    files: Files | str,
    images: Images,
    kept: Kept,
) -> Plan:
    """The plan of a run, with a decision and its reason for every job.

    Args:
        plan: as it was compiled.
        request: that the run began with, or would begin with.
        files: or why they are not known; "" if nobody needs them. Then nothing has a key.
        images: see `Images`.
        kept: outcomes of earlier runs.

    Raises:
        PraktikaError: the files cannot be read, and the plan has images, which are named by them.
    """
    settings = plan.settings
    mine = scopes(request.facts, request.host, str(settings.get("MAIN_BRANCH") or "main"))
    if not concerned(plan, request):
        plan = msgspec.structs.replace(plan, scope=mine.writes)
        return choose(plan, {}, left_out=f"no changed file is one of {listed(plan.paths)}")
    known, trouble = (None, files) if isinstance(files, str) else (files, "")
    if known is not None:
        try:
            if plan.caches:
                plan = with_digests(plan, known, images, mine)
            else:
                plan = images.resolved(plan, known, mine)
        except PraktikaError as error:
            if plan.images:
                raise
            known, trouble = None, str(error)
    wanted, left_out = _wanted(plan, request, known)
    firm = frozenset(request.only)
    plan = msgspec.structs.replace(plan, scope=mine.writes)
    chosen = choose(plan, wanted, left_out=left_out)
    if not plan.caches:
        return chosen
    cache = Cache(
        blobs=kept.blobs,
        repository=request.facts.repository,
        reads=mine.reads,
        now=kept.now,
        expire_days=_number(settings.get("CACHE_EXPIRE_DAYS"), EXPIRE_DAYS),
        outside_only=kept.is_apart and request.facts.trust == "untrusted",
    )
    candidates = [job for job in chosen.jobs if job.decision == "run" and job.key not in firm]
    found, outage = ({}, "") if request.no_cache else cache.find(candidates)
    hits = {key: origin_of(each.hit) for key, each in found.items() if each.hit is not None}
    chosen = choose(plan, wanted, hits, left_out=left_out)
    misses = _Misses(chosen, request, known, found, trouble or outage)
    jobs = tuple(misses.explained(job) for job in chosen.jobs)
    return msgspec.structs.replace(chosen, jobs=jobs)


def concerned(plan: Plan, request: RunRequested) -> bool:
    """Whether the workflow is for the files that changed, as far as they are known."""
    changed = request.facts.changed
    return bool(request.only) or changed is None or is_any_file_chosen(plan.paths, changed)


def with_digests(plan: Plan, files: Files, images: Images, mine: Scopes) -> Plan:
    """The plan with the key of every job, as far as it can be known."""
    plan = images.resolved(plan, files, mine)
    own = {image.name for image in plan.images}
    used = {parse(job.run_in_docker).image for job in plan.jobs if job.run_in_docker}
    others = images.digests(sorted(used - own))
    version = plan.settings.get("CACHE_VERSION") or 1
    footprints = list(dict.fromkeys(job.footprint for job in plan.jobs if job.footprint))
    known = dict(zip(footprints, files.digests(footprints), strict=True))
    plan = with_keys(plan, known, others, version)
    return msgspec.structs.replace(plan, code=files.code)


def _wanted(plan: Plan, request: RunRequested, files: Files | None) -> tuple[dict[str, str], str]:
    """The jobs that are wanted for their own sake with the reasons; why others are left out."""
    if request.only:
        return asked_for(plan, request.only), NOT_ASKED
    changed = request.facts.changed
    if not plan.filters:
        return {job.key: "" for job in plan.jobs}, NOT_ASKED
    if changed is None:
        reason = "everything runs, as it is not known what changed"
        return {job.key: reason for job in plan.jobs}, NOT_ASKED
    return affected(plan, changed, files.submodules if files else ()), UNAFFECTED


class _Misses:
    """Says of each job that runs why it does not take an earlier outcome."""

    def __init__(
        self,
        plan: Plan,
        request: RunRequested,
        files: Files | None,
        found: dict[str, Found],
        trouble: str,
    ) -> None:
        self._plan = plan
        self._request = request
        self._files = files
        self._found = found
        self._trouble = trouble
        self._artifacts = {artifact.name: artifact for artifact in plan.artifacts}

    def explained(self, job: Job) -> Job:
        """The job with the reason."""
        miss = self._why(job) if job.decision == "run" else ""
        return msgspec.structs.replace(job, miss=miss) if miss else job

    def _why(self, job: Job) -> str:
        if self._request.no_cache:
            return "outcomes of earlier runs are not to be taken"
        if self._trouble and (job.digest or job.footprint is not None):
            return self._trouble
        if not job.digest:
            return unknown(job, self._plan)
        found = self._found.get(job.key)
        if found is None:
            return ""
        if found.obstacle:
            return found.obstacle
        if found.nearest is None:
            return "there is no earlier outcome"
        return self._difference(job, found.nearest)

    def _difference(self, job: Job, nearest: Record) -> str:
        now = declaration(job, self._artifacts)
        phrases = differences(
            nearest.parts,
            job.parts,
            fields_that_differ(nearest.declaration, now),
            self._changed(job, nearest),
        )
        return f"since run {nearest.run}: {'; '.join(phrases) or 'the version of the cache'}"

    def _changed(self, job: Job, nearest: Record) -> list[str] | None:
        """The files of a job that are not as they were for an earlier outcome, if that is known."""
        if self._files is None or job.footprint is None:
            return None
        changed = self._files.changed_since(nearest.code)
        facts = self._request.facts
        if changed is None and nearest.code == Code(sha=facts.base_sha):
            changed = facts.changed  # of a clone that has no other commit
        if changed is None:
            return None
        rules = Rules(job.footprint, self._files.submodules)
        return [path for path in changed if rules.covers(path)]


def _number(value: object, default: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else default  # type: ignore[arg-type] # just looked at
