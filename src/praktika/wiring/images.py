"""The images of a plan's jobs, as the planner sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from praktika.model.plan import Plan
from praktika.orchestrator.planning import Files


class PlanImages:
    """See `orchestrator.planning.Images`.

    Args:
        settings: of the repository.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def resolved(self, plan: Plan, files: Files) -> Plan:
        """The plan with the tags of its own images, and those left out of the builds that exist."""
        return plan

    def digests(self, references: Sequence[str]) -> dict[str, str]:
        """The digests of other images, by reference; without those that are not known."""
        return {}
