"""The declared projects of a checkout.

Unlike a run, a deploy executes the declaration in this very process: it is the operator's own
checkout, and what it says becomes what these credentials make.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika.errors import AuthorError, OperatorError
from praktika.infrastructure.check.settings import missing
from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.parts import orchestrator_pools, storages
from praktika.infrastructure.template.names import Names, slug_of
from praktika.model.plan import Compilation
from praktika.pipeline.compile import compile as compile_plans
from praktika.pipeline.load.loader import Loaded, load
from praktika.pipeline.suggest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as it is declared.

    Attributes:
        root: of the checkout.
        slug: what its names on AWS begin with.
        settings: by name.
        config: None if it is not declared, and only the settings name it.
    """

    root: Path
    slug: str
    settings: Mapping[str, Any]
    config: CloudInfrastructure.Config | None

    @property
    def name(self) -> str:
        """As people call it."""
        return self.config.name if self.config is not None else self.slug

    def setting(self, name: str) -> str:
        """A setting as text, "" if it is not set."""
        return str(self.settings.get(name) or "")


def load_project(root: Path, name: str) -> tuple[Project, Compilation]:
    """The project of that name, or the only one for "", and what `praktika check` would say.

    Raises:
        AuthorError: the declaration has errors, or no such project.
    """
    loaded = _loaded(root)
    compilation = compile_plans(loaded)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    config = _chosen(loaded, name)
    absent = missing(loaded.settings)
    if absent:
        raise AuthorError(
            text=f"To deploy, praktika has to know {', '.join(absent)}: set it in "
            "ci/settings/settings.py."
        )
    slug = slug_of(config.name)
    _refuse_foreign_bucket(config, slug, str(loaded.settings["S3_ARTIFACT_BUCKET"]))
    return _project(root, loaded, slug, config), compilation


def _refuse_foreign_bucket(config: CloudInfrastructure.Config, slug: str, bucket: str) -> None:
    """Nothing, if the runs of the project would be kept in a bucket of its own.

    `praktika check` cannot know for which of several projects the settings are.

    Raises:
        AuthorError: they would be in one of another project.
    """
    has_runs = config.runner_pools or orchestrator_pools(config)
    own = [Names(slug).own(one.name) for one in storages(config)]
    if has_runs and bucket not in own:
        raise AuthorError(
            text=f"S3_ARTIFACT_BUCKET is '{bucket}', which is no storage of project '{slug}': the "
            "settings are those of another one. Set PROJECT_SLUG and S3_ARTIFACT_BUCKET of this "
            "one in ci/settings/my_overrides.py to deploy it."
        )


def find_project(root: Path, name: str) -> Project:
    """A project that may be gone from the declaration, or have errors there: settings are enough.

    Raises:
        AuthorError: neither the declaration nor the settings name it.
    """
    loaded = _loaded(root)
    slug = slug_of(name) if name else str(loaded.settings.get("PROJECT_SLUG") or "")
    for config in _configs(loaded):
        if slug_of(str(config.name)) == slug:
            return _project(root, loaded, slug, config)
    if slug and slug == loaded.settings.get("PROJECT_SLUG"):
        return _project(root, loaded, slug, None)
    raise AuthorError(text=_unknown(name, [str(one.name) for one in _configs(loaded)]))


def _loaded(root: Path) -> Loaded:
    with contextlib.redirect_stdout(sys.stderr):  # ours is for what the command says
        return load(str(root))


def _configs(loaded: Loaded) -> Sequence[CloudInfrastructure.Config]:
    return [one for one in loaded.projects if isinstance(one, CloudInfrastructure.Config)]


def _project(
    root: Path, loaded: Loaded, slug: str, config: CloudInfrastructure.Config | None
) -> Project:
    return Project(root=root, slug=slug, settings=loaded.settings, config=config)


def _chosen(loaded: Loaded, name: str) -> CloudInfrastructure.Config:
    configs = _configs(loaded)
    if not configs:
        place = loaded.settings.get("CLOUD_INFRASTRUCTURE_CONFIG_PATH", "")
        raise OperatorError(
            f"no infrastructure is declared: {place} has no PROJECTS, or is not there. "
            "`praktika init` writes a first one."
        )
    if not name and len(configs) == 1:
        return configs[0]
    found = [one for one in configs if slug_of(one.name) == slug_of(name)] if name else []
    if len(found) == 1:
        return found[0]
    raise AuthorError(text=_unknown(name, [one.name for one in configs]))


def _unknown(name: str, names: Sequence[str]) -> str:
    there = f"There are {', '.join(names)}." if names else "None is declared."
    if not name:
        return f"Choose a project with --project. {there}"
    parts = [f"There is no project '{name}'.", did_you_mean(name, list(names)), there]
    return " ".join(part for part in parts if part)
