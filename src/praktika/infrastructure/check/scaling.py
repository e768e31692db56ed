"""Sizes of pools that fit their scaling, and labels that are served once."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.component import Scaling
from praktika.infrastructure.components import OrchestratorPool, RunnerPool
from praktika.infrastructure.parts import label_of, orchestrator_pools, runner_pools
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, said
from praktika.pipeline.declare.declared import is_written, place_of
from praktika.pipeline.finding import Finding
from praktika.pipeline.suggest import did_you_mean


def check_scaling(judged: Judged) -> Iterator[Finding]:
    """Pools that could never have a machine, and others that are not meant like that."""
    runners = runner_pools(judged.project)
    pools: list[RunnerPool | OrchestratorPool] = [*runners, *orchestrator_pools(judged.project)]
    for pool in pools:
        yield from _check_pool(pool)
    yield from _check_labels(runners, judged)
    for group in judged.project.autoscaling_groups:
        if group.min_size > group.max_size:
            yield wrong(group, "min_size", "is more than its max_size", codes.BAD_SIZE)
    for scaler in judged.project.pool_autoscalers:
        yield odd(scaler, "pools", "has no effect: every pool with scaling 'auto' is looked after")


def _check_pool(pool: RunnerPool | OrchestratorPool) -> Iterator[Finding]:
    known = (Scaling.Disabled, Scaling.Auto)
    if pool.scaling not in known:
        hint = did_you_mean(pool.scaling, known) or "Use Scaling.Auto or Scaling.Disabled."
        yield wrong(pool, "scaling", f"is {said(pool.scaling)}", hint=hint)
    elif pool.scaling == Scaling.Disabled:
        yield from _check_kept(pool)
    else:
        yield from _check_followed(pool)


def _check_kept(pool: RunnerPool | OrchestratorPool) -> Iterator[Finding]:
    if pool.size < 1:
        hint = "Add size=1, or scaling=Scaling.Auto with max_size=…."
        yield wrong(pool, "size", "is 0, and its scaling is disabled", codes.BAD_SIZE, hint)
    elif pool.max_size and pool.max_size < pool.size:
        yield wrong(pool, "max_size", "is less than its size", codes.BAD_SIZE)
    if pool.capacity_reserve:
        yield odd(pool, "capacity_reserve", "has no effect while its scaling is disabled")


def _check_followed(pool: RunnerPool | OrchestratorPool) -> Iterator[Finding]:
    if pool.max_size < 1:
        yield wrong(
            pool, "max_size", "is 0: it could never grow", codes.BAD_SIZE, "Add max_size=10."
        )
        return
    for field in ("size", "capacity_reserve"):
        if getattr(pool, field) > pool.max_size:
            what = f"is {getattr(pool, field)}, more than its max_size of {pool.max_size}"
            yield wrong(pool, field, what, codes.BAD_SIZE)


def _check_labels(pools: list[RunnerPool], judged: Judged) -> Iterator[Finding]:
    """A label belongs to one pool of a trust; else nobody could say which of them grows."""
    first: dict[tuple[str, bool], RunnerPool] = {}
    for pool in pools:
        key = (label_of(pool), pool.untrusted)
        earlier = first.setdefault(key, pool) if key[0] else pool
        if earlier is pool:
            continue
        where = judged.around.show(place_of(earlier))
        field = "label" if is_written(pool, "label") else "name"
        what = f"is served already, by {called(earlier)} at {where}"
        yield wrong(pool, field, what, codes.NAME_CLASH, "Give each a label of its own.")
