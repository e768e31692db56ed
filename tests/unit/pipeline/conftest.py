"""Repositories in temporary folders, loaded and compiled in this process."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from praktika.model.plan import Compilation
from praktika.pipeline.compile import compile as compile_plans
from praktika.pipeline.declare.workflow import Workflow
from praktika.pipeline.load.loader import Loaded, load
from praktika.sdk.settings import combine, forget

ROOTS = ("ci", "settings", "workflows", "_praktika_loaded")


@pytest.fixture(autouse=True)
def _fresh_imports() -> Iterator[None]:
    """Whatever a test loads is forgotten behind it."""
    path, finders = list(sys.path), list(sys.meta_path)
    yield
    forget()
    sys.path[:], sys.meta_path[:] = path, finders
    for name in [name for name in sys.modules if name.split(".")[0] in ROOTS]:
        del sys.modules[name]


class Repository:
    """A folder with files, and what praktika makes of it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> "Repository":
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
        return self

    def load(self) -> Loaded:
        return load(str(self.root))

    def compile(self) -> Compilation:
        return compile_plans(self.load())

    def problems(self) -> list[str]:
        """Every problem as it is printed."""
        return [str(problem) for problem in self.compile().problems]


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def compiled(tmp_path):
    """Compiles workflows that the test has built itself."""

    def go(*workflows: Workflow, settings=None, projects=()) -> Compilation:
        values = {**combine([]), "VALIDATE_FILE_PATHS": False, **(settings or {})}
        return compile_plans(Loaded(str(tmp_path), list(workflows), values, list(projects), []))

    return go


@pytest.fixture
def found(compiled):
    """What is found in a workflow of these jobs: `code: text hint`, or `warning: code: …`."""

    def go(*jobs, settings=None, projects=(), **fields) -> list[str]:
        given = {"name": "CI", "event": "push", **fields}
        workflow = Workflow(jobs=list(jobs), **given)
        problems = compiled(workflow, settings=settings, projects=projects).problems
        return [str(problem).split(": ", 1)[1] for problem in problems]

    return go
