"""An image builder: components, a recipe, machines to make images on, and where images go.

Only an image that was looked at and found good reaches the parameter that pools follow. Until there
is one, the parameter has the distribution's own image, on which user data installs the platform.
"""

from __future__ import annotations

import re
from typing import Any, Final

from troposphere import GetAtt, Output, Ref, imagebuilder, logs

from praktika.infrastructure.images import ImageBuilder
from praktika.infrastructure.parts import title_of, vpc_of
from praktika.infrastructure.template.boot import Boot, script
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, logical
from praktika.infrastructure.template.policies.arns import partition
from praktika.infrastructure.template.policies.image_builder import image_builder
from praktika.infrastructure.template.runtime.imaging import scripts
from praktika.infrastructure.template.runtime.imaging.cleaning import add_cleaning, image_tags
from praktika.infrastructure.template.runtime.imaging.documents import (
    GIVEN,
    Step,
    declared,
    digest_of,
)
from praktika.infrastructure.template.runtime.imaging.publishing import (
    add_distribution,
    add_parameter,
    architecture,
    types,
)
from praktika.infrastructure.template.runtime.machines.launch import platform
from praktika.infrastructure.template.runtime.raw import merged
from praktika.infrastructure.template.runtime.roles import add_profile, add_role
from praktika.infrastructure.template.scope import arns_of
from praktika.infrastructure.template.stateful.network import network_of

WEEKLY: Final = "cron(0 3 ? * sun *)"
"""When an image is made where nothing else is said: what it is made from is mended all the time."""

_PARENTS: Final = {"awslinux": "amazon-linux-2023", "ubuntu": "ubuntu-server-24-lts"}
_KEPT_DAYS: Final = 30


def add_image_builder(builder: ImageBuilder.Config, draft: Draft, context: Context) -> None:
    """All that makes and publishes the images of a builder."""
    title, name = title_of(builder), draft.names.own(builder.name)
    steps = _steps(builder, draft)
    ours = draft.digests.get(_package(builder), "")
    digest = digest_of(_parent(builder, draft), *(step.document for step in steps), ours)
    recipe = _add_recipe(builder, draft, steps, f"{name}-{digest}")
    pipeline = imagebuilder.ImagePipeline(
        logical("ImagePipeline", builder.name),
        **merged(
            {
                "Name": name,
                "ImageRecipeArn": GetAtt(recipe, "Arn"),
                "InfrastructureConfigurationArn": Ref(_add_machines(builder, draft, context)),
                "DistributionConfigurationArn": Ref(add_distribution(builder, draft)),
                "ImageTestsConfiguration": imagebuilder.ImageTestsConfiguration(
                    ImageTestsEnabled=builder.image_tests_enabled,
                    TimeoutMinutes=max(60, builder.image_tests_timeout_minutes),
                ),
                "Schedule": imagebuilder.Schedule(
                    ScheduleExpression=builder.schedule_expression or WEEKLY,
                    PipelineExecutionStartCondition="EXPRESSION_MATCH_ONLY",
                ),
                "ImageTags": image_tags(builder, draft),
                "Tags": {PROJECT_TAG: draft.names.slug},
            },
            builder.pipeline,
        ),
    )
    draft.add("runtime", title, pipeline)
    draft.runtime.add_output(Output(logical("Pipeline", builder.name), Value=Ref(pipeline)))
    add_parameter(builder, draft)
    add_cleaning(builder, draft, context)


def _steps(builder: ImageBuilder.Config, draft: Draft) -> list[Step]:
    """What is installed, in order, and how it is looked at."""
    title = title_of(builder)
    return [
        Step(name="system", commands=scripts.system(builder.base)),
        _platform(builder, draft),
        *(
            Step(name=f"venv-{_plain(one.name)}", commands=scripts.venv(one))
            for one in builder.prebuilt_venvs
        ),
        *(declared(one, title) for one in builder.inline_components),
        Step(name="good", commands=scripts.good(builder.prebuilt_venvs), phase="validate"),
    ]


def _platform(builder: ImageBuilder.Config, draft: Draft) -> Step:
    """What machines run when they start, but that nothing starts: it finds all done, later.

    Whether jobs may use Docker is for each pool, so here they may not.
    """
    boot = Boot(
        region=draft.place.region,
        bucket=draft.place.bucket,
        key=GIVEN,
        trust="untrusted",
        starts=False,
    )
    text = "".join(script(boot).data["Fn::Join"][1])
    return Step(name="platform", commands=[text], given=draft.uploaded(_package(builder)))


