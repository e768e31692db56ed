"""A town for each module of stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.github.town import Town, open_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town whose server runs."""
    with open_town(tmp_path_factory.mktemp("town")) as town:
        town.start()
        yield town
