"""The ports of a cloud in memory that need no more than a look at the world."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from praktika.adapters.memory.cloud.world import Thing, World
from praktika.errors import Absent, Conflict
from praktika.ports.cloud.cloud import PROJECT_TAG, Identity
from praktika.ports.cloud.machines import Machine
from praktika.ports.cloud.parameters import LIMIT, Parameter

PARAMETER = "parameter"
BUCKET = "bucket"


class MemoryAccount:
    """An `Account`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def identity(self) -> Identity:
        """Who we are; see the port."""
        return Identity(account=self._world.account, region=self._world.region, name="user/me")


class MemoryParameters:
    """A `Parameters`; what is made gets the tag of a project."""

    def __init__(self, world: World, project: str) -> None:
        self._world = world
        self._project = project

    def get(self, name: str) -> Parameter | None:
        """The value under a name; see the port."""
        thing = self._world.things.get((PARAMETER, name))
        if thing is None:
            return None
        return Parameter(text=thing.text, account=self._world.account, region=self._world.region)

    def present(self, names: Sequence[str]) -> set[str]:
        """Those of the names that are there; see the port."""
        return {name for name in names if (PARAMETER, name) in self._world.things}

    def create(self, name: str, text: str, *, secret: bool = False, about: str = "") -> None:
        """Store a value where there is none yet; see the port."""
        del about
        self._world.deed(f"create parameter {name}")
        if (PARAMETER, name) in self._world.things:
            raise Conflict(f"parameter {name} is there already")
        self._store(name, text, is_secret=secret)

    def replace(self, name: str, text: str) -> None:
        """Store a value that is no secret; see the port."""
        self._world.deed(f"replace parameter {name}")
        self._store(name, text, is_secret=False)

    def delete(self, name: str) -> None:
        """Remove a parameter; nothing if there is none."""
        self._world.deed(f"delete parameter {name}")
        self._world.things.pop((PARAMETER, name), None)

    def _store(self, name: str, text: str, *, is_secret: bool) -> None:
        if len(text.encode()) > LIMIT:
            raise ValueError(f"parameter {name} has more than {LIMIT} bytes")
        tags = {PROJECT_TAG: self._project}
        self._world.things[PARAMETER, name] = Thing(tags=tags, text=text, is_secret=is_secret)


class MemoryObjects:
    """An `Objects`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def has(self, bucket: str, key: str) -> bool:
        """Whether there is such an object; see the port."""
        thing = self._world.things.get((BUCKET, bucket))
        return thing is not None and key in thing.objects

    def put(self, bucket: str, key: str, data: bytes | Path, *, kind: str = "") -> None:
        """Store bytes, or a file's; see the port."""
        del kind
        self._world.deed(f"put {key}")
        self._bucket(bucket).objects[key] = data if isinstance(data, bytes) else data.read_bytes()

    def get(self, bucket: str, key: str) -> bytes:
        """The bytes of an object; see the port."""
        try:
            return self._bucket(bucket).objects[key]
        except KeyError:
            raise Absent(f"there is no s3://{bucket}/{key}") from None

    def keys(self, bucket: str, folder: str) -> list[str]:
        """The names of all objects in a folder; see the port."""
        thing = self._world.things.get((BUCKET, bucket), Thing())
        return sorted(key for key in thing.objects if key.startswith(folder))

    def remove(self, bucket: str, key: str) -> None:
        """Delete an object; see the port."""
        self._world.deed(f"remove {key}")
        self._bucket(bucket).objects.pop(key, None)

    def _bucket(self, name: str) -> Thing:
        try:
            return self._world.things[BUCKET, name]
        except KeyError:
            raise Absent(f"there is no bucket {name}") from None


class MemoryVault:
    """A `Vault`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, name: str, text: str, *, about: str = "") -> bool:
        """Store a secret; see the port."""
        del about
        self._world.deed(f"keep secret {name}")
        is_new = name not in self._world.secrets
        self._world.secrets[name] = text
        return is_new


class MemoryImages:
    """An `Images`; none is ever finished."""

    def __init__(self, world: World) -> None:
        self._world = world

    def start(self, pipeline: str) -> bool:
        """Let a pipeline make an image now; see the port."""
        if all(resource.physical != pipeline for resource in self._world.resources()):
            raise Absent(f"there is no image pipeline {pipeline}")
        if pipeline in self._world.imaging:
            return False
        self._world.deed(f"start {pipeline}")
        self._world.imaging.append(pipeline)
        return True


class MemoryMachines:
    """A `Machines`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def running(self, groups: Sequence[str]) -> list[Machine]:
        """The machines of these groups; see the port."""
        return [one for one in self._world.machines if one.group in groups]

    def leased(self, queues: Sequence[str]) -> int:
        """About how many messages are worked on; see the port."""
        return sum(self._world.leased.get(queue, 0) for queue in queues)

    def ask_to_leave(self, machines: Sequence[Machine]) -> None:
        """Mark machines; see the port."""
        self._world.deed("ask machines to leave")
        there = {one.id for one in self._world.machines}
        self._world.leaving += [one.id for one in machines if one.id in there]

    def unprotect(self, groups: Sequence[str]) -> None:
        """Let machines end with their groups; see the port."""
        self._world.unprotected |= set(groups)

    def keep_unbalanced(self, groups: Sequence[str]) -> None:
        """Let zones have as many machines as they have; see the port."""
        for group in sorted(set(groups) - self._world.unbalanced):
            self._world.deed(f"keep group {group} unbalanced")
            self._world.unbalanced.add(group)
