"""What authors import: the vocabulary of declarations, and of jobs' own scripts.

Each name is looked up when it is first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as type checkers expect; importing typing would cost more than the rest

if TYPE_CHECKING:
    from praktika.info import Info
    from praktika.infrastructure.cloud import CloudInfrastructure
    from praktika.pipeline.declare.artifact import Artifact
    from praktika.pipeline.declare.docker import Docker
    from praktika.pipeline.declare.job import Job
    from praktika.pipeline.declare.secret import Secret
    from praktika.pipeline.declare.workflow import Workflow
    from praktika.result import Result
    from praktika.settings import Settings
    from praktika.utils import Shell, Utils

_HOMES = {
    "Artifact": "praktika.pipeline.declare.artifact",
    "CloudInfrastructure": "praktika.infrastructure.cloud",
    "Docker": "praktika.pipeline.declare.docker",
    "Info": "praktika.info",
    "Job": "praktika.pipeline.declare.job",
    "Result": "praktika.result",
    "Secret": "praktika.pipeline.declare.secret",
    "Settings": "praktika.settings",
    "Shell": "praktika.utils",
    "Utils": "praktika.utils",
    "Workflow": "praktika.pipeline.declare.workflow",
}

__all__ = [
    "Artifact",
    "CloudInfrastructure",
    "Docker",
    "Info",
    "Job",
    "Result",
    "Secret",
    "Settings",
    "Shell",
    "Utils",
    "Workflow",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'praktika' has no attribute '{name}'")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
