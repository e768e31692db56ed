"""The rules can fail: each of many deliberate bugs is noticed by the one that it breaks."""

from __future__ import annotations

import pytest
from tests.simulation.scaling.bugs import BUGS, Bug
from tests.simulation.scaling.rules import RULES, Rule
from tests.simulation.scaling.scenario import KINDS
from tests.simulation.scaling.world import simulate

ENOUGH_SEEDS = 1_000


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.title)
def test_a_deliberate_bug_is_noticed(bug: Bug) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == bug.noticed_by)

    with pytest.raises(AssertionError):
        _judge_all(bug, rule)


def _judge_all(bug: Bug, rule: Rule) -> None:
    parts = bug.parts()
    first, step = (KINDS.index(bug.kind), len(KINDS)) if bug.kind else (0, 1)
    for seed in range(first, first + step * ENOUGH_SEEDS, step):
        rule(simulate(seed, parts))


def test_every_rule_notices_some_bug() -> None:
    assert {bug.noticed_by for bug in BUGS} == {rule.__name__ for rule in RULES}
