"""How the machines of a pool start: image, disk, metadata service, user data.

The metadata service answers nobody without a session token, and no container, as answers make one
hop only (security 16). It also tells the tags, by which a machine knows what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import Base64, GetAtt, ec2
from troposphere.iam import InstanceProfile

from praktika.infrastructure.architecture import Architecture, architecture_of
from praktika.infrastructure.parts import name_of
from praktika.infrastructure.template.boot import Boot, user_data
from praktika.infrastructure.template.draft import Draft, logical
from praktika.model.facts import Trust

_AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default"
_UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current"

_DEVICES = {"awslinux": "/dev/xvda", "ubuntu": "/dev/sda1"}
"""The root device of images, by what they are made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the launch template of a pool is made from.

    Attributes:
        name: of the pool.
        image: see `image_of`.
        device: the root device of the image.
        instance_type: the first choice.
        profile: what gives the machines their role, or the name of an existing one.
        security_groups: their ids.
        volume: GB of the root disk.
        trust: of the code that runs there.
        script: what the author wants to be run before praktika starts, or "".
    """

    name: str
    image: str
    device: str
    instance_type: str
    profile: InstanceProfile | str
    security_groups: Sequence[Any]
    volume: int
    trust: Trust = "trusted"
    script: str = ""


def processor_of(instance_type: str) -> Architecture:
    """The architecture of a type of machines that has been checked to be one."""
    return architecture_of(instance_type) or "x86_64"


def platform(instance_type: str) -> str:
    """What is uploaded for machines of a type to install."""
    return f"platform-{processor_of(instance_type)}"


def base_image(base: str, architecture: str) -> str:
    """The parameter of AWS with the newest image of a distribution: `awslinux` or `ubuntu`."""
    if base == "ubuntu":
        short = {"x86_64": "amd64"}.get(architecture, architecture)
        return f"{_UBUNTU}/{short}/hvm/ebs-gp3/ami-id"
    return f"{_AMAZON_LINUX}-{architecture}"


def image_of(pool: Any, draft: Draft, instance_type: str) -> str:
    """The image of a pool: its own, that of its builder, or the newest Amazon Linux."""
    if pool.ami_id:
        return str(pool.ami_id)
    if pool.image_builder:
        return f"resolve:ssm:{draft.names.image(builder_name(pool.image_builder))}"
    return f"resolve:ssm:{base_image('awslinux', processor_of(instance_type))}"


def device_of(pool: Any) -> str:
    """The root device of the image of a pool."""
    return _DEVICES.get(getattr(pool.image_builder, "base", ""), _DEVICES["awslinux"])


def builder_name(builder: Any) -> str:
    """The name of an image builder, given as an object or by its name."""
    return builder if isinstance(builder, str) else name_of(builder)


def add_launch_template(draft: Draft, component: str, start: Start) -> ec2.LaunchTemplate:
    """The launch template of a pool."""
    given = start.profile
    profile = {"Name": given} if isinstance(given, str) else {"Arn": GetAtt(given, "Arn")}
    data = ec2.LaunchTemplateData(
        ImageId=start.image,
        InstanceType=start.instance_type,
        IamInstanceProfile=ec2.IamInstanceProfile(**profile),
        SecurityGroupIds=list(start.security_groups),
        BlockDeviceMappings=[root_disk(start.device, start.volume)],
        MetadataOptions=metadata(),
        InstanceInitiatedShutdownBehavior="terminate",
        TagSpecifications=tagged(draft, start.name),
        UserData=booting(draft, start),
    )
    template = ec2.LaunchTemplate(
        logical("LaunchTemplate", start.name),
        LaunchTemplateName=draft.names.own(start.name),
        LaunchTemplateData=data,
    )
    return draft.add("runtime", component, template)


def root_disk(
    device: str, gigabytes: int, kind: str = "gp3", *, leaves: bool = True
) -> ec2.LaunchTemplateBlockDeviceMapping:
    """An encrypted root disk that goes with its machine, unless it is to stay."""
    disk = ec2.EBSBlockDevice(
        VolumeSize=gigabytes, VolumeType=kind, Encrypted=True, DeleteOnTermination=leaves
    )
    return ec2.LaunchTemplateBlockDeviceMapping(DeviceName=device, Ebs=disk)


def metadata() -> ec2.MetadataOptions:
    """The metadata service: with session tokens, for this machine alone, and with tags."""
    return ec2.MetadataOptions(
        HttpEndpoint="enabled",
        HttpTokens="required",
        HttpPutResponseHopLimit=1,
        InstanceMetadataTags="enabled",
    )


def tagged(draft: Draft, name: str, **more: str) -> list[ec2.TagSpecifications]:
    """The tags of machines and of their disks."""
    tags = draft.tags(**{"Name": draft.names.own(name), **more})
    return [ec2.TagSpecifications(ResourceType=kind, Tags=tags) for kind in ("instance", "volume")]


def booting(draft: Draft, start: Start) -> Base64:
    """User data; what of it CloudFormation fills in is a reference that hashes can see."""
    boot = Boot(
        region=draft.place.region,
        bucket=draft.place.bucket,
        key=draft.uploaded(platform(start.instance_type)),
        trust=start.trust,
        own=start.script,
    )
    return user_data(boot)
