"""Messages of SQS, which anybody may have sent who may send to a queue."""

from __future__ import annotations

from typing import Any

import pytest

from praktika.adapters.aws.letters import entry, message

GROUP = "a group with a space"


def received(body: bytes, group: str, /, **attributes: bytes) -> Any:
    """What SQS gives of a message; `attributes` are in place of its own."""
    made = entry(body, group, None, 0)
    values = {name: {"BinaryValue": value} for name, value in attributes.items()}
    return {
        "MessageId": "1",
        "ReceiptHandle": "r",
        "Body": made["MessageBody"],
        "Attributes": {"MessageGroupId": made["MessageGroupId"]},
        "MessageAttributes": {**made.get("MessageAttributes", {}), **values},
    }


def test_a_group_that_sqs_takes_no_name_of_is_known_again():
    assert message("q.fifo", received(b"x", GROUP)).group == GROUP


@pytest.mark.parametrize("said", [b"\xff", b"", b"run-2", GROUP.encode()])
def test_a_group_that_is_not_that_of_the_message_is_not_believed(said):
    """Security 9: nor does a message that nobody can read keep others from being received."""
    assert message("q.fifo", received(b"x", "run-1", group=said)).group == "run-1"
