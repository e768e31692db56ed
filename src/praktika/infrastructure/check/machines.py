"""Machines: types that exist, images that fit them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from praktika.infrastructure.architecture import architecture_of
from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.parts import orchestrator_pools, runner_pools
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import is_written
from praktika.pipeline.finding import Finding


class _Shape(NamedTuple):
    """What a text on AWS looks like."""

    pattern: re.Pattern[str]
    words: str


_AMI = _Shape(re.compile(r"ami-[0-9a-f]{8,17}|resolve:ssm:.+"), "an image such as ami-0abc12de")
_GROUP = _Shape(re.compile(r"sg-[0-9a-f]{8,17}"), "a group such as sg-0abc12de")
_SUBNET = _Shape(re.compile(r"subnet-[0-9a-f]{8,17}"), "a subnet such as subnet-0abc12de")
_VOLUME = _Shape(re.compile(r"gp2|gp3|io1|io2|st1|sc1|standard"), "a type of volumes such as gp3")
_SHAPES = {
    "ami_id": _AMI,
    "image_id": _AMI,
    "security_group_ids": _GROUP,
    "subnet_id": _SUBNET,
    "subnet_ids": _SUBNET,
    "root_volume_type": _VOLUME,
}


def check_machines(judged: Judged) -> Iterator[Finding]:
    """Types of machines, and ids of what they need."""
    project = judged.project
    pools: list[Any] = [*runner_pools(project), *orchestrator_pools(project)]
    others: list[Any] = [
        *project.ec2_instances,
        *project.launch_templates,
        *project.dedicated_hosts,
    ]
    if project.cidb_cluster is not None:
        others.append(project.cidb_cluster)
    for part in (*pools, *others, *project.image_builders, *project.autoscaling_groups):
        yield from _check_shapes(part)
        yield from _check_types(part)
    for part in (*pools, *others):
        if not part.instance_type and not getattr(part, "instance_types", ()):
            hint = 'Add instance_type="t4g.small".'
            yield wrong(part, "instance_type", "is missing", codes.BAD_MACHINE, hint)
    for pool in pools:
        yield from _check_image(pool)


def types_of(part: Component) -> list[str]:
    """The types of machines that a component names."""
    single = getattr(part, "instance_type", "")
    return [one for one in (single, *getattr(part, "instance_types", ())) if one]


def _check_types(part: Component) -> Iterator[Finding]:
    kinds: dict[str, str] = {}
    for one in types_of(part):
        field = "instance_type" if one == getattr(part, "instance_type", "") else "instance_types"
        architecture = architecture_of(one)
        if not architecture:
            what = f"has '{shown(one)}', which is no type of machines"
            yield wrong(part, field, what, codes.BAD_MACHINE, "Write one such as 't4g.small'.")
            continue
        kinds.setdefault(architecture, one)
    if len(kinds) > 1 and part.KIND != "ImageBuilder":
        what = (
            f"mixes architectures: {', '.join(f'{one} is {kind}' for kind, one in kinds.items())}"
        )
        yield wrong(part, "instance_types", what, codes.BAD_MACHINE, "Declare a pool for each.")


def _check_image(pool: Any) -> Iterator[Finding]:
    builder = pool.image_builder
    if builder and pool.ami_id:
        yield odd(pool, "ami_id", "comes before its image_builder, which has no effect")
    if not isinstance(builder, Component):
        return
    own = {architecture_of(one) for one in types_of(pool)} - {""}
    built = {architecture_of(one) for one in types_of(builder)} - {""}
    if own and built and not own & built:
        what = (
            f"is {called(builder)}, which is built for {built.pop()}, "
            f"and {types_of(pool)[0]} is {own.pop()}"
        )
        yield wrong(pool, "image_builder", what, codes.BAD_MACHINE)


def _check_shapes(part: Component) -> Iterator[Finding]:
    for field, shape in _SHAPES.items():
        value = getattr(part, field, "")
        for one in value if isinstance(value, list) else (value,):
            if one and is_written(part, field) and not shape.pattern.fullmatch(str(one)):
                what = f"has '{shown(one)}', which is not {shape.words}"
                yield wrong(part, field, what, codes.BAD_MACHINE)
