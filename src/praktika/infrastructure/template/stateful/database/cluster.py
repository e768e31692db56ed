"""The machine, its disk, who may call it and what it may do.

A group of one replaces a machine that is sick; the new one takes the disk over. Nobody from
outside of the network reaches it, and it answers over TLS only (fault 14).
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, autoscaling, ec2
from troposphere.policies import AutoScalingRollingUpdate, UpdatePolicy

from praktika.infrastructure.components import CIDBCluster
from praktika.infrastructure.parts import name_of, title_of, vpc_of
from praktika.infrastructure.storage import VPC
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, Secret, logical
from praktika.infrastructure.template.policies.arns import Arns, partition
from praktika.infrastructure.template.policies.statements import Statement, allow, inline
from praktika.infrastructure.template.stateful.database.backup import TAG, add_backup
from praktika.infrastructure.template.stateful.database.boot import PORT, user_data
from praktika.infrastructure.template.stateful.machines import add_template, newest_image
from praktika.infrastructure.template.stateful.network import EVERYWHERE, network_of
from praktika.infrastructure.template.stateful.roles import add_kept_profile, add_kept_role

DATABASE = "praktika"
"""The name of the database, unless CI_DB_DB_NAME says another one."""


def add_database(cluster: CIDBCluster, draft: Draft, context: Context) -> None:
    """Everything that the database needs."""
    vpc = vpc_of(context.project, cluster.vpc_name)
    if vpc is None:
        return  # which a check has said
    title, name = title_of(cluster), name_of(cluster)
    disk = _add_disk(cluster, vpc, draft)
    group = _add_security_group(vpc, draft, title)
    names = _parameters(cluster, draft, context)
    for key in ("admin", "writer", "reader"):
        text = f"Password of the user {key} of the CI database"
        draft.secrets.append(
            Secret(component=title, name=names[key], description=text, random=True)
        )
    role = add_kept_role(
        draft,
        title,
        name,
        service="ec2.amazonaws.com",
        Policies=[inline("praktika", _statements(draft, names, disk))],
    )
    profile = add_kept_profile(draft, title, name, role)
    database = str(context.settings.get("CI_DB_DB_NAME") or DATABASE)
    values = {**names, "region": draft.place.region, "database": database, "cidr": vpc.cidr}
    template = add_template(
        draft,
        title,
        name,
        image=cluster.ami_id or newest_image(cluster.instance_type),
        InstanceType=cluster.instance_type,
        IamInstanceProfile=ec2.IamInstanceProfile(Arn=GetAtt(profile, "Arn")),
        SecurityGroupIds=[group],
        BlockDeviceMappings=[_root(cluster)],
        UserData=user_data(values, Ref(disk)),
    )
    _add_group_of_one(vpc, draft, title, template)
    add_backup(draft, title, name)


def _parameters(cluster: CIDBCluster, draft: Draft, context: Context) -> dict[str, str]:
    """The names of passwords and connections.

    Jobs may be allowed to read the reader's connection; all others are among the secrets of the
    platform, since rows are written by orchestrators alone (security 20).
    """
    names = draft.names
    reads = str(context.settings.get("SECRET_CI_DB_CONNECTION") or names.own("ci-db"))
    return {
        "admin": f"{names.platform}/{cluster.admin_password_secret_name.strip('/')}",
        "writer": f"{names.platform}/ci-db-writer-password",
        "reader": f"{names.platform}/ci-db-reader-password",
        "writes": names.database,
        "reads": reads,
    }


def _add_disk(cluster: CIDBCluster, vpc: VPC.Config, draft: Draft) -> ec2.Volume:
    name = draft.names.own(name_of(cluster))
    disk = ec2.Volume(
        logical("Disk", name_of(cluster)),
        AvailabilityZone=vpc.subnets[0].availability_zone,
        Encrypted=True,
        Size=cluster.data_volume_size_gb,
        VolumeType="gp3",
        Tags=draft.tags(**{"Name": f"{name}-data", TAG: name}),
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    return draft.add("stateful", title_of(cluster), disk)


def _add_security_group(vpc: VPC.Config, draft: Draft, title: str) -> Any:
    name = title.partition(":")[2]
    group = ec2.SecurityGroup(
        logical("SecurityGroup", name, "database"),
        GroupName=draft.names.own(f"{name}-sg"),
        GroupDescription="The CI database: calls from inside of the network only.",
        VpcId=network_of(vpc, draft, "stateful").vpc,
        SecurityGroupIngress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp", FromPort=PORT, ToPort=PORT, CidrIp=vpc.cidr, Description="HTTPS"
            )
        ],
        SecurityGroupEgress=[ec2.SecurityGroupRule(IpProtocol="-1", CidrIp=EVERYWHERE)],
        Tags=draft.tags(Name=draft.names.own(f"{name}-sg")),
    )
    return GetAtt(draft.add("stateful", title, group), "GroupId")


def _root(cluster: CIDBCluster) -> ec2.LaunchTemplateBlockDeviceMapping:
    return ec2.LaunchTemplateBlockDeviceMapping(
        DeviceName="/dev/xvda",
        Ebs=ec2.EBSBlockDevice(
            Encrypted=True,
            VolumeType="gp3",
            VolumeSize=cluster.root_volume_size_gb,
            DeleteOnTermination=True,
        ),
    )


def _add_group_of_one(
    vpc: VPC.Config, draft: Draft, title: str, template: ec2.LaunchTemplate
) -> None:
    """A group that always has one machine, in the zone of the disk.

    When its template changes, the old machine goes before the new one comes, as the disk is one.
    """
    name = title.partition(":")[2]
    tags = {**{tag["Key"]: tag["Value"] for tag in draft.tags().to_dict()}}
    group = autoscaling.AutoScalingGroup(
        logical("Group", name),
        AutoScalingGroupName=draft.names.own(name),
        MinSize="1",
        MaxSize="1",
        VPCZoneIdentifier=[network_of(vpc, draft, "stateful").subnets[0]],
        HealthCheckType="EC2",
        LaunchTemplate=autoscaling.LaunchTemplateSpecification(
            LaunchTemplateId=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
        ),
        Tags=[
            autoscaling.Tag(key, value, True)  # noqa: FBT003 - machines have it, too
            for key, value in {**tags, "Name": draft.names.own(name)}.items()
        ],
        UpdatePolicy=UpdatePolicy(
            AutoScalingRollingUpdate=AutoScalingRollingUpdate(
                MinInstancesInService="0", MaxBatchSize="1"
            )
        ),
    )
    draft.add("stateful", title, group)


def _statements(draft: Draft, names: dict[str, str], disk: ec2.Volume) -> list[Statement]:
    """What the machine may: read its passwords, say where it is, take its disk over."""
    arns = Arns(draft.names, draft.place)
    read, written = ("admin", "writer", "reader"), ("writes", "reads")
    place = draft.place
    begin = f"arn:{partition(place.region)}:ec2:{place.region}:{place.account}"
    own = {"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": draft.names.slug}}
    volume: Any = {"Fn::Sub": f"{begin}:volume/${{{disk.title}}}"}
    return [
        allow("Passwords", ["ssm:GetParameter"], arns.parameters(*(names[key] for key in read))),
        allow("Publish", ["ssm:PutParameter"], arns.parameters(*(names[key] for key in written))),
        allow("Disk", ["ec2:AttachVolume"], [volume]),
        allow("Attach", ["ec2:AttachVolume"], [f"{begin}:instance/*"], when=own),
    ]
