"""Deciding on the jobs of a plan: which run, which are left out, which take an earlier outcome."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from praktika.adapters.local import git
from praktika.adapters.local.git import commits
from praktika.adapters.local.secrets import LocalSecrets
from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.engine.choice.compare import Change, compare
from praktika.engine.choice.scopes import Scopes
from praktika.engine.files.footprint import Rules
from praktika.errors import AuthorError, PraktikaError
from praktika.model.events import RunRequested
from praktika.model.plan import Job, Plan
from praktika.orchestrator.planning import Files, Kept, complete, concerned, with_digests
from praktika.ports.secrets import Secrets
from praktika.wiring.checkout import compile_declaration
from praktika.wiring.plans.files import CodeFiles, at_commit, checked_out
from praktika.wiring.plans.images import NamedImages, PlanImages
from praktika.wiring.stores import Stores, has_stores, open_stores

Opened = Callable[[], AbstractContextManager[Files]]
"""Opens the files that a run is made for; it takes a while, and not every plan needs it."""


def of_snapshot(place: git.Checkout, snapshot: Path) -> Opened:
    """The files of a run that works from a copy of a checkout in which somebody works on."""
    return partial(checked_out, place.root, place.facts.sha, snapshot)


def of_source(source: Path, request: RunRequested) -> Opened:
    """The files of a run that works from an unpacked archive."""
    sha = request.facts.sha
    if sha and not request.facts.dirty:
        return partial(at_commit, source, sha)
    return partial(checked_out, source, sha)


def decided(plan: Plan, request: RunRequested, opened: Opened, stores: Stores) -> Plan:
    """The plan of a run, with a decision and its reason for every job."""
    kept = Kept(blobs=stores.blobs, now=stores.clock.now(), is_apart=stores.is_remote)
    return _decided(plan, request, opened, _Store(kept, stores.secrets))


def forecast(place: git.Checkout, plan: Plan, only: Sequence[str], *, no_cache: bool) -> Plan:
    """The plan that a run of this checkout would have; nothing is stored."""
    request = RunRequested(
        at=0.0,
        workflow=plan.workflow,
        only=tuple(only),
        repository=place.facts.repository,
        facts=place.facts,
        no_cache=no_cache,
    )
    opened = partial(checked_out, place.root, place.facts.sha)
    if not has_stores(place.root):
        nothing = Kept(blobs=MemoryBlobs(), now=0.0)
        return _decided(plan, request, opened, _Store(nothing, LocalSecrets()))
    stores = open_stores(place.root)
    return decided(plan, replace(request, host=stores.host), opened, stores)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two commits side by side.

    Attributes:
        old, new: their ids.
        plans: of the newer one.
        changes: by workflow, what became of its jobs; also for workflows of one of them only.
    """

    old: str
    new: str
    plans: tuple[Plan, ...]
    changes: dict[str, list[Change]]


def changes_between(place: git.Checkout, old: str, new: str) -> Compared:
    """What becomes of the keys of all jobs from one commit to another.

    Raises:
        AuthorError: a commit is unknown, or its declaration has errors.
    """
    shas = [commits.commit_id(place.root, ref) for ref in (old, new)]
    with at_commit(place.root, shas[0]) as before, at_commit(place.root, shas[1]) as after:
        olds, news = (
            {plan.workflow: plan for plan in _keyed(place, sha, files)}
            for sha, files in zip(shas, (before, after), strict=True)
        )
        changed = after.changed_since(before.code)
        submodules = {*before.submodules, *after.submodules}

        def files_of(job: Job) -> list[str] | None:
            if job.footprint is None or changed is None:
                return None
            rules = Rules(job.footprint, submodules)
            return [path for path in changed if rules.covers(path)]

        nothing = Plan(workflow="", event="", jobs=())
        flows = {
            name: compare(olds.get(name, nothing), news.get(name, nothing), files_of)
            for name in dict.fromkeys((*news, *olds))
        }
    return Compared(shas[0], shas[1], tuple(news.values()), flows)


def _keyed(place: git.Checkout, sha: str, files: CodeFiles) -> list[Plan]:
    """The plans of a commit, with the keys of their jobs."""
    with tempfile.TemporaryDirectory(prefix="praktika-commit-") as folder:
        root = Path(folder) / place.root.name
        commits.export(place.root, sha, root)
        compilation = compile_declaration(root)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    nobody = Scopes("", ())
    return [with_digests(plan, files, NamedImages(), nobody) for plan in compilation.plans]


class _Store(NamedTuple):
    """What deciding takes of an installation."""

    kept: Kept
    secrets: Secrets


def _decided(plan: Plan, request: RunRequested, opened: Opened, store: _Store) -> Plan:
    """The plan with its decisions; what cannot be read of the code is a miss of the cache."""
    files: Files | str = ""
    is_filtered = plan.filters and request.facts.changed is not None
    with ExitStack() as stack:
        if concerned(plan, request) and (plan.caches or plan.images or is_filtered):
            try:
                files = stack.enter_context(opened())
            except PraktikaError as error:
                if plan.images:  # what they are called depends on it
                    raise
                files = str(error)
        return complete(
            plan,
            request,
            files=files,
            images=PlanImages(plan.settings, store.secrets),
            kept=store.kept,
        )
