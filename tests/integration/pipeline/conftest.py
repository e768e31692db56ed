"""Real files, compiled in a real sandbox."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.model.plan import Compilation

GOOD = """
    from praktika import Job, Workflow
    WORKFLOWS = [Workflow(name="good", event="push", jobs=[Job(name="a", command="true")])]
"""


@pytest.fixture
def write(tmp_path) -> Callable[[str, str], Path]:
    """Writes a file of the repository at `tmp_path`."""

    def go(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
        return file

    return go


@pytest.fixture
def compiled(tmp_path, write) -> Callable[..., Compilation]:
    """Compiles a repository with one good workflow file and `ci/workflows/main.py` of this text."""

    def go(text: str, **options: float) -> Compilation:
        write("ci/workflows/good.py", GOOD)
        write("ci/workflows/main.py", text)
        return LocalSandbox(**options).compile(tmp_path)

    return go
