"""Machines, what starts them, what they may do, and functions."""

from __future__ import annotations

from typing import Any, ClassVar

from praktika.infrastructure.component import Component
from praktika.pipeline.declare.declared import fresh


class IAMRole:
    """A role."""

    class Config(Component):
        """A declared role."""

        KIND: ClassVar[str] = "IAMRole"

        name: str
        trust_service: str = ""
        policy_arns: list[str] = fresh(factory=list)
        inline_policies: Any = None
        tags: dict[str, str] = fresh(factory=dict)


class IAMInstanceProfile:
    """What gives a role to a machine."""

    class Config(Component):
        """A declared instance profile."""

        KIND: ClassVar[str] = "IAMInstanceProfile"

        name: str
        role_name: str = ""
        tags: dict[str, str] = fresh(factory=dict)


class LaunchTemplate:
    """How machines of a group are started."""

    class Config(Component):
        """A declared launch template; sizes in GB."""

        KIND: ClassVar[str] = "LaunchTemplate"

        name: str
        praktika_resource_tag: str = ""
        runner_type: str = ""
        image_id: str = ""
        image_builder: Any = None
        image_builder_pipeline_name: str = ""
        instance_type: str = ""
        user_data: str = ""
        security_group_ids: list[str] = fresh(factory=list)
        security_group_names: list[str] = fresh(factory=list)
        vpc_name: str = ""
        iam_instance_profile_name: str = ""
        tenancy: str = ""
        host_id: str = ""
        root_volume_size_gb: int = 0
        root_volume_type: str = "gp3"
        root_volume_delete_on_termination: bool = True
        block_device_mappings: list[Any] = fresh(factory=list)
        tags: dict[str, str] = fresh(factory=dict)
        data: Any = None
        create_new_version: bool = True
        set_default_version_to_latest: bool = False


class AutoScalingGroup:
    """A group of machines of one kind."""

    class Config(Component):
        """A declared group."""

        KIND: ClassVar[str] = "AutoScalingGroup"

        name: str
        subnet_ids: list[str] = fresh(factory=list)
        vpc_id: str = ""
        vpc_name: str = ""
        availability_zones: list[str] = fresh(factory=list)
        min_size: int = 0
        max_size: int = 0
        desired_capacity: int | None = None
        health_check_type: str = "EC2"
        health_check_grace_period_sec: int = 0
        launch_template_name: str = ""
        launch_template_id: str = ""
        launch_template_version: str = "$Latest"
        target_group_arns: list[str] = fresh(factory=list)
        tags: dict[str, str] = fresh(factory=dict)


class EC2Instance:
    """A machine that stays."""

    class Config(Component):
        """A declared machine."""

        KIND: ClassVar[str] = "EC2Instance"

        name: str
        quantity: int = 1
        image_id: str = ""
        instance_type: str = ""
        subnet_id: str = ""
        security_group_ids: list[str] = fresh(factory=list)
        iam_instance_profile_name: str = ""
        key_name: str = ""
        user_data: str = ""
        user_data_file: str = ""
        root_volume_size_gb: int = 0
        root_volume_type: str = "gp3"
        extra_block_device_mappings: list[Any] = fresh(factory=list)
        tenancy: str = ""
        host_id: str = ""
        host_resource_group_name: str = ""
        start_on_deploy: bool = True
        tags: dict[str, str] = fresh(factory=dict)


class DedicatedHost:
    """A physical machine of one's own."""

    class Config(Component):
        """A declared host."""

        KIND: ClassVar[str] = "DedicatedHost"

        name: str
        all_availability_zones: bool = False
        availability_zones: list[str] = fresh(factory=list)
        instance_type: str = ""
        auto_placement: str = "off"
        quantity_per_az: int = 1
        host_resource_group_name: str = ""
        tags: dict[str, str] = fresh(factory=dict)


class Lambda:
    """A function."""

    class Config(Component):
        """A declared function; time in milliseconds, memory in MB.

        Attributes:
            secrets: parameters, and the variables that get their names; the role may read them.
            api_authorizer: who may call its API: "iam" for requests that AWS signs, the name of
                another function to ask, or "" if this one looks for itself.
        """

        KIND: ClassVar[str] = "Lambda"

        name: str
        path: str = ""
        handler: str = ""
        include_files: list[str] = fresh(factory=list)
        secrets: dict[str, str] = fresh(factory=dict)
        environments: dict[str, str] = fresh(factory=dict)
        python_dependencies: list[str] = fresh(factory=list)
        timeout_ms: int = 3000
        memory_size_mb: int = 128
        api_gateway: bool = False
        api_authorizer: str = ""
        schedule_expression: str = ""
        inline_policies: Any = None
        role_name: str = ""
