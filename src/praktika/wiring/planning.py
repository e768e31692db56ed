"""Deciding on the jobs of a plan: which run, which are left out, which take an earlier outcome."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from praktika.adapters.local import git
from praktika.model.events import RunRequested
from praktika.model.plan import Code, Footprint, Plan
from praktika.orchestrator.planning import Files, complete
from praktika.wiring.stores import Stores
