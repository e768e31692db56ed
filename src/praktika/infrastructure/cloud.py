"""CloudInfrastructure: a project and all its components."""

from __future__ import annotations

from typing import Any, ClassVar

from praktika.infrastructure.component import Component
from praktika.infrastructure.compute import Lambda
from praktika.pipeline.declare.declared import fresh


class CloudInfrastructure:
    """The cloud of one project."""

    class Config(Component):
        """A declared project."""

        KIND: ClassVar[str] = "CloudInfrastructure"
        CHECKED_BY: ClassVar[str] = "praktika.infrastructure.check.projects"

        name: str
        min_praktika_version: str = "0.0.0"
        lambda_functions: list[Any] = fresh(factory=list)
        iam_instance_profiles: list[Any] = fresh(factory=list)
        dedicated_hosts: list[Any] = fresh(factory=list)
        ec2_instances: list[Any] = fresh(factory=list)
        image_builders: list[Any] = fresh(factory=list)
        launch_templates: list[Any] = fresh(factory=list)
        autoscaling_groups: list[Any] = fresh(factory=list)
        sqs_queues: list[Any] = fresh(factory=list)
        iam_roles: list[Any] = fresh(factory=list)
        secret_parameters: list[Any] = fresh(factory=list)
        storages: list[Any] = fresh(factory=list)
        report_pages: list[Any] = fresh(factory=list)
        vpcs: list[Any] = fresh(factory=list)
        runner_pools: list[Any] = fresh(factory=list)
        github_token_minters: list[Any] = fresh(factory=list)
        pool_autoscalers: list[Any] = fresh(factory=list)
        pool_autoscaler_interval_seconds: int = 60
        orchestrator_pool: Any = None
        orchestrator_pools: list[Any] = fresh(factory=list)
        cidb_cluster: Any = None
        ext: dict[str, Any] = fresh(factory=dict)

    SLACK_APP_LAMBDAS: ClassVar[list[Component]] = [
        Lambda.Config(name="praktika_slack_app", timeout_ms=3000, api_gateway=True),
        Lambda.Config(name="praktika_slack_worker", timeout_ms=30_000),
    ]
