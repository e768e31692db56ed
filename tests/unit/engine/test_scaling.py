"""How many machines a pool should have."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.engine.scaling.scale import DROUGHT, PATIENCE, needed, scale
from praktika.engine.scaling.view import Group, View
from praktika.model.installation import Pool


def pool(**options) -> Pool:
    chosen = {"role": "job_runner", "queues": ("tasks-a",), "groups": ("a",), "max_size": 100}
    return Pool(name="a", **{**chosen, **options})


def view(waiting=0, leased=0, *, groups=None, now=0.0, **options) -> View:
    found = groups if groups is not None else (Group(name="a", desired=0, largest=100),)
    return View(pool=pool(**options), waiting=waiting, leased=leased, groups=found, now=now)


def spot(**options) -> Group:
    return Group(name="spot", **{"desired": 0, "largest": 100, **options})


def demand(**options) -> Group:
    return Group(name="demand", **{"desired": 0, "largest": 100, **options})


def settled(seen: View) -> dict[str, int]:
    """What all groups want when nothing is left to decide; the last look changes nothing."""
    for _ in range(3):
        desired = scale(seen).desired
        groups = [replace(one, desired=desired.get(one.name, one.desired)) for one in seen.groups]
        seen = replace(seen, groups=tuple(groups))
    assert scale(seen).desired == {}
    return {group.name: group.desired for group in seen.groups}


def test_fault_61_fifty_queued_jobs_are_fifty_machines_at_once():
    """The predecessor started one a minute: the last of fifty jobs waited for fifty minutes."""
    assert scale(view(50)).desired == {"a": 50}


def test_what_is_under_way_already_is_not_started_again():
    group = Group(name="a", desired=30, in_service=10, launching=15, largest=100)
    assert scale(view(20, 10, groups=(group,))).desired == {}
    assert scale(view(22, 10, groups=(group,))).desired == {"a": 32}


def test_never_more_than_the_maximum_of_the_pool_and_of_its_group():
    assert scale(view(500)).desired == {"a": 100}
    assert scale(view(500, groups=(Group(name="a", desired=0, largest=7),))).desired == {"a": 7}


def test_fault_61_the_reserve_is_idle_beyond_those_at_work():
    group = Group(name="a", desired=5, in_service=5, largest=100)
    assert scale(view(0, 3, reserve=2, groups=(group,))).desired == {}
    assert scale(view(1, 3, reserve=2, groups=(group,))).desired == {"a": 6}
    assert scale(view(reserve=2)).desired == {"a": 2}


def test_the_size_is_there_without_work_and_is_no_reserve():
    assert scale(view(size=3)).desired == {"a": 3}
    assert scale(view(2, size=3)).desired == {"a": 3}
    assert scale(view(4, size=3)).desired == {"a": 4}


def test_a_pool_that_does_not_scale_keeps_its_size():
    assert scale(view(50, 50, scaling="disabled", size=2, reserve=9)).desired == {"a": 2}


@pytest.mark.parametrize(
    ("messages", "machines"), [(0, 0), (1, 1), (499, 1), (500, 2), (1600, 4), (10**9, 100)]
)
def test_one_orchestrator_takes_many_messages(messages, machines):
    orchestrators = pool(role="workflow_orchestrator")
    assert needed(orchestrators, messages, 0) == machines
    assert needed(orchestrators, 0, messages) == machines


def test_nothing_is_ever_lowered_when_there_is_less_work():
    group = Group(name="a", desired=60, in_service=60, largest=100)
    assert scale(view(groups=(group,))).desired == {}
    assert scale(view(5, max_size=10, groups=(group,))).desired == {}


def test_the_second_group_is_not_asked_while_the_first_has_machines():
    assert scale(view(50, groups=(spot(), demand()))).desired == {"spot": 50}


def test_a_group_that_fails_for_a_while_is_replaced_by_the_next_one():
    tired = spot(desired=50, in_service=8, launching=2, failing_since=0.0, failed_at=PATIENCE - 20)
    early = view(45, 5, groups=(tired, demand()), now=PATIENCE - 1)
    late = view(45, 5, groups=(tired, demand()), now=PATIENCE)
    assert scale(early).desired == {}
    # What spot does not have is not wanted of it any more: else there are 90 when it has.
    assert scale(late).desired == {"spot": 10}
    assert "spot gets no machines" in scale(late).reason
    assert settled(late) == {"spot": 10, "demand": 40}
    # It has got some while we did not look.
    more = replace(tired, desired=10, in_service=15)
    assert scale(replace(late, groups=(more, demand()))).desired == {"demand": 33}


def test_after_a_drought_the_first_group_is_asked_first_again():
    groups = (spot(desired=2, in_service=2, failing_since=0.0, failed_at=200.0), demand())
    assert scale(view(9, groups=groups, now=200.0 + DROUGHT - 1)).desired == {"demand": 7}
    assert scale(view(9, groups=groups, now=200.0 + DROUGHT)).desired == {"spot": 9}


def test_where_nobody_has_machines_the_last_one_goes_on_trying():
    failing = {"failing_since": 0.0, "failed_at": 1000.0}
    alone = Group(name="a", desired=50, in_service=10, largest=100, **failing)
    assert scale(view(50, groups=(alone,), now=1001.0)).desired == {}
    assert scale(view(60, groups=(alone,), now=1001.0)).desired == {"a": 60}
    both = (spot(desired=50, **failing), demand(**failing))
    assert settled(view(50, groups=both, now=1001.0)) == {"spot": 0, "demand": 50}


def test_a_wish_is_taken_back_only_where_another_group_takes_it():
    tired = spot(desired=50, failing_since=0.0, failed_at=300.0)
    small = demand(largest=20)
    assert settled(view(50, groups=(tired, small), now=301.0)) == {"spot": 30, "demand": 20}
    full = demand(desired=20, largest=20, in_service=20)
    assert scale(view(70, groups=(tired, full), now=301.0)).desired == {}


def test_machines_beyond_what_is_wanted_count_as_they_stay():
    """Somebody has set the size down: no machine is ended, as all are protected (fault 45)."""
    group = Group(name="a", desired=0, in_service=8, launching=2, largest=100)
    assert scale(view(0, 10, groups=(group,))).desired == {}
    assert scale(view(5, 10, groups=(group,))).desired == {"a": 15}
    other = demand(desired=0, in_service=8)
    assert scale(view(5, 10, max_size=10, groups=(spot(), other))).desired == {"spot": 2}


def test_what_a_failing_group_does_not_get_is_wished_no_more_when_the_work_is_done():
    failing = {"failing_since": 0.0, "failed_at": 300.0}
    alone = Group(name="a", desired=50, in_service=10, largest=100, **failing)
    assert scale(view(3, 20, groups=(alone,), now=301.0)).desired == {"a": 23}
    assert scale(view(groups=(alone,), now=301.0)).desired == {"a": 10}  # they leave by themselves
    assert scale(view(groups=(alone,), now=100.0)).desired == {}


def test_a_wish_is_never_below_the_least_size_of_its_group():
    tired = spot(desired=4, smallest=3, failing_since=0.0, failed_at=300.0)
    seen = view(4, max_size=5, groups=(tired, demand()), now=301.0)
    assert settled(seen) == {"spot": 3, "demand": 2}  # 5 in all, whatever comes


def test_a_pool_without_a_group_says_so():
    decision = scale(view(5, groups=()))
    assert decision.desired == {}
    assert "none of its groups is there" in decision.reason


def test_the_reason_has_the_numbers():
    reason = scale(view(7, 3, reserve=2, max_size=50)).reason
    assert reason == (
        "12 needed for 7 waiting and 3 leased messages and a reserve of 2, between 0 and 50"
    )


NUMBERS = st.integers(-(10**12), 10**12) | st.integers(-3, 60)
TIMES = st.none() | st.floats()


@st.composite
def groups(draw):
    return tuple(
        Group(
            name=name,
            desired=draw(NUMBERS),
            largest=draw(NUMBERS),
            smallest=draw(NUMBERS),
            in_service=draw(NUMBERS),
            launching=draw(NUMBERS),
            failing_since=draw(TIMES),
            failed_at=draw(TIMES),
        )
        for name in ("a", "b", "c")[: draw(st.integers(0, 3))]
    )


@given(
    waiting=NUMBERS,
    leased=NUMBERS,
    groups=groups(),
    now=st.floats(),
    size=NUMBERS,
    reserve=NUMBERS,
    max_size=NUMBERS,
    role=st.sampled_from(["job_runner", "workflow_orchestrator"]),
    scaling=st.sampled_from(["auto", "disabled"]),
)
def test_broken_numbers_neither_shrink_nor_explode(**given):
    most = given["max_size"]
    seen = view(**given)
    before = {group.name: group.desired for group in seen.groups}
    after = settled(seen)
    # A wish that is taken back goes elsewhere, or is not needed.
    target = needed(seen.pool, seen.waiting, seen.leased)
    assert sum(after.values()) >= min(sum(before.values()), target)
    for group in seen.groups:
        if after[group.name] > group.desired:
            assert after[group.name] <= group.largest
            assert sum(after.values()) <= max(0, most)
        if after[group.name] < group.desired:
            assert after[group.name] >= max(group.smallest, group.in_service, group.launching, 0)


def test_times_that_are_no_numbers_are_no_drought():
    strange = spot(desired=5, failing_since=math.nan, failed_at=math.nan)
    assert scale(view(9, groups=(strange, demand()), now=1000.0)).desired == {"spot": 9}
