"""The safety rules of `praktika.engine`, one property a rule; Hypothesis plays the adversary.

When one fails, the plainest history that breaks it is printed whole.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.simulation import rules, rules_again, rules_approval, rules_reuse
from tests.simulation.choices import Drawn
from tests.simulation.history import History
from tests.simulation.world import simulate


@st.composite
def _histories(draw: st.DrawFn) -> History:
    return simulate(Drawn(draw))


@st.composite
def _with_reuse(draw: st.DrawFn) -> History:
    return simulate(Drawn(draw), reuse=Drawn(draw))


histories = _histories()
histories_with_reuse = _with_reuse()


@given(histories)
def test_needs_first(history: History) -> None:
    rules.needs_first(history)


@given(histories)
def test_one_live_attempt(history: History) -> None:
    rules.one_live_attempt(history)


@given(histories)
def test_stale_is_silent(history: History) -> None:
    rules.stale_is_silent(history)


@given(histories)
def test_settled_stays(history: History) -> None:
    rules.settled_stays(history)


@given(histories)
def test_cancel_is_final(history: History) -> None:
    rules.cancel_is_final(history)


@given(histories)
def test_concluded_once(history: History) -> None:
    rules.concluded_once(history)


@given(histories)
def test_reason_always(history: History) -> None:
    rules.reason_always(history)


@given(histories)
def test_fault_24_due_is_enough(history: History) -> None:
    rules.due_is_enough(history)


@given(histories)
def test_retries_are_bounded(history: History) -> None:
    rules_again.retries_are_bounded(history)


@given(histories)
def test_attempts_are_remembered(history: History) -> None:
    rules_again.attempts_are_remembered(history)


@given(histories)
def test_finished_work_stays(history: History) -> None:
    rules_again.finished_work_stays(history)


@given(histories)
def test_reruns_end(history: History) -> None:
    rules_again.reruns_end(history)


@given(histories)
def test_time_is_enough(history: History) -> None:
    rules_again.time_is_enough(history)


@given(histories)
def test_stopped_is_told(history: History) -> None:
    rules_again.stopped_is_told(history)


@given(histories)
def test_heard_once(history: History) -> None:
    rules_again.heard_once(history)


@given(histories)
def test_waits_its_turn(history: History) -> None:
    rules_again.waits_its_turn(history)


@given(histories)
def test_security_1_nothing_unapproved(history: History) -> None:
    rules_approval.nothing_unapproved(history)


@given(histories)
def test_approved_once(history: History) -> None:
    rules_approval.approved_once(history)


@given(histories)
def test_as_the_oracle_says(history: History) -> None:
    rules.as_the_oracle_says(history)


@given(histories_with_reuse)
def test_where_outcomes_travel_all_comes_out_as_the_oracle_says(history: History) -> None:
    rules.as_the_oracle_says(history)


@given(histories_with_reuse)
def test_reused_is_not_run(history: History) -> None:
    rules_reuse.reused_is_not_run(history)


@given(histories_with_reuse)
def test_good_work_is_remembered(history: History) -> None:
    rules_reuse.good_work_is_remembered(history)


@given(histories_with_reuse)
def test_inputs_are_named(history: History) -> None:
    rules_reuse.inputs_are_named(history)


def test_every_rule_has_a_test_here() -> None:
    tests = " ".join(name for name in globals() if name.startswith("test_"))

    assert [rule.__name__ for rule in rules.RULES if rule.__name__ not in tests] == []
