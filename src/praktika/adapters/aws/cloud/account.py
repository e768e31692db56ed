"""Who we are to AWS."""

from __future__ import annotations

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated
from praktika.ports.cloud.cloud import Identity


class AwsAccount:
    """An `Account` of the credentials in use.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def identity(self) -> Identity:
        """Who we are; see the port."""
        with translated("cannot ask AWS whose credentials these are"):
            answer = self._aws.sts.get_caller_identity()
        return Identity(
            account=answer["Account"],
            region=self._aws.region,
            name=answer["Arn"].rpartition(":")[2],
        )
