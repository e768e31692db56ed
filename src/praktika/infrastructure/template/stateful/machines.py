"""Machines that stay, each with a role of its own if it has one.

What they start from is looked up when they start; a newer image replaces none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Base64, GetAtt, Ref, Sub, ec2

from praktika.infrastructure.architecture import architecture_of
from praktika.infrastructure.compute import EC2Instance
from praktika.infrastructure.parts import title_of, vpc_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.stateful.network import network_of
from praktika.infrastructure.template.stateful.roles import kept_profile

_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{0}"
_MACOS = "/aws/service/ec2-macos/sequoia/{0}_mac/latest/image_id"


def newest_image(instance_type: str) -> str:
    """Where a launch template finds the newest image of Amazon Linux, or of macOS."""
    pattern = _MACOS if instance_type.startswith("mac") else _LINUX
    return "resolve:ssm:" + pattern.format(architecture_of(instance_type))


def add_template(
    draft: Draft, component: str, name: str, *, image: str, **more: Any
) -> ec2.LaunchTemplate:
    """A launch template with a metadata service that answers nobody without a session token."""
    template = ec2.LaunchTemplate(
        logical("Template", name),
        LaunchTemplateName=draft.names.own(name),
        LaunchTemplateData=ec2.LaunchTemplateData(
            ImageId=image,
            MetadataOptions=ec2.MetadataOptions(
                HttpEndpoint="enabled",
                HttpTokens="required",
                HttpPutResponseHopLimit=1,
                InstanceMetadataTags="enabled",
            ),
            **more,
        ),
        TagSpecifications=[
            ec2.TagSpecifications(ResourceType="launch-template", Tags=draft.tags())
        ],
    )
    return draft.add("stateful", component, template)


def add_machines(machine: EC2Instance.Config, draft: Draft, context: Context) -> None:
    """As many machines as are declared."""
    title = title_of(machine)
    image = machine.image_id or newest_image(machine.instance_type)
    template = add_template(draft, title, machine.name, image=image)
    shared: dict[str, Any] = {
        "LaunchTemplate": ec2.LaunchTemplateSpecification(
            LaunchTemplateId=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
        ),
        "InstanceType": machine.instance_type,
        "BlockDeviceMappings": _disks(machine),
        "PropagateTagsToVolumeOnCreation": True,
        **_optional(machine, draft, context),
        **_placement(machine, draft, context),
    }
    for number in range(1, machine.quantity + 1):
        name = machine.name if machine.quantity == 1 else f"{machine.name}-{number}"
        tags = draft.tags(**{**machine.tags, "Name": draft.names.own(name)})
        draft.add("stateful", title, ec2.Instance(logical("Machine", name), Tags=tags, **shared))


def _optional(machine: EC2Instance.Config, draft: Draft, context: Context) -> dict[str, Any]:
    script = machine.user_data
    if machine.user_data_file:
        script = (context.root / machine.user_data_file).read_text()
    given = {
        "KeyName": machine.key_name,
        "UserData": Base64(script) if script else "",
        "IamInstanceProfile": kept_profile(machine, draft, context),
        "HostId": machine.host_id,
        "Tenancy": machine.tenancy,
    }
    if machine.host_resource_group_name:
        given["HostResourceGroupArn"] = Sub(
            "arn:${AWS::Partition}:resource-groups:${AWS::Region}:${AWS::AccountId}:group/"
            + machine.host_resource_group_name
        )
    return {name: value for name, value in given.items() if value}


def _placement(machine: EC2Instance.Config, draft: Draft, context: Context) -> Mapping[str, Any]:
    """Where in the network a machine is: in the subnet that it names, or in the first one."""
    vpc = vpc_of(context.project, "")
    groups: list[Any] = list(machine.security_group_ids)
    subnet: Any = machine.subnet_id
    if vpc is not None and not machine.subnet_id:
        network = network_of(vpc, draft, "stateful")
        subnet = network.subnets[0]
        groups = groups or [network.security_group]
    place = {"SubnetId": subnet, "SecurityGroupIds": groups}
    return {name: one for name, one in place.items() if one}


def _disks(machine: EC2Instance.Config) -> list[Any]:
    """Disks, all encrypted."""
    is_linux = not machine.instance_type.startswith("mac")
    size = {"VolumeSize": machine.root_volume_size_gb} if machine.root_volume_size_gb else {}
    root = ec2.BlockDeviceMapping(
        DeviceName="/dev/xvda" if is_linux else "/dev/sda1",
        Ebs=ec2.EbsBlockDevice(Encrypted=True, VolumeType=machine.root_volume_type, **size),
    )
    return [root, *machine.extra_block_device_mappings]
