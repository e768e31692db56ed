"""The components that only praktika has: pools of runners and orchestrators, and their helpers."""

from __future__ import annotations

from typing import Any, ClassVar

from praktika.infrastructure import images
from praktika.infrastructure.component import Component
from praktika.infrastructure.component import Scaling as PoolScaling
from praktika.infrastructure.storage import ReportPage
from praktika.pipeline.declare.declared import fresh


class RunnerPool(Component):
    """Machines that run jobs.

    Attributes:
        label: that jobs write into `runs_on`; "" is the name.
        untrusted: its machines serve code from outside and nothing else: a machine for each job,
            and a role without secrets.
        spot: machines that AWS may take back, for less money; where it has none, others.
        instance_types: of the same size, of which AWS may choose; none are `instance_type` alone.
        idle_seconds: after which a machine that nobody needs leaves.
    """

    Scaling = PoolScaling

    KIND: ClassVar[str] = "RunnerPool"

    name: str
    instance_type: str = ""
    scaling: str = PoolScaling.Disabled
    size: int = 0
    max_size: int = 0
    vpc_name: str = ""
    ami_id: str = ""
    image_builder: Any = None
    user_data: str = ""
    ec2_role: str = ""
    instance_profile: str = ""
    allowed_ssm_parameters: list[str] = fresh(factory=list)
    allowed_secrets: list[str] = fresh(factory=list)
    allowed_s3_prefixes: list[str] = fresh(factory=list)
    allow_all_ssm_parameters: bool = False
    allow_all_secrets: bool = False
    allow_all_s3_prefixes: bool = False
    allow_ssm_debug: bool = False
    security_group_ids: list[str] = fresh(factory=list)
    security_group_names: list[str] = fresh(factory=list)
    volume_size_gb: int = 30
    capacity_reserve: int = 0
    label: str = ""
    untrusted: bool = False
    spot: bool = False
    instance_types: list[str] = fresh(factory=list)
    idle_seconds: int = 300


class OrchestratorPool(Component):
    """Machines that carry runs from request to report.

    Attributes:
        spot, instance_types, idle_seconds: see `RunnerPool`.
    """

    Scaling = PoolScaling

    KIND: ClassVar[str] = "OrchestratorPool"

    instance_type: str = ""
    size: int = 0
    max_size: int = 0
    vpc_name: str = ""
    name: str = "workflow-orchestrator"
    scaling: str = PoolScaling.Disabled
    ami_id: str = ""
    image_builder: Any = None
    user_data: str = ""
    iam_instance_profile_name: str = "workflow-orchestrator-profile"
    ec2_role_name: str = "workflow-orchestrator-role"
    security_group_ids: list[str] = fresh(factory=list)
    security_group_names: list[str] = fresh(factory=list)
    volume_size_gb: int = 30
    capacity_reserve: int = 0
    ext: dict[str, Any] = fresh(factory=dict)
    spot: bool = False
    instance_types: list[str] = fresh(factory=list)
    idle_seconds: int = 300


class GitHubTokenMinter(Component):
    """What hands out GitHub tokens, for the repositories that it names as `owner/name`."""

    KIND: ClassVar[str] = "GitHubTokenMinter"

    permissions: dict[str, str] = fresh(factory=dict)
    repositories: list[str] = fresh(factory=list)
    secret_name: str = "gh-app"  # noqa: S105 - the name of a secret
    name: str = "gh-token"
    role_name: str = "gh-token-role"


class PoolAutoscaler(Component):
    """What gives pools the size that their queues need."""

    class Pool(Component):
        """A pool that is looked after."""

        KIND: ClassVar[str] = "PoolAutoscaler.Pool"

        name: str
        queue_name: str = ""
        asg_name: str = ""
        capacity_reserve: int = 0

    KIND: ClassVar[str] = "PoolAutoscaler"

    name: str = "pool-autoscaler"
    interval_seconds: int = 60
    pools: list[Any] = fresh(factory=list)


class CIDBCluster(Component):
    """The database of the history."""

    KIND: ClassVar[str] = "CIDBCluster"

    vpc_name: str = ""
    instance_type: str = "t4g.large"
    size: int = 1
    ami_id: str = ""
    admin_password_secret_name: str = "cidb-admin-password"  # noqa: S105 - the name of a secret
    root_volume_size_gb: int = 30
    data_volume_size_gb: int = 100
    vpc_cidr: str = "10.0.0.0/16"


class Components:
    """All of them by one name, as authors import them."""

    RunnerPool = RunnerPool
    OrchestratorPool = OrchestratorPool
    GitHubTokenMinter = GitHubTokenMinter
    PoolAutoscaler = PoolAutoscaler
    CIDBCluster = CIDBCluster
    report_page_config: ClassVar[Component] = ReportPage.Config(path="report.html")
    create_awslinux_image_builder_config = staticmethod(images.create_awslinux_image_builder_config)
    create_ubuntu_image_builder_config = staticmethod(images.create_ubuntu_image_builder_config)
    create_image_test_component = staticmethod(images.create_image_test_component)
