"""Reading reports in tests: `recorded` by the name of a fixture, `written` from text or bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from praktika.model.result import Result
from praktika.runner.reports import read_report

FIXTURES = Path(__file__).parents[3] / "fixtures" / "reports"

Read = Callable[..., tuple[Result, ...]]


def _read(path: Path) -> tuple[Result, ...]:
    results = read_report(path)
    # Whatever is read must be able to leave as JSON.
    assert msgspec.json.decode(msgspec.json.encode(results), type=tuple[Result, ...]) == results
    return results


@pytest.fixture
def recorded() -> Read:
    return lambda name: _read(FIXTURES / name)


@pytest.fixture
def written(tmp_path: Path) -> Read:
    def write(content: str | bytes, name: str = "report.txt") -> tuple[Result, ...]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return _read(path)

    return write


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES
