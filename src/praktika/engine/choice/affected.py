"""Which jobs the changed files concern. Pure.

A job is affected by a change to one of its files, to the image that it runs in, to a job whose
output it gets, or to the declaration; not by one to a job that merely has to come earlier. A job
that does not say which files it depends on is affected by anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from praktika.engine.choice.images import concerned, is_build
from praktika.engine.files.footprint import Rules, States
from praktika.model.plan import Footprint, Job, Plan, image_artifact

_SHOWN = 3

UNAFFECTED = "not affected by the changed files"


def affected(plan: Plan, changed: Sequence[str], submodules: Iterable[str] = ()) -> dict[str, str]:
    """The jobs that the changed files concern, by key, each with the reason.

    Args:
        plan: with needs before dependents.
        changed: paths relative to the root; both names of a file that was renamed.
        submodules: paths of the repository's submodules.
    """
    change = _Change(plan, changed, tuple(submodules))
    reasons: dict[str, str] = {}
    causes: dict[str, str] = {}  # what set off a chain, so that reasons do not grow with it
    for job in plan.jobs:
        own = change.own_reason(job)
        reason, cause = (own, own) if own else change.reason_of_needs(job, causes)
        if reason:
            reasons[job.key], causes[job.key] = reason, cause
    return reasons


class _Change:
    """What is known of a change so far; each footprint is looked at once."""

    def __init__(self, plan: Plan, changed: Sequence[str], submodules: tuple[str, ...]) -> None:
        self._plan = plan
        self._names = {job.key: job.name for job in plan.jobs}
        self._own_images = frozenset(image_artifact(image.name) for image in plan.images)
        self._changed = changed
        self._submodules = submodules
        # What it was before is not known here; jobs whose key is the same are reused.
        declared_in = frozenset(plan.declared_in)
        self._declaration = told(path for path in changed if path in declared_in)
        self._states = States()
        self._by_footprint: dict[Footprint, str] = {}
        self._images: dict[str, str] = {}
        """Why an image is another one now, by the name of its artifact."""
        for image in plan.images:  # dependencies come first
            bases = [self._images.get(image_artifact(name), "") for name in image.depends_on]
            reason = self._of_files(Footprint(include=(image.path,))) or next(
                filter(None, bases), ""
            )
            if reason:
                self._images[image_artifact(image.name)] = reason

    def own_reason(self, job: Job) -> str:
        """Why a job is affected for its own sake, or ""."""
        if self._declaration:
            return f"the declaration {self._declaration}"
        if is_build(job):
            built = {image_artifact(image.name) for image in concerned(job, self._plan.images)}
            return next((self._images[name] for name in self._images if name in built), "")
        if job.footprint is None:
            return "no digest_config: runs on every change"
        return self._of_files(job.footprint)

    def reason_of_needs(self, job: Job, causes: Mapping[str, str]) -> tuple[str, str]:
        """Why a job is affected by what it needs, and what set that off; "" if it is not."""
        for need in job.needs:
            if need.kind == "order":
                continue
            images = self._own_images & {*need.artifacts}
            for name in need.artifacts:
                if name in self._images:
                    return f"its image: {self._images[name]}", self._images[name]
            is_more = need.kind == "job" or len(images) < len(need.artifacts)
            if is_more and need.job in causes:
                cause = causes[need.job]
                return f"needs '{self._names[need.job]}' ({cause})", cause
        return "", ""

    def _of_files(self, footprint: Footprint) -> str:
        known = self._by_footprint.get(footprint)
        if known is None:
            rules = Rules(footprint, self._submodules, self._states)
            known = told(path for path in self._changed if rules.covers(path))
            self._by_footprint[footprint] = known
        return known


def told(paths: Iterable[str]) -> str:
    """`changed: a, b and 3 more`, or "" if there are none."""
    every = list(paths)
    return f"changed: {listed(every)}" if every else ""


def listed(paths: Sequence[str]) -> str:
    """The first of some paths, and how many more there are."""
    shown = ", ".join(paths[:_SHOWN])
    return shown + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
