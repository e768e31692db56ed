"""An event costs what it touches, however large the run is."""

from __future__ import annotations

import pytest
from tests.simulation import cost
from tests.simulation.cost import cost as measured

from praktika.model.result import Status

SHAPES = (cost.chain, cost.star, cost.fan, cost.layered)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("status", [Status.OK, Status.FAIL])
def test_an_event_costs_the_same_in_a_small_and_in_a_large_run(shape, status) -> None:
    small, large = measured(shape(60), status=status), measured(shape(600), status=status)

    assert large.worst <= 1.1 * small.worst


def test_a_reason_does_not_grow_with_the_chain_that_led_to_it() -> None:
    assert measured(cost.chain(600), status=Status.FAIL).reasons < 100


def test_the_meter_sees_a_loop_over_all_jobs() -> None:
    meter = cost.Meter()
    counted = cost.Counted(dict.fromkeys("abc"), meter)

    with meter:
        list(counted)
    assert meter.work >= 3
    with meter:
        [None for _ in range(1_000)]
    assert meter.work >= 1_000
