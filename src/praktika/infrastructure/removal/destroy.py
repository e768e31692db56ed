"""Destroying a project: its runtime stack, or all that it has.

It may end at any line and be started again; the manifest goes last. What is not deleted is told.
"""

from __future__ import annotations

import msgspec

from praktika.errors import Conflict, OperatorError, Unavailable
from praktika.infrastructure.deploying.deploy import Surroundings, locked
from praktika.infrastructure.deploying.manifest import Manifest, packed, unpacked
from praktika.infrastructure.deploying.progress import Tell, step
from praktika.infrastructure.deploying.stacks.building import GROUP, own_stack
from praktika.infrastructure.deploying.stacks.watch import Watch
from praktika.infrastructure.removal.inventory import BUCKET, LOGS, Inventory
from praktika.infrastructure.template.names import Names
from praktika.patience import PATIENCE, patiently
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.cloud import Cloud
from praktika.version import VERSION

_ORDER = ("image", "snapshot", "volume", "bucket", "queue", "log group", "parameter", "other")
"""Of deletion: an image before its snapshots."""


def destroy_runtime(cloud: Cloud, names: Names, around: Surroundings) -> None:
    """Delete the runtime stack, and keep everything else; nothing if there is none.

    Raises:
        StackFailed: AWS could not.
        OperatorError: the stack is not the project's, or somebody deploys.
    """
    own_stack(cloud, names.runtime, names.slug)
    with locked(cloud, names, around):
        _forget_runtime(cloud, names)
        _delete_stack(cloud, names, names.runtime, _watch(cloud, around))


def destroy_all(
    cloud: Cloud, names: Names, there: Inventory, around: Surroundings
) -> list[Belonging]:
    """Delete everything; what is left, as nobody here knows how to delete it.

    Args:
        cloud: where.
        names: of the project.
        there: what was found.
        around: see there.

    Raises:
        StackFailed: AWS could not delete a stack.
        OperatorError: a stack is not the project's, or somebody deploys.
    """
    for name in (names.runtime, names.stateful):
        own_stack(cloud, name, names.slug)
    with locked(cloud, names, around):
        return _destroy_all(cloud, names, there, around)


def _destroy_all(
    cloud: Cloud, names: Names, there: Inventory, around: Surroundings
) -> list[Belonging]:
    _delete_stack(cloud, names, names.runtime, _watch(cloud, around))
    # A bucket with something in it would stand in the way of its stack.
    for bucket in there.physical(BUCKET):
        _remove(cloud, Belonging(kind="bucket", name=bucket), around.tell)
    _delete_stack(cloud, names, names.stateful, _watch(cloud, around))
    # AWS makes a group of logs anew for what still writes, such as an image that is being made.
    for group in there.physical(LOGS):
        if not group.startswith(names.path):  # those are found, whoever has made them
            _remove(cloud, Belonging(kind="log group", name=group), around.tell)
    found = sorted(cloud.belongings.owned(), key=lambda one: _rank(one, names))
    for belonging in found:
        if belonging.kind != "other":
            _remove(cloud, belonging, around.tell)
    return [one for one in found if one.kind == "other"]


def _watch(cloud: Cloud, around: Surroundings) -> Watch:
    return Watch(stacks=cloud.stacks, tell=around.tell, pause=around.pause)


def _rank(belonging: Belonging, names: Names) -> tuple[bool, int, str]:
    is_manifest = belonging.name == names.manifest
    return is_manifest, _ORDER.index(belonging.kind), belonging.name


def _delete_stack(cloud: Cloud, names: Names, name: str, watch: Watch) -> None:
    stack = own_stack(cloud, name, names.slug)
    if stack is None:
        return
    template = {} if stack.is_proposal else cloud.stacks.contents(name).template
    if stack.is_busy and stack.status != "DELETE_IN_PROGRESS":
        watch.tell(step(f"{name} is being changed; waiting"))
        watch.follow(stack, watch.last_event(stack), template)
    if not stack.is_proposal:
        resources = cloud.stacks.contents(name).resources
        cloud.machines.unprotect([one.physical for one in resources if one.kind == GROUP])
    watch.tell(step(f"deleting {name}"))
    after = watch.last_event(stack)
    cloud.stacks.delete(name)
    watch.follow(stack, after, template).or_fail()


def _remove(cloud: Cloud, belonging: Belonging, tell: Tell) -> None:
    tell(step(f"deleting {belonging.kind} {belonging.name}"))

    def attempt() -> None:
        try:
            cloud.belongings.remove(belonging)
        except Conflict as error:  # what uses it is on its way out
            raise Unavailable(str(error)) from error

    patiently(attempt, PATIENCE)


def _forget_runtime(cloud: Cloud, names: Names) -> None:
    """Let the manifest say that the runtime stack is not there."""
    found = cloud.parameters.get(names.manifest)
    if found is None:
        return
    try:
        manifest = unpacked(found.text, names.manifest, VERSION)
    except OperatorError:
        manifest = Manifest(praktika=VERSION)  # damaged, or of a newer one: compare anew
    stacks = {part: digest for part, digest in manifest.stacks.items() if part != "runtime"}
    manifest = msgspec.structs.replace(manifest, digest="", stacks=stacks, code={})
    cloud.parameters.replace(names.manifest, packed(manifest))
