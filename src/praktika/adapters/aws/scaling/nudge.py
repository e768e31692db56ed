"""Waking the function that lets pools grow."""

from __future__ import annotations

import json
from collections.abc import Sequence

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated


class FunctionNudge:
    """Tells a function of the queues, or pools, that have work; it is not waited for.

    Args:
        aws: the clients.
        function: its name on AWS.
    """

    def __init__(self, aws: Clients, function: str) -> None:
        self._aws = aws
        self._function = function

    def __call__(self, names: Sequence[str]) -> None:
        """Call it with `{"nudge": [names]}`.

        Raises:
            PraktikaError: AWS did not take the call.
        """
        with translated(
            f"cannot call the function {self._function}",
            f"there is no function {self._function} in {self._aws.region}; was it deployed there?",
        ):
            self._aws.functions.invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps({"nudge": list(names)}).encode(),
            )
