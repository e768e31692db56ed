"""Launch templates and groups of machines that an author declares, without a pool."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, autoscaling, ec2

from praktika.infrastructure.components import PoolAutoscaler
from praktika.infrastructure.compute import AutoScalingGroup, IAMInstanceProfile, LaunchTemplate
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.runtime import places
from praktika.infrastructure.template.runtime.machines.groups import tags_of
from praktika.infrastructure.template.runtime.machines.launch import (
    base_image,
    builder_name,
    metadata,
    processor_of,
    root_disk,
    tagged,
)
from praktika.infrastructure.template.runtime.raw import Raw
from praktika.model.installation import Pool


def add_own_launch_template(
    template: LaunchTemplate.Config, draft: Draft, context: Context
) -> None:
    """A launch template `<slug>-<name>`; what `data` says counts more than the other fields."""
    data = {
        "ImageId": _image(template, draft),
        "InstanceType": template.instance_type,
        "SecurityGroupIds": places.groups_of(template, draft, context),
        "IamInstanceProfile": _profile(template, context),
        "BlockDeviceMappings": _disks(template),
        "Placement": {
            key: value
            for key, value in (("Tenancy", template.tenancy), ("HostId", template.host_id))
            if value
        },
        "UserData": {"Fn::Base64": template.user_data} if template.user_data else None,
        "MetadataOptions": metadata(),
        "TagSpecifications": tagged(draft, template.name, **template.tags),
        **(template.data or {}),
    }
    made = ec2.LaunchTemplate(
        logical("LaunchTemplate", template.name),
        LaunchTemplateName=draft.names.own(template.name),
        LaunchTemplateData=Raw({key: value for key, value in data.items() if value}),
    )
    draft.add("runtime", title_of(template), made)


def add_own_group(group: AutoScalingGroup.Config, draft: Draft, context: Context) -> None:
    """A group `<slug>-<name>`. How many machines there are is not for a deploy (fault 45)."""
    made = autoscaling.AutoScalingGroup(
        logical("Group", group.name),
        AutoScalingGroupName=draft.names.own(group.name),
        MinSize=group.min_size,
        MaxSize=group.max_size,
        VPCZoneIdentifier=group.subnet_ids or places.subnets_of(group, draft, context),
        HealthCheckType=group.health_check_type,
        HealthCheckGracePeriod=group.health_check_grace_period_sec,
        LaunchTemplate=_launched(group, context),
        TargetGroupARNs=list(group.target_group_arns),
        Tags=tags_of(draft, group.tags),
    )
    draft.add("runtime", title_of(group), made)


def add_pool_autoscaler(autoscaler: PoolAutoscaler, draft: Draft, context: Context) -> None:
    """Its pools, if they are not pools anyway: the tick function makes them grow."""
    groups = {
        one.name: one
        for one in context.project.autoscaling_groups
        if isinstance(one, AutoScalingGroup.Config)
    }
    for pool in autoscaler.pools:
        group = groups.get(pool.asg_name)
        if group is None:
            continue
        known = Pool(
            name=pool.name,
            role="job_runner",
            queues=(pool.queue_name,),
            groups=(draft.names.own(group.name),),
            label=pool.name,
            size=group.min_size,
            max_size=group.max_size,
            reserve=pool.capacity_reserve,
        )
        draft.pools.append(known)


def _image(template: LaunchTemplate.Config, draft: Draft) -> str:
    builder = template.image_builder or template.image_builder_pipeline_name
    if template.image_id:
        return str(template.image_id)
    if builder:
        return f"resolve:ssm:{draft.names.image(builder_name(builder))}"
    return f"resolve:ssm:{base_image('awslinux', processor_of(template.instance_type))}"


def _disks(template: LaunchTemplate.Config) -> list[Any]:
    if not template.root_volume_size_gb:
        return list(template.block_device_mappings)
    device = {"ubuntu": "/dev/sda1"}.get(getattr(template.image_builder, "base", ""), "/dev/xvda")
    root = root_disk(
        device,
        template.root_volume_size_gb,
        template.root_volume_type,
        leaves=template.root_volume_delete_on_termination,
    )
    return [root, *template.block_device_mappings]


def _profile(template: LaunchTemplate.Config, context: Context) -> dict[str, Any] | None:
    name = template.iam_instance_profile_name
    declared = {
        one.name
        for one in context.project.iam_instance_profiles
        if isinstance(one, IAMInstanceProfile.Config)
    }
    if not name:
        return None
    return {"Arn": GetAtt(logical("Profile", name), "Arn")} if name in declared else {"Name": name}


def _launched(group: AutoScalingGroup.Config, context: Context) -> Any:
    name = group.launch_template_name
    declared = {
        one.name
        for one in context.project.launch_templates
        if isinstance(one, LaunchTemplate.Config)
    }
    if name in declared:
        template = logical("LaunchTemplate", name)
        return autoscaling.LaunchTemplateSpecification(
            LaunchTemplateId=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
        )
    which = (
        {"LaunchTemplateId": group.launch_template_id}
        if group.launch_template_id
        else {"LaunchTemplateName": name}
    )
    return autoscaling.LaunchTemplateSpecification(**which, Version=group.launch_template_version)
