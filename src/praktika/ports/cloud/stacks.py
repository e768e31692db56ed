"""Stacks: resources that are made, changed and deleted together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Deed = Literal["add", "modify", "remove", "import", "dynamic"]
"""What becomes of a resource; "dynamic" is known only when it is done."""

Replacement = Literal["no", "perhaps", "yes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that is there.

    Attributes:
        name, id: the id is another one for each stack that ever had the name.
        status: in CloudFormation's words, `UPDATE_COMPLETE`.
        reason: of the status, "" mostly.
        outputs: by name.
        tags: by key; of a mere proposal they may not be known.
    """

    name: str
    id: str
    status: str
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_busy(self) -> bool:
        """Whether something is being done with it; a mere proposal does not count."""
        return self.status.endswith("_IN_PROGRESS") and not self.is_proposal

    @property
    def is_proposal(self) -> bool:
        """Whether there is nothing yet but a proposal of what to make."""
        return self.status == "REVIEW_IN_PROGRESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack: its logical id, its type, and the name or id that the cloud knows."""

    logical: str
    kind: str
    physical: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a stack consists of: the template that it was last given, and its resources."""

    template: Mapping[str, Any]
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """Something that became of a resource, or of the stack itself (then `physical` is its id)."""

    id: str
    logical: str
    kind: str
    status: str
    reason: str = ""
    physical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a stack shall be.

    Attributes:
        stack: its name.
        is_new: whether there is none yet, or only a proposal of one.
        template: JSON.
        stored: bucket and key of the same text, for one that is too long to be sent.
        parameters: values, by name.
        tags: of the stack and everything in it.
    """

    stack: str
    is_new: bool
    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    stored: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one resource."""

    deed: Deed
    logical: str
    kind: str
    physical: str = ""
    replacement: Replacement = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What a proposal would change.

    Attributes:
        id: of the set.
        stack: id of the stack.
        changes: of resources; there may be none although outputs change.
        is_empty: nothing changes at all; it cannot be applied.
    """

    id: str
    stack: str
    changes: tuple[Change, ...] = ()
    is_empty: bool = False


class Stacks(Protocol):
    """Stacks by name. Concurrency: the cloud does one thing at a time with each."""

    def find(self, name: str) -> Stack | None:
        """The stack of that name; None if there is none, or it is deleted."""

    def contents(self, name: str) -> Contents:
        """What a stack consists of.

        Raises:
            Absent: there is no such stack.
        """

    def events(self, stack: str, after: str = "") -> list[StackEvent]:
        """What happened to a stack, oldest first, after the event of that id.

        Args:
            stack: its id, which is good after its end, too.
            after: "" gives all that the cloud still knows.
        """

    def delete(self, name: str) -> None:
        """Begin to delete a stack; nothing if there is none, or it is being deleted."""


class Changes(Protocol):
    """Changes of stacks: first proposed, then applied or discarded.

    Of several proposals for one stack only one can be applied.
    """

    def propose(self, proposal: Proposal) -> ChangeSet:
        """What a proposal would change; it is kept until it is applied or discarded.

        Raises:
            Conflict: something is being done with the stack.
            OperatorError: the cloud finds fault with the template.
        """

    def apply(self, changes: ChangeSet) -> None:
        """Begin to carry out a proposal.

        Raises:
            Conflict: another one was faster, or something else is being done with the stack.
        """

    def discard(self, changes: ChangeSet) -> None:
        """Forget a proposal, and the stack if there is nothing but proposals of it."""
