"""The rules can fail: each of many deliberate bugs is noticed by the one that it breaks."""

from __future__ import annotations

import pytest
from tests.simulation.system import bugs, bugs_of_reuse
from tests.simulation.system.bugs import Bug
from tests.simulation.system.rules import RULES, Rule
from tests.simulation.system.world import simulate

ENOUGH_SEEDS = 3_000

BUGS = (*bugs.BUGS, *bugs_of_reuse.BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.title)
def test_a_deliberate_bug_is_noticed(bug: Bug) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == bug.noticed_by)

    with pytest.raises(AssertionError):
        _judge_all(bug, rule)


def _judge_all(bug: Bug, rule: Rule) -> None:
    for seed in range(bug.near, bug.near + ENOUGH_SEEDS):
        with bug.made():
            history = simulate(seed, reuse=bug.reuse)
            if bug.everywhere:
                rule(history)
        rule(history)


def test_every_rule_notices_some_bug() -> None:
    assert {bug.noticed_by for bug in BUGS} == {rule.__name__ for rule in RULES}
