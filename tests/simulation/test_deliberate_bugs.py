"""The properties can fail: each of many deliberate bugs is noticed by the rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.simulation import cost
from tests.simulation.bugs import reuse
from tests.simulation.bugs.broken import Bug
from tests.simulation.bugs.catalogue import BUGS
from tests.simulation.choices import Choices, Seeded, second
from tests.simulation.history import Engine
from tests.simulation.rules import RULES, Rule
from tests.simulation.world import simulate

from praktika.engine.run import Run, Stage
from praktika.model.events import Planned, RunRequested
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Status

ENOUGH_SEEDS = 3_000


def _in_some_history(
    rule: Rule, other: Callable[[int], Choices | None] = lambda _: None
) -> Callable[[Engine], None]:
    def check(engine: Engine) -> None:
        for seed in range(ENOUGH_SEEDS):
            try:
                history = simulate(Seeded(seed), engine, other(seed))
            except (KeyError, AssertionError):
                continue  # a broken engine may break down, which is not what the rule is about
            rule(history)

    return check


def _cost_is_local(engine: Engine) -> None:
    for status in (Status.OK, Status.FAIL):
        small, large = (cost.cost(cost.chain(size), engine, status=status) for size in (40, 200))
        assert large.worst <= 1.1 * small.worst
        assert large.reasons < 100
    few, many = (cost.due_cost(cost.reusing(cost.star(n)), engine) for n in (40, 200))
    assert many <= 1.1 * few
    for request in cost.REQUESTS.values():
        little, much = (cost.request_cost(cost.star(n), request, engine) for n in (40, 200))
        assert much <= 1.1 * little
    (begin, _), *_, (end, _) = cost.rerun_costs(300, engine)
    assert end <= 1.1 * begin


def _cycles_are_refused(engine: Engine) -> None:
    jobs = [
        Job(key=key, name=key, command="", needs=(Need(job=other, kind="job"),))
        for key, other in ("ab", "ba")
    ]
    run = engine.step(Run(), RunRequested(at=0.0, workflow="w")).run
    run = engine.step(run, Planned(at=0.0, plan=Plan(workflow="w", event="", jobs=(*jobs,)))).run
    assert run.stage is Stage.CONCLUDED


PROPERTIES: dict[str, Callable[[Engine], None]] = {
    **{rule.__name__: _in_some_history(rule) for rule in RULES},
    **{f"{rule.__name__} with reuse": _in_some_history(rule, second) for rule in RULES},
    "cost_is_local": _cost_is_local,
    "cycles_are_refused": _cycles_are_refused,
}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.title)
def test_a_deliberate_bug_is_noticed(bug: Bug) -> None:
    engine = bug.engine()

    with pytest.raises(AssertionError):
        PROPERTIES[f"{bug.noticed_by} with reuse" if bug in reuse.BUGS else bug.noticed_by](engine)


@pytest.mark.parametrize("name", ["cost_is_local", "cycles_are_refused"])
def test_the_engine_itself_has_none_of_them(name: str) -> None:
    PROPERTIES[name](Engine())


def test_every_property_notices_some_bug() -> None:
    names = {name.removesuffix(" with reuse") for name in PROPERTIES}
    assert {bug.noticed_by for bug in BUGS} == names
