"""Databases that are closed again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from praktika.adapters.local.sqlite import Database


@pytest.fixture
def open_database() -> Iterator[Callable[..., Database]]:
    """Opens database files; all are closed in the end."""
    opened: list[Database] = []

    def opener(path: Path, **options: Any) -> Database:
        opened.append(Database(path, **options))
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database: Callable[..., Database], tmp_path: Path) -> Database:
    return open_database(tmp_path / "praktika.db")
