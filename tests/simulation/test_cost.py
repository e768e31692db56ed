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


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("status", [Status.OK, Status.FAIL])
def test_it_does_where_jobs_are_reused_and_remembered(shape, status) -> None:
    small, large = (measured(cost.reusing(shape(size)), status=status) for size in (60, 600))

    assert large.worst <= 1.1 * small.worst


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_due_costs_as_much_for_each_job_and_edge_in_any_run(shape) -> None:
    small, large = (cost.due_cost(cost.reusing(shape(size))) for size in (60, 600))

    assert large <= 1.1 * small


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("request_", cost.REQUESTS.values(), ids=cost.REQUESTS)
def test_a_request_costs_no_more_where_jobs_are_reused(shape, request_) -> None:
    small, large = (cost.request_cost(cost.reusing(shape(size)), request_) for size in (60, 600))

    assert large <= 1.1 * small


def test_a_reason_does_not_grow_with_the_chain_that_led_to_it() -> None:
    assert measured(cost.chain(600), status=Status.FAIL).reasons < 100


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("request_", cost.REQUESTS.values(), ids=cost.REQUESTS)
def test_a_request_or_a_timer_costs_as_much_for_each_job_and_edge_in_any_run(
    shape, request_
) -> None:
    small, large = cost.request_cost(shape(60), request_), cost.request_cost(shape(600), request_)

    assert large <= 1.1 * small


def test_a_thousand_reruns_of_a_job_make_no_event_dearer_and_what_is_due_linearly() -> None:
    costs = cost.rerun_costs(1_000)
    (first, first_due), (last, last_due) = costs[9], costs[-1]

    assert last <= 1.1 * first
    assert last_due <= 100 * first_due


def test_the_meter_sees_a_loop_over_all_jobs() -> None:
    meter = cost.Meter()
    counted = cost.Counted(dict.fromkeys("abc"), meter)

    with meter:
        list(counted)
    assert meter.work >= 3
    with meter:
        [None for _ in range(1_000)]
    assert meter.work >= 1_000
