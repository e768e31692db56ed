"""Example repositories with a declared infrastructure, loaded in this process."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from praktika.infrastructure.template.compile import Compiled, compiled
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place
from praktika.pipeline.load.loader import Loaded, load
from praktika.sdk.settings import forget

EXAMPLES = Path(__file__).parent / "fixtures" / "infrastructure"
_ROOTS = ("ci", "settings", "workflows", "_praktika_loaded")


def loaded(name: str) -> Loaded:
    """What `fixtures/infrastructure/<name>` declares."""
    with _forgotten():
        return load(str(EXAMPLES / name))


def context_of(found: Loaded) -> Context:
    """The surroundings of its first project."""
    return Context(project=found.projects[0], root=Path(found.root), settings=found.settings)


def place_of(found: Loaded) -> Place:
    """Where its settings want it."""
    settings = found.settings
    return Place(
        region=settings["AWS_REGION"],
        account=settings["AWS_ACCOUNT_ID"],
        bucket=settings["S3_ARTIFACT_BUCKET"],
    )


def compiled_example(name: str, digests: Mapping[str, str] | None = None) -> Compiled:
    """An example as templates."""
    found = loaded(name)
    return compiled(context_of(found), place_of(found), digests or {})


@contextmanager
def _forgotten() -> Iterator[None]:
    """Whatever is loaded meanwhile is forgotten."""
    path, finders = list(sys.path), list(sys.meta_path)
    try:
        yield
    finally:
        forget()
        sys.path[:], sys.meta_path[:] = path, finders
        for name in [name for name in sys.modules if name.split(".")[0] in _ROOTS]:
            del sys.modules[name]
