import pytest
from tests.unit.infrastructure.projects import SETTINGS

from praktika.pipeline.compile import compile as compile_plans
from praktika.pipeline.load.loader import Loaded
from praktika.sdk.settings import DEFAULTS


@pytest.fixture
def problems(tmp_path):
    """What is wrong with projects, as texts without their places."""

    def problems(*projects, **settings):
        values = {**DEFAULTS, **SETTINGS, **settings}
        loaded = Loaded(str(tmp_path), [], values, list(projects), [])
        return [
            f"{problem.code}: {problem.text} {problem.hint}".strip()
            for problem in compile_plans(loaded).problems
        ]

    return problems
