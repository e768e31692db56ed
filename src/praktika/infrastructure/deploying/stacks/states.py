"""What can be done with a stack, from its status in CloudFormation's words."""

from __future__ import annotations

from typing import Literal

from praktika.errors import OperatorError
from praktika.ports.cloud.stacks import Stack

Move = Literal["wait", "create", "update", "remove"]
"""What to do next to get a stack to what it shall be; "remove" it before it can be created."""

_FAILED_CREATION = {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"}
_SOUND = {
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
}
_STUCK = {"UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "IMPORT_ROLLBACK_FAILED"}


def next_move(stack: Stack | None) -> Move:
    """What to do with a stack.

    Raises:
        OperatorError: nothing that could be done without a person.
    """
    if stack is None or stack.is_proposal:
        return "create"
    if stack.is_busy:
        return "wait"
    if stack.status in _SOUND:
        return "update"
    if stack.status in _FAILED_CREATION:
        return "remove"
    if stack.status in _STUCK:
        why = f" ({stack.reason})" if stack.reason else ""
        raise OperatorError(
            f"stack {stack.name} is in {stack.status}{why}: an update failed, and so did going "
            "back. Mend what its events name, then let AWS go on: aws cloudformation "
            f"continue-update-rollback --stack-name {stack.name}; then deploy again."
        )
    raise OperatorError(f"stack {stack.name} is in {stack.status}, of which praktika knows nothing")


def is_sound(stack: Stack | None) -> bool:
    """Whether the stack is there, and nothing is wrong with it."""
    return stack is not None and stack.status in _SOUND
