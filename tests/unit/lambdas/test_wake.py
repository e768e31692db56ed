"""An orchestrator comes once a day, though nobody has called for one: webhooks may be lost."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.lambdas.test_broker import Lines
from tests.unit.lambdas.test_tick import INSTALLATION

from praktika.adapters.memory import MemoryGroups
from praktika.lambdas.ticking.parts import Wake


@pytest.fixture
def groups() -> MemoryGroups:
    found = MemoryGroups()
    for pool in INSTALLATION.pools:
        found.make(pool.groups[0])
    return found


def desired(groups: MemoryGroups) -> list[int]:
    return [groups.look(pool.groups)[pool.groups[0]].desired for pool in INSTALLATION.pools]


def test_one_comes_where_there_is_none(groups: MemoryGroups):
    log = Lines()
    wake = Wake(groups=groups, log=log)
    wake(INSTALLATION)
    wake(INSTALLATION)
    assert desired(groups) == [0, 1]
    assert [name for name, _ in log] == ["orchestrator.woken"]


def test_those_that_are_there_are_enough(groups: MemoryGroups):
    groups.resize("demo-o", 2)
    Wake(groups=groups, log=Lines())(INSTALLATION)
    assert desired(groups) == [0, 2]


def test_a_pool_that_keeps_its_size_keeps_it(groups: MemoryGroups):
    runners, orchestrators = INSTALLATION.pools
    fixed = replace(orchestrators, scaling="disabled")
    Wake(groups=groups, log=Lines())(replace(INSTALLATION, pools=(runners, fixed)))
    assert desired(groups) == [0, 0]


def test_a_group_that_is_not_there_is_no_matter():
    Wake(groups=MemoryGroups(), log=Lines())(INSTALLATION)
