"""Networks, buckets, pages, queues and parameters."""

from __future__ import annotations

from typing import Any, ClassVar

from praktika.infrastructure.component import Component
from praktika.pipeline.declare.declared import fresh


class VPC:
    """A network."""

    class Subnet(Component):
        """A part of a network, in one availability zone."""

        KIND: ClassVar[str] = "VPC.Subnet"

        availability_zone: str
        cidr: str = "10.0.0.0/18"

    class Config(Component):
        """A declared network."""

        KIND: ClassVar[str] = "VPC"

        name: str = ""
        cidr: str = "10.0.0.0/16"
        region: str = ""
        subnets: list[Any] = fresh(factory=list)
        ext: dict[str, Any] = fresh(factory=dict)


class Storage:
    """A bucket."""

    class Config(Component):
        """A declared bucket, and how many days it keeps what is in it."""

        KIND: ClassVar[str] = "Storage"

        name: str
        retention_days: int
        public: bool = False
        region: str = ""


class ReportPage:
    """The page that shows reports."""

    class Config(Component):
        """A declared page; without a bucket it goes to the first storage."""

        KIND: ClassVar[str] = "ReportPage"

        path: str
        bucket_name: str = ""


class SQSQueue:
    """A queue."""

    class Config(Component):
        """A declared queue; times in seconds."""

        KIND: ClassVar[str] = "SQSQueue"

        name: str
        visibility_timeout: int = 600
        message_retention: int = 86400
        max_receive_count: int = 3
        dead_letter_queue: bool = True


class SecretParameter:
    """A parameter whose value is a secret."""

    class Config(Component):
        """A declared secret parameter."""

        KIND: ClassVar[str] = "SecretParameter"

        name: str
        description: str = ""
        generate_random: bool = False
