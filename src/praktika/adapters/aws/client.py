"""Clients of AWS, made when they are first used."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, cast

from praktika.adapters.aws.faults import translated
from praktika.errors import OperatorError

if TYPE_CHECKING:
    import boto3
    from types_boto3_autoscaling import AutoScalingClient
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_imagebuilder import ImagebuilderClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient
    from types_boto3_ssm import SSMClient
    from types_boto3_sts import STSClient

_CONNECT = 5.0
_POOL = 16


class Clients:
    """One client for each service, shared by all threads.

    Args:
        region: of all services; "" takes what the environment or the profile says.
        endpoint: one URL for all services, for another server than AWS's; "" takes AWS's, or what
            the variables AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> say.
        session: whose credentials are used; None looks for them where all tools of AWS do.
        timeout: seconds until a request without an answer is tried again.
        attempts: how often a request is made at most.
    """

    def __init__(
        self,
        region: str = "",
        *,
        endpoint: str = "",
        session: boto3.Session | None = None,
        timeout: float = 60.0,
        attempts: int = 5,
    ) -> None:
        self.endpoint = endpoint
        self.timeout = timeout
        self._region = region
        self._attempts = attempts
        self._session = session
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Clients({self._region!r}, endpoint={self.endpoint!r})"

    @property
    def s3(self) -> S3Client:
        """For objects."""
        return cast("S3Client", self._client("s3"))

    @property
    def sqs(self) -> SQSClient:
        """For queues."""
        return cast("SQSClient", self._client("sqs"))

    @property
    def ssm(self) -> SSMClient:
        """For parameters."""
        return cast("SSMClient", self._client("ssm"))

    @property
    def secrets(self) -> SecretsManagerClient:
        """For secrets."""
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @property
    def stacks(self) -> CloudFormationClient:
        """For stacks."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @property
    def sts(self) -> STSClient:
        """For who we are."""
        return cast("STSClient", self._client("sts"))

    @property
    def ec2(self) -> EC2Client:
        """For machines, images, volumes."""
        return cast("EC2Client", self._client("ec2"))

    @property
    def groups(self) -> AutoScalingClient:
        """For groups of machines."""
        return cast("AutoScalingClient", self._client("autoscaling"))

    @property
    def images(self) -> ImagebuilderClient:
        """For images that are made."""
        return cast("ImagebuilderClient", self._client("imagebuilder"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """For logs."""
        return cast("CloudWatchLogsClient", self._client("logs"))

    @property
    def tagging(self) -> Any:
        """For what has a tag, of all services; no types are installed for it."""
        return self._client("resourcegroupstaggingapi")

    @property
    def functions(self) -> LambdaClient:
        """For functions."""
        return cast("LambdaClient", self._client("lambda"))

    @property
    def region(self) -> str:
        """The region that is used.

        Raises:
            OperatorError: none is given anywhere.
        """
        return self._region or str(self.s3.meta.region_name)

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                with translated(f"cannot set up the client for {service} of AWS"):
                    self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        try:
            import boto3  # noqa: PLC0415 - an optional dependency, and slow to import
            from botocore.config import Config  # noqa: PLC0415 - the same
        except ImportError as error:
            raise OperatorError(
                "boto3 is not installed, which everything on AWS needs: pip install 'praktika[aws]'"
            ) from error
        if self._session is None:
            self._session = boto3.Session()
        # botocore itself knows AWS_DEFAULT_REGION alone; every other tool, this one.
        said = self._region or os.environ.get("AWS_REGION", "")
        region = said or self._session.region_name
        if not region:
            raise OperatorError(
                "no AWS region is given. Set AWS_REGION, or a region in the profile that is used."
            )
        if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
            raise OperatorError(
                f"{self.endpoint!r} is no endpoint of AWS: it begins with http:// or https://"
            )
        config = Config(
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            connect_timeout=_CONNECT,
            read_timeout=self.timeout,
            max_pool_connections=_POOL,
            tcp_keepalive=True,
            user_agent_extra="praktika",
            # other servers than AWS's rarely have a name for each bucket
            s3={"addressing_style": "path" if self.endpoint else "auto"},
        )
        return self._session.client(
            cast("Any", service),
            region_name=region,
            endpoint_url=self.endpoint or None,
            config=config,
        )
