"""What builders of resources may look at, besides their own component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.template.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The surroundings of a component.

    Attributes:
        project: that is being compiled.
        root: of the repository; paths in the declaration are relative to it.
        settings: all settings by name.
    """

    project: CloudInfrastructure.Config
    root: Path = Path()
    settings: Mapping[str, Any] = field(default_factory=dict)


Builder = Callable[[Any, Draft, Context], None]
"""Adds the resources of one declared component to a draft."""

Implied = Callable[[Draft, Context], None]
"""Adds resources that an installation has without their being declared."""
