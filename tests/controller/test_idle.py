"""Whether an idle machine may leave."""

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from praktika.engine.scaling import scale
from praktika_controller import idle as module
from praktika_controller.idle import SPREAD, View, is_spare, may_leave, rested, ticket, turn

LONG = 1000.0


def view(**options) -> View:
    usual = View(
        role="job_runner",
        scaling="auto",
        idle_seconds=300,
        reserve=0,
        waiting=0,
        leased=0,
        serving=10,
        least=0,
        desired=10,
        smallest=0,
        machines=10,
    )
    return replace(usual, **options)


def leaves(idle: float = LONG, **options) -> bool:
    return may_leave("i-1", idle, view(**options)).leaves


def test_an_idle_machine_leaves_and_its_group_wants_one_less():
    verdict = may_leave("i-1", LONG, view())
    assert (verdict.leaves, verdict.shrinks) == (True, True)


def test_each_machine_is_patient_for_a_while_of_its_own():
    names = [f"i-{number:017x}" for number in range(200)]
    limits = [next(s for s in range(300, 400) if rested(name, s, 300)) for name in names]
    assert min(limits) < 305
    assert 370 < max(limits) <= 300 * (1 + SPREAD)
    assert len(set(limits)) > 50
    assert not leaves(idle=299)


def test_fault_62_a_long_job_elsewhere_keeps_nobody():
    """The predecessor kept nine idle machines for the five hours of the tenth."""
    assert leaves(leased=1)
    assert leaves(leased=9)  # one is idle: this one
    assert not leaves(leased=10)


def test_fault_62_a_machine_of_the_reserve_that_has_worked_stays_for_it():
    """The predecessor's left after a job, and another one was booted in its place."""
    assert not leaves(serving=2, desired=2, machines=2, reserve=2)
    assert not leaves(serving=5, desired=5, machines=5, leased=3, reserve=2)
    assert leaves(serving=6, desired=6, machines=6, leased=3, reserve=2)


def test_nobody_leaves_while_messages_wait():
    assert not leaves(waiting=1)
    assert not leaves(waiting=1, serving=1000)


def test_a_pool_that_keeps_its_size_does():
    assert not leaves(scaling="disabled")
    assert not leaves(scaling="")


def test_the_bounds_of_the_group_and_of_the_pool_are_kept():
    assert not leaves(smallest=10)
    assert not leaves(least=10)
    assert leaves(least=9)


def test_machines_of_all_groups_count_for_the_reserve():
    fallback = {"reserve": 2, "least": 2, "desired": 2, "machines": 2}
    assert not leaves(**fallback, serving=2)  # the first group has none now
    assert leaves(**fallback, serving=4)


def test_one_that_its_group_does_not_count_leaves_without_a_wish_for_less():
    verdict = may_leave("i-1", LONG, view(serving=1, machines=1, desired=0))
    assert (verdict.leaves, verdict.shrinks) == (True, False)
    assert not leaves(serving=1, machines=1, desired=1, smallest=1)


@pytest.mark.parametrize(
    "broken",
    [
        {"serving": 0},
        {"serving": -5},
        {"waiting": -1},
        {"leased": 10**9},
        {"desired": -3, "machines": -3},
    ],
    ids=str,
)
def test_numbers_that_cannot_be_keep_it(broken):
    assert not leaves(**broken)


def test_negative_numbers_are_no_reason_to_leave_early():
    assert not leaves(reserve=-5, serving=0)
    assert not leaves(leased=-5, serving=2, reserve=2)
    assert not rested("i-1", -1.0, -100)


def test_one_orchestrator_is_enough_for_the_messages_of_others():
    both = {"role": "workflow_orchestrator", "serving": 2, "desired": 2, "machines": 2}
    assert leaves(**both, leased=40)
    assert not leaves(**both, leased=700)
    assert not leaves(**{**both, "serving": 1, "desired": 1, "machines": 1}, leased=1)


def test_a_machine_of_one_task_is_replaced_only_if_another_one_is_needed():
    assert is_spare(view())
    assert is_spare(view(waiting=5, leased=4))
    assert not is_spare(view(waiting=6, leased=4))
    assert not is_spare(view(leased=8, reserve=2))
    assert not is_spare(view(scaling="disabled"))


def test_one_leaves_a_second_and_pool():
    assert ticket("arm", 12.9) == ticket("arm", 12.0) == "leaving/arm/12"
    assert len({ticket("arm", 12.0), ticket("arm", 13.0), ticket("amd", 12.0)}) == 3


def test_those_with_tickets_look_a_second_apart_however_close_their_tickets_are():
    assert turn(12.999) == 13.0
    assert turn(13.0) == 14.0


def test_it_needs_the_standard_library_only_and_knows_the_same_numbers_as_the_engine():
    tree = ast.parse(Path(module.__file__).read_text())
    roots = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    roots |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert roots <= sys.stdlib_module_names
    assert module.PER_ORCHESTRATOR == scale.PER_ORCHESTRATOR
