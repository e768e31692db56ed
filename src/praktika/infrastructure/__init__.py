"""Declared components of a team's own cloud.

These are plain objects like those of a pipeline: building one judges nothing and reaches for
nothing. `parts` says what a project consists of, `check` what is wrong with it, `template` what is
made of it on AWS.
"""

from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.components import Components
from praktika.infrastructure.compute import (
    AutoScalingGroup,
    DedicatedHost,
    EC2Instance,
    IAMInstanceProfile,
    IAMRole,
    Lambda,
    LaunchTemplate,
)
from praktika.infrastructure.images import ImageBuilder
from praktika.infrastructure.storage import VPC, ReportPage, SecretParameter, SQSQueue, Storage

__all__ = [
    "VPC",
    "AutoScalingGroup",
    "CloudInfrastructure",
    "Components",
    "DedicatedHost",
    "EC2Instance",
    "IAMInstanceProfile",
    "IAMRole",
    "ImageBuilder",
    "Lambda",
    "LaunchTemplate",
    "ReportPage",
    "SQSQueue",
    "SecretParameter",
    "Storage",
]
