"""Parametrized jobs: one declaration, a copy for each set of values.

Only `{PARAMETER}` is replaced in commands; any other brace is the shell's. Every parameter
counts, also 0, False and "". Two sets with one parameter but different runners give different
names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from praktika.pipeline import codes
from praktika.pipeline.declare.declared import (
    Declared,
    copied,
    fields_of,
    is_written,
    origins_of,
    place_of,
    remark,
)
from praktika.pipeline.finding import Finding

if TYPE_CHECKING:
    from praktika.pipeline.declare.job import JobConfig

J = TypeVar("J", bound="JobConfig")

_MARK = "{PARAMETER}"


class JobParamSet(Declared):
    """What differs in one copy of a parametrized job; what is left out stays as declared."""

    KIND: ClassVar[str] = "ParamSet"

    parameter: Any = None
    runs_on: str | list[str] | None = None
    provides: list[str] | None = None
    requires: list[str] | None = None
    timeout: int | float | None = None
    command: str | None = None


def sets_of_lists(lists: dict[str, Any]) -> tuple[JobParamSet, ...]:
    """The sets of the older form, `parametrize(parameter=[…], runs_on=[…], …)`."""
    columns = {name: list(value or ()) for name, value in lists.items()}
    length = max(map(len, columns.values()), default=0)
    rows = [
        {name: column[index] for name, column in columns.items() if index < len(column)}
        for index in range(length)
    ]
    return tuple(JobParamSet(**row) for row in rows)


def parametrized(base: J, sets: Sequence[Any]) -> list[J]:
    """A job for each set."""
    good = [one for one in sets if isinstance(one, JobParamSet)]
    names = _names(base, good)
    jobs = [_job(base, one, name) for one, name in zip(good, names, strict=True)]
    for job, one in zip(jobs[1:], good[1:], strict=True):
        if not _has(one, "provides"):
            job.__dict__["provides"] = []  # the base's: found fault with below, once
    for finding in _findings(base, sets):
        for job in jobs:
            remark(job, finding)
    return jobs


def _names(base: JobConfig, sets: Sequence[JobParamSet]) -> list[str]:
    """`base (parameter)`; where that names two jobs, `base (parameter, runner)`."""
    short = [_text(one.parameter) if _has(one, "parameter") else None for one in sets]
    times = Counter(short)
    return [
        f"{base.name} ({_suffix(text, one, is_shared=times[text] > 1)})"
        for text, one in zip(short, sets, strict=True)
    ]


def _suffix(text: str | None, one: JobParamSet, *, is_shared: bool) -> str:
    if text is None:
        return _text(one.runs_on)
    if is_shared and one.runs_on:
        labels = [one.runs_on] if isinstance(one.runs_on, str) else one.runs_on
        return ", ".join([text, *map(str, labels)])
    return text


def _job(base: J, one: JobParamSet, name: str) -> J:
    job = base.copy()
    state = job.__dict__
    written = {
        field: place_of(base, field) for field in fields_of(type(base)) if is_written(base, field)
    }
    state["_where"] = place_of(one)
    state["_written"] = written
    changes = {field: getattr(one, field) for field in fields_of(JobParamSet) if _has(one, field)}
    for field, value in {"name": name, **changes}.items():
        state[field] = copied(value)
        written[field] = place_of(one, field)
    if _has(one, "parameter"):
        for field in ("command", "rerun_command"):
            line = getattr(job, field)
            if isinstance(line, str):
                state[field] = line.replace(_MARK, _text(one.parameter))
    state["_origins"] = (*origins_of(base), one)
    return job


def _findings(base: JobConfig, sets: Sequence[object]) -> list[Finding]:
    found = []
    if base.provides:
        text = (
            f"Job '{base.name}' is parametrized, so all its copies would provide {base.provides}."
        )
        hint = "Move 'provides' into each Job.ParamSet."
        place = place_of(base, "provides")
        found.append(Finding(place, codes.PARAMETRISED_PROVIDES, text, hint))
    found.extend(
        Finding(
            place_of(base),
            codes.WRONG_TYPE,
            f"parametrize() of job '{base.name}' got a {type(one).__name__}, not a Job.ParamSet.",
            "Write Job.ParamSet(...), and '*' before a list of them.",
        )
        for one in sets
        if not isinstance(one, JobParamSet)
    )
    return found


def _has(one: JobParamSet, field: str) -> bool:
    return getattr(one, field) is not None


def _text(value: object) -> str:
    """A parameter as it appears in names and commands."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value)
        except (TypeError, ValueError):
            return str(value)
    return str(value)
