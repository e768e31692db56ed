"""What all declared components have in common."""

from __future__ import annotations

from typing import ClassVar

from praktika.pipeline.declare.declared import Declared
from praktika.pipeline.finding import Severity


class Component(Declared):
    """A part of a team's cloud. An attribute that is not known yet is only warned about."""

    UNKNOWN_SEVERITY: ClassVar[Severity] = "warning"


class Scaling:
    """Whether a pool keeps its size, or follows its queue."""

    Disabled = "disabled"
    Auto = "auto"
