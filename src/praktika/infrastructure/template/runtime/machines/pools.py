"""Pools: machines that take work from queues, with a role of their own for each pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from praktika.infrastructure.component import Scaling
from praktika.infrastructure.components import OrchestratorPool, RunnerPool
from praktika.infrastructure.parts import label_of, runner_pools, title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.names import RUNG, SHARED, tasks
from praktika.infrastructure.template.policies.machines import Machines
from praktika.infrastructure.template.policies.orchestrator import orchestrator
from praktika.infrastructure.template.policies.runner import runner
from praktika.infrastructure.template.policies.statements import Statement
from praktika.infrastructure.template.runtime import places
from praktika.infrastructure.template.runtime.functions.api import API, endpoint, has_api
from praktika.infrastructure.template.runtime.machines.allowed import allowed_of
from praktika.infrastructure.template.runtime.machines.groups import FALLBACK, Group, add_group
from praktika.infrastructure.template.runtime.machines.launch import (
    Start,
    add_launch_template,
    device_of,
    image_of,
)
from praktika.infrastructure.template.runtime.machines.profiles import (
    AnyPool,
    profile_for,
    role_name_of,
)
from praktika.infrastructure.template.runtime.queues import add_queue
from praktika.infrastructure.template.scope import arns_of
from praktika.model.facts import Trust
from praktika.model.installation import Pool


def add_runner_pool(pool: RunnerPool, draft: Draft, context: Context) -> None:
    """The machines of a pool of runners, and the queue of their tasks."""
    queue = queue_of(pool)
    machines = _machines(pool, draft, context)
    statements = runner(
        arns_of(draft, context),
        replace(machines, queue=queue),
        trust_of(pool),
        allowed_of(pool, draft, context),
    )
    if not any(
        queue_of(one) == queue for one in runner_pools(context.project)[: _at(pool, context)]
    ):
        add_queue(draft, title_of(pool), queue)
    known = Pool(
        name=pool.name,
        role="job_runner",
        queues=(queue,),
        label=label_of(pool),
        trust=trust_of(pool),
        **_sizes(pool, draft),
    )
    _add_machines(pool, draft, context, known=known, statements=statements)


def add_orchestrator_pool(pool: OrchestratorPool, draft: Draft, context: Context) -> None:
    """The machines of a pool of orchestrators."""
    statements = orchestrator(
        arns_of(draft, context),
        _machines(pool, draft, context),
        shared=SHARED,
        tasks=task_queues(context),
        more=pool.ext.get("iam_statements", ()),
    )
    work = tuple(queue for queue in SHARED if queue not in RUNG)
    known = Pool(name=pool.name, role="workflow_orchestrator", queues=work, **_sizes(pool, draft))
    _add_machines(pool, draft, context, known=known, statements=statements)


def trust_of(pool: RunnerPool) -> Trust:
    """Whose code the machines of a pool run."""
    return "untrusted" if pool.untrusted else "trusted"


def queue_of(pool: RunnerPool) -> str:
    """The queue of the tasks of a pool, at the port."""
    return tasks(label_of(pool), trust_of(pool))


def task_queues(context: Context) -> list[str]:
    """The queues of tasks of all pools, each once."""
    return list(dict.fromkeys(queue_of(pool) for pool in runner_pools(context.project)))


def groups_of(pool: AnyPool, draft: Draft) -> tuple[str, ...]:
    """The Auto Scaling groups of a pool, by their names on AWS, in the order of growth."""
    names = [pool.name, f"{pool.name}-{FALLBACK}"] if pool.spot else [pool.name]
    return tuple(map(draft.names.own, names))


def _at(pool: RunnerPool, context: Context) -> int:
    return next(at for at, one in enumerate(runner_pools(context.project)) if one is pool)


def _machines(pool: AnyPool, draft: Draft, context: Context) -> Machines:
    return Machines(
        pool=pool.name,
        groups=groups_of(pool, draft),
        api=API if has_api(context) else "",
        has_debug=bool(getattr(pool, "allow_ssm_debug", False)),
    )


def _sizes(pool: AnyPool, draft: Draft) -> dict[str, Any]:
    is_auto = pool.scaling == Scaling.Auto
    return {
        "groups": groups_of(pool, draft),
        "scaling": "auto" if is_auto else "disabled",
        "size": pool.size,
        "max_size": max(pool.max_size, pool.size),
        "reserve": pool.capacity_reserve if is_auto else 0,
    }


def _add_machines(
    pool: AnyPool, draft: Draft, context: Context, *, known: Pool, statements: Sequence[Statement]
) -> None:
    title = title_of(pool)
    types = pool.instance_types or [pool.instance_type]
    start = Start(
        name=pool.name,
        image=image_of(pool, draft, types[0]),
        device=device_of(pool),
        instance_type=types[0],
        profile=profile_for(pool, draft, context, statements),
        security_groups=places.groups_of(pool, draft, context),
        volume=pool.volume_size_gb,
        trust=known.trust,
        script=pool.user_data,
    )
    template = add_launch_template(draft, title, start)
    subnets = places.subnets_of(pool, draft, context)
    named = role_name_of(pool, draft, context)
    draft.pools.append(msgspec.structs.replace(known, role_name=named))
    least = known.size if known.scaling == "disabled" else max(known.size, known.reserve)
    for at, name in enumerate(known.groups):
        is_first = at == 0
        group = Group(
            name=name.removeprefix(draft.names.own("")),
            types=types,
            least=least if is_first else 0,
            most=known.max_size,
            spot=pool.spot and is_first,
            subnets=subnets,
            tags=_tags(pool, draft, context, known, name),
        )
        add_group(draft, title, group, template)


def _tags(pool: AnyPool, draft: Draft, context: Context, known: Pool, group: str) -> dict[str, Any]:
    """What a machine can read about itself."""
    tags: dict[str, Any] = {
        "Name": draft.names.own(pool.name),
        "praktika_role": known.role,
        "praktika_project_slug": draft.names.slug,
        "praktika_pool": known.name,
        "praktika_trust": known.trust,
        "praktika_asg": group,
        "praktika_scaling": known.scaling,
        "praktika_capacity_reserve": str(known.reserve),
        "praktika_idle_seconds": str(pool.idle_seconds),
        "praktika_bucket": draft.place.bucket,
        "praktika_log_group": draft.names.instance_logs,
    }
    if known.role == "job_runner":
        tags |= {"praktika_label": known.label, "praktika_queue": known.queues[0]}
    if has_api(context):
        tags["praktika_api"] = endpoint()
    return tags
