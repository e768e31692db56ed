"""Clients of AWS, made when they are first used."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from types_boto3_autoscaling import AutoScalingClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient
    from types_boto3_ssm import SSMClient

AWS_ERRORS = (BotoCoreError, ClientError, ResponseParserError)
"""What a request raises that was refused, or got no answer."""


class Clients:
    """One client for each service, shared by all threads.

    Args:
        region: of all services.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._session = boto3.Session()
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def autoscaling(self) -> AutoScalingClient:
        """For the group that this machine belongs to."""
        return cast("AutoScalingClient", self._client("autoscaling"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """For what is logged."""
        return cast("CloudWatchLogsClient", self._client("logs"))

    @property
    def s3(self) -> S3Client:
        """For blobs."""
        return cast("S3Client", self._client("s3"))

    @property
    def sqs(self) -> SQSClient:
        """For work."""
        return cast("SQSClient", self._client("sqs"))

    @property
    def ssm(self) -> SSMClient:
        """For parameters."""
        return cast("SSMClient", self._client("ssm"))

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    cast("Any", service),
                    region_name=self._region,
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": 4},
                        connect_timeout=5,
                        read_timeout=40,
                        tcp_keepalive=True,
                        user_agent_extra="praktika-controller",
                    ),
                )
            return self._clients[service]


def code_of(error: Exception) -> str:
    """The code of an answer that says no, "" where there was no answer."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""
