"""Machine images."""

from __future__ import annotations

from typing import Any, ClassVar

from praktika.infrastructure.component import Component
from praktika.pipeline.declare.declared import fresh


class ImageBuilder:
    """What builds machine images."""

    class PrebuiltVenv(Component):
        """A virtual environment that an image holds."""

        KIND: ClassVar[str] = "ImageBuilder.PrebuiltVenv"

        name: str
        packages: list[str] = fresh(factory=list)
        python: str = "python3.12"
        path: str = ""
        description: str = ""

    class Config(Component):
        """A declared image and the steps that make it."""

        KIND: ClassVar[str] = "ImageBuilder"

        name: str
        image_recipe_version: str = "1.0.0"
        parent_image: str = ""
        parent_image_resolver: Any = None
        components: list[Any] = fresh(factory=list)
        inline_components: list[Any] = fresh(factory=list)
        prebuilt_venvs: list[Any] = fresh(factory=list)
        instance_types: list[str] = fresh(factory=list)
        subnet_id: str = ""
        security_group_ids: list[str] = fresh(factory=list)
        vpc_name: str = ""
        key_pair: str = ""
        terminate_instance_on_failure: bool = True
        sns_topic_arn: str = ""
        regions: list[str] = fresh(factory=list)
        ami_launch_permission: Any = None
        launch_templates: list[Any] = fresh(factory=list)
        schedule_expression: str = ""
        image_tests_enabled: bool = False
        image_tests_timeout_minutes: int = 60
        recipe: Any = None
        infra: Any = None
        dist: Any = None
        pipeline: Any = None
        base: str = ""
        controller_package: str = ""


def create_awslinux_image_builder_config(name: str, version: str, **more: Any) -> Component:
    """An image that starts from Amazon Linux."""
    return _image("awslinux", name, version, more)


def create_ubuntu_image_builder_config(name: str, version: str, **more: Any) -> Component:
    """An image that starts from Ubuntu."""
    return _image("ubuntu", name, version, more)


def create_image_test_component(name: str, commands: list[str], **more: str) -> dict[str, Any]:
    """An inline component whose commands test an image."""
    return {"name": name, "platform": "Linux", "phase": "test", "commands": commands, **more}


def _image(base: str, name: str, version: str, more: dict[str, Any]) -> Component:
    components = more.pop("components", [])
    fields = {"inline_components": components, "base": base, **more}
    return ImageBuilder.Config(name=name, image_recipe_version=version, **fields)
