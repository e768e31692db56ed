"""All that there is in a cloud in memory, whoever's it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from praktika.ports.cloud.machines import Machine
from praktika.ports.cloud.stacks import Resource, StackEvent


@dataclass(slots=True, kw_only=True)
class KeptStack:
    """A stack, its resources by logical id, and what goes on with it."""

    name: str
    id: str
    status: str
    tags: dict[str, str] = field(default_factory=dict)
    template: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    events: list[StackEvent] = field(default_factory=list)
    work: Iterator[None] | None = None


@dataclass(slots=True, kw_only=True)
class Thing:
    """A bucket, parameter, log group and so on; `tags` say whose it is."""

    tags: dict[str, str] = field(default_factory=dict)
    text: str = ""
    is_secret: bool = False
    objects: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class World:
    """Everything.

    Attributes:
        account, region: of it.
        things: by kind of belonging and name.
        stacks: by name; those that are gone are not here.
        gone: by id, of which only the events are of interest.
        proposals: by id: the stack, template and parameters.
        secrets: by name, in the store of whole secrets.
        machines: that run; `leaving`, those that were asked to go.
        unprotected: groups whose machines may end with them.
        unbalanced: groups that are never balanced between zones.
        imaging: pipelines that make an image.
        leased: messages that are worked on, by the queue's name.
        broken: why the resources of these logical ids cannot be made or changed.
        deed: is told before anything is changed; it may raise.
        pace: steps that work goes on with at each look at a stack.
    """

    account: str = "123456789012"
    region: str = "eu-central-1"
    things: dict[tuple[str, str], Thing] = field(default_factory=dict)
    stacks: dict[str, KeptStack] = field(default_factory=dict)
    gone: dict[str, KeptStack] = field(default_factory=dict)
    proposals: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    unprotected: set[str] = field(default_factory=set)
    unbalanced: set[str] = field(default_factory=set)
    imaging: list[str] = field(default_factory=list)
    leased: dict[str, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    deed: Callable[[str], object] = lambda _: None
    pace: int = 1000
    count: int = 0

    def number(self) -> int:
        """Another one each time."""
        self.count += 1
        return self.count

    def resources(self) -> Iterator[Resource]:
        """Those of all stacks."""
        return (one for stack in self.stacks.values() for one in stack.resources.values())

    def go_on(self, stack: KeptStack) -> None:
        """Let the work on a stack go on for a bit."""
        for _ in range(self.pace):
            if stack.work is None or next(stack.work, self) is self:
                stack.work = None
                return
