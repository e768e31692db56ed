"""What a deploy tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Subject = Literal["step", "resource", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line.

    Attributes:
        subject: a step of ours, a resource that has changed, or something to know.
        text: for people, of a step or note.
        component: `Kind:name` of a resource, "" if it is not known.
        logical, kind, status, reason: of a resource, in CloudFormation's words.
    """

    subject: Subject
    text: str = ""
    component: str = ""
    logical: str = ""
    kind: str = ""
    status: str = ""
    reason: str = ""


Tell = Callable[[Told], None]


def step(text: str) -> Told:
    """Something that is begun."""
    return Told(subject="step", text=text)


def note(text: str) -> Told:
    """Something to know."""
    return Told(subject="note", text=text)
