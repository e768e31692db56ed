"""Belongings: everything in the cloud that is a project's, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["bucket", "image", "snapshot", "volume", "queue", "log group", "parameter", "other"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Belonging:
    """Something that a project has.

    Attributes:
        kind: "other" is what nobody here knows how to delete.
        name: its id in the cloud; of others, all that is known of them.
    """

    kind: Kind
    name: str


class Belongings(Protocol):
    """What one project has beside, and what is left of, its stacks.

    It is the project's if it has its tag, with exactly its value; or is a parameter or a log group
    below its path; or a queue on which one of its machines listened, whose name is made of the
    project's, "control" and the machine's. What was deleted a moment ago may still be told of.
    """

    def owned(self) -> list[Belonging]:
        """Everything, sorted."""

    def remove(self, belonging: Belonging) -> None:
        """Delete something: a bucket with all that is in it, old versions and uploads begun.

        It is fine if it is gone already. What nobody knows how to delete stays.

        Raises:
            Conflict: it is in use: try again when what uses it is gone.
        """
