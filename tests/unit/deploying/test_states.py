"""What can be done with a stack in each state that CloudFormation knows."""

from typing import get_args

import pytest
from types_boto3_cloudformation.literals import StackStatusType

from praktika.errors import OperatorError
from praktika.infrastructure.deploying.stacks.states import is_sound, next_move
from praktika.infrastructure.deploying.stacks.watch import Watch, first_failure
from praktika.ports.cloud.stacks import Stack, StackEvent

MOVES = {
    "create": {"REVIEW_IN_PROGRESS"},
    "remove": {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"},
    "update": {
        *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
        *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
    },
    "person": {"UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "IMPORT_ROLLBACK_FAILED"},
    "never seen by name": {"DELETE_COMPLETE"},
}


@pytest.mark.parametrize("status", get_args(StackStatusType))
def test_every_state_has_a_move_or_words(status):
    stack = Stack(name="lab-runtime", id="1", status=status, reason="because")
    meant = next((move for move, them in MOVES.items() if status in them), "wait")
    if meant in {"person", "never seen by name"}:
        with pytest.raises(OperatorError, match=rf"lab-runtime is in {status}") as caught:
            next_move(stack)
        if meant == "person":
            assert "continue-update-rollback --stack-name lab-runtime" in str(caught.value)
            assert "because" in str(caught.value)
    else:
        assert next_move(stack) == meant
    assert is_sound(stack) == (meant == "update")


def test_a_stack_that_is_not_there_is_created():
    assert next_move(None) == "create"
    assert not is_sound(None)


def event(logical, status, reason=""):
    return StackEvent(id=logical, logical=logical, kind="K", status=status, reason=reason)


def test_the_first_failure_is_the_cause_and_not_what_was_cancelled_because_of_it():
    cancelled = event("A", "CREATE_FAILED", "Resource creation cancelled")
    cause = event("B", "CREATE_FAILED", "denied")
    later = event("C", "CREATE_FAILED", "something else")
    assert first_failure([event("X", "CREATE_COMPLETE"), cancelled, cause, later]) is cause
    assert first_failure([cancelled]) is cancelled
    assert first_failure([event("X", "CREATE_COMPLETE")]) is None


class Slow:
    """Stacks of a cloud that tells of a change only after a while."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.said = []

    def find(self, name):
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if not self.said or self.said[-1] != status:
            self.said.append(status)
        return Stack(name=name, id="stack/1", status=status)

    def events(self, stack, after=""):
        number = int(after or 0)
        return [
            StackEvent(id=str(index), logical="s", kind="K", status=status, physical=stack)
            for index, status in enumerate(self.said[1:], 1)
            if index > number
        ]


def test_a_state_of_before_the_request_is_not_taken_for_the_end():
    stacks = Slow("UPDATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    begun = Stack(name="s", id="stack/1", status="")
    Watch(stacks=stacks, tell=lambda _: None, pause=0.0).follow(begun, "")
    assert stacks.statuses == ["UPDATE_COMPLETE"]
    assert stacks.said == ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]


def test_a_stack_with_which_nothing_happens_is_not_watched_for_ever():
    begun = Stack(name="s", id="stack/1", status="")
    watch = Watch(stacks=Slow("UPDATE_COMPLETE"), tell=lambda _: None, pause=0.0)
    assert watch.follow(begun, "").or_fail().status == "UPDATE_COMPLETE"
