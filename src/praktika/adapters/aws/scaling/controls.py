"""The queues on which runners of a cloud listen: who is gone has left one behind."""

from __future__ import annotations

import re
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated

_CONTROL = re.compile(r"control-(?:trusted|untrusted)-(i-[0-9a-f]{8,17})")
_AT_ONCE = 1000


class ControlQueues:
    """Control queues of the machines of one project.

    Args:
        aws: the clients.
        prefix: what the names of all its queues on AWS begin with, before a "-".
    """

    def __init__(self, aws: Clients, prefix: str) -> None:
        self._aws = aws
        self._prefix = prefix

    def of_machines(self) -> dict[str, str]:
        """The id of the machine that listens, by the name of the queue at the port.

        Queues of runners that are no machines of the cloud are left out, and so is every queue
        whose name is not ours to the letter.
        """
        found: dict[str, str] = {}
        begin = f"{self._prefix}-"
        options: dict[str, Any] = {"QueueNamePrefix": f"{begin}control-", "MaxResults": _AT_ONCE}
        with translated(f"cannot list the queues that begin with {begin}"):
            while True:
                answer = self._aws.sqs.list_queues(**options)
                for url in answer.get("QueueUrls", ()):
                    name = url.rpartition("/")[2].removeprefix(begin)
                    if machine := _CONTROL.fullmatch(name):
                        found[name] = machine[1]
                token = answer.get("NextToken")
                if not token:
                    return found
                options["NextToken"] = token
