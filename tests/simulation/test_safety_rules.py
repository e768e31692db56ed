"""The safety rules of `praktika.engine`, one property a rule; Hypothesis plays the adversary.

When one fails, the plainest history that breaks it is printed whole.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.simulation import rules
from tests.simulation.choices import Drawn
from tests.simulation.history import History
from tests.simulation.world import simulate


@st.composite
def _histories(draw: st.DrawFn) -> History:
    return simulate(Drawn(draw))


histories = _histories()


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
def test_as_the_oracle_says(history: History) -> None:
    rules.as_the_oracle_says(history)
