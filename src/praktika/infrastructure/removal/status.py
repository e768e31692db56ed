"""What is deployed, beside what is declared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from praktika.infrastructure.deploying.manifest import Manifest
from praktika.infrastructure.deploying.plan import IMAGE_BUILDER
from praktika.infrastructure.deploying.stacks.building import GROUP
from praktika.infrastructure.deploying.wanted import Wanted
from praktika.ports.cloud.cloud import Cloud

_DIGITS = 16
"""Of the hashes that a manifest keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things are.

    Attributes:
        deployed: the version of praktika that deployed it, "" if nothing is.
        here: this praktika's.
        is_current: whether a deploy would do nothing.
        is_finished: whether the last deploy came to its end.
        stacks: their statuses by name; "" where there is none.
        new, changed, gone: components that are declared and not deployed, otherwise deployed, and
            not declared any more.
        machines: how many run.
        images: the image that machines start from, by image builder that is deployed.
        api: the base URL of the installation's API, "" if there is none.
    """

    deployed: str
    here: str
    is_current: bool
    is_finished: bool
    stacks: dict[str, str]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    machines: int = 0
    images: dict[str, str] = field(default_factory=dict)
    api: str = ""


def status_of(wanted: Wanted, cloud: Cloud, manifest: Manifest | None) -> Status:
    """How things are; nothing is changed."""
    names = (wanted.names.stateful, wanted.names.runtime)
    stacks = {name: cloud.stacks.find(name) for name in names}
    runtime = stacks[wanted.names.runtime]
    groups = []
    if runtime is not None and not runtime.is_proposal:
        resources = cloud.stacks.contents(runtime.name).resources
        groups = [one.physical for one in resources if one.kind == GROUP and one.physical]
    before = dict(manifest.components) if manifest else {}
    after = {name: hash_[:_DIGITS] for name, hash_ in wanted.hashes.items()}
    return Status(
        deployed=manifest.praktika if manifest else "",
        here=wanted.version,
        is_current=manifest is not None and manifest.is_of(wanted.digest),
        is_finished=manifest is not None and bool(manifest.digest),
        stacks={name: stack.status if stack else "" for name, stack in stacks.items()},
        new=tuple(sorted(set(after) - set(before))),
        changed=tuple(sorted(it for it in after if it in before and before[it] != after[it])),
        gone=tuple(sorted(set(before) - set(after))),
        machines=len(cloud.machines.running(groups)) if groups else 0,
        images=_images(wanted, cloud, before),
        api=runtime.outputs.get("ApiUrl", "") if runtime else "",
    )


def _images(wanted: Wanted, cloud: Cloud, components: Collection[str]) -> dict[str, str]:
    names = [one.removeprefix(IMAGE_BUILDER) for one in components if one.startswith(IMAGE_BUILDER)]
    found = {name: cloud.parameters.get(wanted.names.image(name)) for name in sorted(names)}
    return {name: image.text for name, image in found.items() if image}
