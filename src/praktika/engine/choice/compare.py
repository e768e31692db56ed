"""What tells one key of a job from another, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from praktika.engine.choice.affected import listed
from praktika.engine.choice.key import DECLARATION, FILES, declaration, unknown
from praktika.model.plan import Job, Plan

_ABSENT = object()


def differences(
    old: Mapping[str, str],
    new: Mapping[str, str],
    fields: Sequence[str] = (),
    files: Sequence[str] | None = None,
) -> list[str]:
    """One phrase for each part of a key that is not as it was; empty if all are.

    Args:
        old: the parts of one key.
        new: those of the other.
        fields: of the declaration, those that differ.
        files: those of the job that differ; None if that is not known.
    """
    found = []
    for name in (*new, *(name for name in old if name not in new)):
        if old.get(name) == new.get(name):
            continue
        if name == DECLARATION:
            found.append(f"its declaration ({', '.join(fields)})" if fields else "its declaration")
        elif name == FILES:
            found.append(f"files: {listed(files)}" if files else "its files")
        else:
            found.append(_of_other(name, is_new=name not in old, is_gone=name not in new))
    return found


def fields_that_differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the fields of a declaration that are not as they were."""
    names = sorted({*old, *new})
    return [name for name in names if old.get(name, _ABSENT) != new.get(name, _ABSENT)]


def _of_other(name: str, *, is_new: bool, is_gone: bool) -> str:
    kind, _, rest = name.partition(" ")
    what = f"its image {rest}" if kind == "image" else f"what '{rest}' makes"
    if is_new:
        return f"{what} (not needed before)"
    return f"{what} (not needed any more)" if is_gone else what


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one job from one plan to another.

    Attributes:
        job: name.
        kind: "new", "gone", "same", "differs", or "unknown" where a key is missing.
        why: one phrase for each difference, or why there is no key.
    """

    job: str
    kind: Literal["new", "gone", "same", "differs", "unknown"]
    why: tuple[str, ...] = ()


def compare(old: Plan, new: Plan, files: Callable[[Job], Sequence[str] | None]) -> list[Change]:
    """What becomes of each job, in the order of the new plan, then those that are gone.

    Args:
        old: a plan with keys.
        new: another one.
        files: those of a job that differ between the two; None if that is not known.
    """
    before = {job.key: job for job in old.jobs}
    after = {job.key for job in new.jobs}
    old_artifacts, new_artifacts = (
        {artifact.name: artifact for artifact in plan.artifacts} for plan in (old, new)
    )
    found = []
    for job in new.jobs:
        was = before.get(job.key)
        if was is None:
            found.append(Change(job.name, "new"))
        elif not job.digest or not was.digest:
            reason = unknown(job, new) or unknown(was, old)
            found.append(Change(job.name, "unknown", (reason,)))
        elif job.digest == was.digest:
            found.append(Change(job.name, "same"))
        else:
            fields = fields_that_differ(
                declaration(was, old_artifacts), declaration(job, new_artifacts)
            )
            phrases = differences(was.parts, job.parts, fields, files(job))
            found.append(Change(job.name, "differs", tuple(phrases)))
    return [*found, *(Change(job.name, "gone") for job in old.jobs if job.key not in after)]