def _package(builder: ImageBuilder.Config) -> str:
    return platform(types(builder)[0])


def _plain(name: str) -> str:
    """A name as Image Builder takes them."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _add_recipe(
    builder: ImageBuilder.Config, draft: Draft, steps: list[Step], name: str
) -> imagebuilder.ImageRecipe:
    """The recipe, its components, and the group of their logs."""
    title, digest = title_of(builder), name.rpartition("-")[2]
    components = [_add_component(builder, draft, step, digest) for step in steps]
    arns = [*builder.components, *(GetAtt(one, "Arn") for one in components)]
    recipe = imagebuilder.ImageRecipe(
        logical("ImageRecipe", builder.name, digest),
        **merged(
            {
                "Name": name,
                "Version": builder.image_recipe_version,
                "ParentImage": _parent(builder, draft),
                "Components": [
                    imagebuilder.ComponentConfiguration(ComponentArn=arn) for arn in arns
                ],
                "AmiTags": {PROJECT_TAG: draft.names.slug},
                "Tags": {PROJECT_TAG: draft.names.slug},
            },
            builder.recipe,
        ),
    )
    group = logs.LogGroup(
        logical("ImageLogs", builder.name, digest),
        LogGroupName=f"/aws/imagebuilder/{name}",
        RetentionInDays=_KEPT_DAYS,
        Tags=draft.tags(),
    )
    draft.add("runtime", title, group)
    return draft.add("runtime", title, recipe)


def _add_component(
    builder: ImageBuilder.Config, draft: Draft, step: Step, digest: str
) -> imagebuilder.Component:
    component = imagebuilder.Component(
        logical("ImageComponent", builder.name, step.name, digest),
        Name=f"{draft.names.own(builder.name)}-{_plain(step.name)}-{digest}",
        Platform="Linux",
        Version="1.0.0",
        Data=step.data,
        Tags={PROJECT_TAG: draft.names.slug},
    )
    return draft.add("runtime", title_of(builder), component)


def _add_machines(
    builder: ImageBuilder.Config, draft: Draft, context: Context
) -> imagebuilder.InfrastructureConfiguration:
    """The machines that images are made on, and what they may."""
    title = title_of(builder)
    statements = image_builder(arns_of(draft, context), builder.name)
    name, service = f"{builder.name}-image", "ec2.amazonaws.com"
    role = add_role(draft, title, f"{name}-role", service=service, statements=statements)
    profile = add_profile(draft, title, f"{name}-profile", Ref(role))
    machines = imagebuilder.InfrastructureConfiguration(
        logical("ImageMachines", builder.name),
        **merged(
            {
                "Name": draft.names.own(builder.name),
                "InstanceProfileName": Ref(profile),
                "InstanceTypes": types(builder),
                "InstanceMetadataOptions": imagebuilder.InstanceMetadataOptions(
                    HttpTokens="required", HttpPutResponseHopLimit=1
                ),
                "TerminateInstanceOnFailure": builder.terminate_instance_on_failure,
                "ResourceTags": {PROJECT_TAG: draft.names.slug},
                "Tags": {PROJECT_TAG: draft.names.slug},
                **_network(builder, draft, context),
                **({"KeyPair": builder.key_pair} if builder.key_pair else {}),
                **({"SnsTopicArn": builder.sns_topic_arn} if builder.sns_topic_arn else {}),
            },
            builder.infra,
        ),
    )
    return draft.add("runtime", title, machines)


def _network(builder: ImageBuilder.Config, draft: Draft, context: Context) -> dict[str, Any]:
    """Where those machines are; in the account's default network, if nothing is said."""
    vpc = vpc_of(context.project, builder.vpc_name)
    found: dict[str, Any] = {}
    if vpc is not None and not builder.subnet_id:
        network = network_of(vpc, draft, "runtime")
        found = {
            "SubnetId": network.subnets[0],
            "SecurityGroupIds": [network.security_group],
        }
    if builder.subnet_id:
        found["SubnetId"] = builder.subnet_id
    if builder.security_group_ids:
        found["SecurityGroupIds"] = list(builder.security_group_ids)
    return found


def _parent(builder: ImageBuilder.Config, draft: Draft) -> str:
    """The image that others are made from: the newest of its distribution at each time."""
    if builder.parent_image:
        return builder.parent_image
    region = draft.place.region
    kind = {"arm64": "arm64", "x86_64": "x86"}[architecture(builder)]
    parent = _PARENTS.get(builder.base, _PARENTS["awslinux"])
    return f"arn:{partition(region)}:imagebuilder:{region}:aws:image/{parent}-{kind}/x.x.x"
