"""What a name on the command line means. Pure.

A name is tried, in this order, as written, in any case, as an alias, and as parts of a name with
`*` between them; the first that finds something counts. Without a `*` it must find exactly one
job, so that a slip does not start fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from praktika.cli.console import one_line
from praktika.engine.routing.globs import is_branch_chosen
from praktika.errors import AuthorError
from praktika.model.plan import Job, Plan
from praktika.pipeline.suggest import did_you_mean

_SHOWN = 12
_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A workflow to run.

    Attributes:
        plan: its plan.
        only: keys of the jobs that were asked for; empty means all.
    """

    plan: Plan
    only: tuple[str, ...] = ()


def wanted(plans: Sequence[Plan], names: Sequence[str], workflow: str = "") -> list[Wanted]:
    """The workflows and jobs that these names mean, each workflow once.

    Args:
        plans: all workflows.
        names: of workflows or jobs; none means the whole of `workflow`.
        workflow: look for jobs in this one only.

    Raises:
        AuthorError: a name means nothing, or too much.
    """
    if workflow:
        plans = [find_workflow(plans, workflow)]
        if not names:
            return [Wanted(plans[0])]
    chosen: dict[str, list[str]] = {}
    for name in names:
        flow = None if workflow else _workflow_named(plans, name)
        plan, jobs = (flow, []) if flow else _find_jobs(plans, name)
        known = chosen.get(plan.workflow)
        if known is None:
            chosen[plan.workflow] = [job.key for job in jobs]
        elif known:  # an empty list is the whole workflow already
            chosen[plan.workflow] = [*known, *(job.key for job in jobs)] if jobs else []
    by_name = {plan.workflow: plan for plan in plans}
    return [Wanted(by_name[name], tuple(dict.fromkeys(keys))) for name, keys in chosen.items()]


def started_by_pull_request(plans: Iterable[Plan], base: str) -> list[Wanted]:
    """The workflows that a pull request into the branch `base` starts."""
    return [
        Wanted(plan)
        for plan in plans
        if plan.event == "pull_request" and is_branch_chosen(plan.base_branches, base)
    ]


def find_workflow(plans: Sequence[Plan], name: str) -> Plan:
    """The workflow of that name, in any case, or the only one that has it as a part.

    Raises:
        AuthorError: there is none, or there are several.
    """
    found = _workflow_named(plans, name)
    if found is not None:
        return found
    some = [plan for plan in plans if _has_parts(plan.workflow, name)]
    if len(some) == 1:
        return some[0]
    names = [plan.workflow for plan in plans]
    if some:
        raise AuthorError(text=f"'{name}' may mean {listed(plan.workflow for plan in some)}.")
    raise AuthorError(text=_unknown("workflow", name, names, f"There are {listed(names)}."))


def find_job(plan: Plan, name: str) -> Job:
    """The one job of the plan that this name means.

    Raises:
        AuthorError: there is none, or there are several.
    """
    _, jobs = _find_jobs([plan], name)
    if len(jobs) > 1:
        raise AuthorError(text=_ambiguous(name, jobs))
    return jobs[0]


def find_jobs(plan: Plan, name: str) -> list[Job]:
    """The jobs of the plan that this name means; several only where it has a `*`.

    Raises:
        AuthorError: there is none, or there are several without a `*`.
    """
    return _find_jobs([plan], name)[1]


def listed(names: Iterable[str]) -> str:
    """The names in quotes, the first of them if they are many."""
    every = list(names)
    shown = ", ".join(f"'{one_line(name, _WIDTH)}'" for name in every[:_SHOWN])
    return shown + (f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else "")


def _workflow_named(plans: Iterable[Plan], name: str) -> Plan | None:
    folded = name.casefold()
    by_case = {plan.workflow.casefold(): plan for plan in reversed(list(plans))}
    exact = {plan.workflow: plan for plan in plans}
    return exact.get(name) or by_case.get(folded)


def _find_jobs(plans: Sequence[Plan], name: str) -> tuple[Plan, list[Job]]:
    """The jobs that a name means, and their workflow; the list is never empty."""
    for means in _MEANINGS:
        found = [(plan, [job for job in plan.jobs if means(plan, job, name)]) for plan in plans]
        found = [(plan, jobs) for plan, jobs in found if jobs]
        if not found:
            continue
        plan, jobs = _preferred(found, name)
        if len(jobs) > 1 and "*" not in name:
            raise AuthorError(text=_ambiguous(name, jobs))
        return plan, jobs
    names = [job.name for plan in plans for job in plan.jobs]
    flows = [plan.workflow for plan in plans]
    where = f"workflow {listed(flows)}" if len(flows) == 1 else f"the workflows {listed(flows)}"
    there = f"The jobs of {where} are {listed(names)}."
    raise AuthorError(text=_unknown("job", name, [*names, *flows], there))


def _preferred(found: list[tuple[Plan, list[Job]]], name: str) -> tuple[Plan, list[Job]]:
    """The only workflow, or the only one of a pull request."""
    usual = [pair for pair in found if pair[0].event == "pull_request"]
    for pairs in (found, usual):
        if len(pairs) == 1:
            return pairs[0]
    flows = listed(plan.workflow for plan, _ in found)
    raise AuthorError(
        text=f"'{name}' is a job of several workflows: {flows}. Choose one with --workflow."
    )


def _has_parts(name: str, pattern: str) -> bool:
    lower = name.casefold()
    return all(part in lower for part in pattern.casefold().split("*"))


def _is_alias(plan: Plan, job: Job, name: str) -> bool:
    folded = name.casefold()
    return any(
        alias.casefold() == folded and target == job.name for alias, target in plan.aliases.items()
    )


_MEANINGS: tuple[Callable[[Plan, Job, str], bool], ...] = (
    lambda _, job, name: name in {job.name, job.key},
    lambda _, job, name: job.name.casefold() == name.casefold(),
    _is_alias,
    lambda _, job, name: bool(name) and _has_parts(job.name, name),
)


def _ambiguous(name: str, jobs: Sequence[Job]) -> str:
    hint = "" if "*" in name else f", or '{name}*' for all of them where several will do"
    return f"'{name}' may mean {listed(job.name for job in jobs)}. Write more of it{hint}."


def _unknown(kind: str, name: str, known: Sequence[str], there: str) -> str:
    hint = did_you_mean(name, known)
    return " ".join(part for part in (f"There is no {kind} '{name}'.", hint, there) if part)
