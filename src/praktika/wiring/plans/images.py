"""The images of a plan's jobs, as the planner sees them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

from msgspec import structs

from praktika.engine.choice.images import decide_builds, is_build, tagged
from praktika.engine.choice.scopes import Scopes
from praktika.errors import PraktikaError
from praktika.model.plan import Footprint, Image, Plan
from praktika.orchestrator.images import external_digest, resolve
from praktika.orchestrator.planning import Files
from praktika.ports.registry import Registry
from praktika.ports.secrets import Secrets

_THREADS = 16
_TIMEOUT = 10.0
"""Seconds for one request: whoever plans waits for them all."""


class PlanImages:
    """See `orchestrator.planning.Images`: what registries say.

    Args:
        settings: of the repository.
        secrets: where the login for the registry is.
    """

    def __init__(self, settings: Mapping[str, Any], secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._opened: Registry | None = None

    def resolved(self, plan: Plan, files: Files, mine: Scopes) -> Plan:
        """The plan with the tags of its own images; builds of what is there need not run."""
        if not plan.images:
            return plan
        images, notes = resolve(_tagged(plan, files, mine), self._registry)
        return _explained(decide_builds(structs.replace(plan, images=images)), notes)

    def digests(self, references: Sequence[str]) -> dict[str, str]:
        """The digests of other images, by reference; without those that are not known."""
        if not references:
            return {}
        with ThreadPoolExecutor(min(_THREADS, len(references))) as pool:
            found = pool.map(lambda each: external_digest(each, self._registry), references)
            pairs = zip(references, found, strict=True)
            return {reference: digest for reference, digest in pairs if digest}

    @property
    def _registry(self) -> Registry:
        if self._opened is None:
            # Loaded only where there are images: it takes longer than all the rest of planning.
            http = importlib.import_module("praktika.adapters.registry.http")
            insecure = self._settings.get("DOCKER_INSECURE_REGISTRIES") or ()
            logins = self._logins(http.logins_in)
            self._opened = http.HttpRegistry(logins, insecure, timeout=_TIMEOUT)
        return cast("Registry", self._opened)

    def _logins(self, read: Callable[[str], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Who we are; without the secret we are nobody, which does for public images."""
        name = self._settings.get("SECRET_DOCKER_REGISTRY")
        if name:
            with suppress(PraktikaError, ValueError):
                return read(self._secrets.get(str(name)))
        return {}


class NamedImages:
    """The same without asking anybody: an image is what it is called.

    That does to compare two plans.
    """

    def resolved(self, plan: Plan, files: Files, mine: Scopes) -> Plan:
        """The plan with the tags of its own images."""
        return structs.replace(plan, images=_tagged(plan, files, mine))

    def digests(self, references: Sequence[str]) -> dict[str, str]:
        """The references themselves."""
        return {reference: reference for reference in references}


def _tagged(plan: Plan, files: Files, mine: Scopes) -> tuple[Image, ...]:
    """The images with their tags, and the tags that a run with these scopes may use."""
    footprints = [Footprint(include=(image.path,)) for image in plan.images]
    digests = files.digests(footprints)
    names = (image.name for image in plan.images)
    write, *reads = ("" if scope == mine.main else scope for scope in (mine.writes, *mine.reads))
    return tagged(
        plan.images, dict(zip(names, digests, strict=True)), write=write, reads=tuple(reads)
    )


def _explained(plan: Plan, notes: Sequence[str]) -> Plan:
    """The plan in which the jobs that build images say what is missing."""
    missing = [image.name for image in plan.images if not image.pinned]
    reason = "; ".join(notes) or f"not in the registry: {', '.join(missing)}"
    jobs = tuple(
        structs.replace(job, reason=reason) if is_build(job) and job.decision == "run" else job
        for job in plan.jobs
    )
    return structs.replace(plan, jobs=jobs)
