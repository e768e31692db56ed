"""Where images go, and how pools learn of them."""

from __future__ import annotations

from typing import Final

from troposphere import imagebuilder, ssm

from praktika.infrastructure.images import ImageBuilder
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, logical
from praktika.infrastructure.template.runtime.imaging.cleaning import image_tags
from praktika.infrastructure.template.runtime.machines.launch import base_image, processor_of
from praktika.infrastructure.template.runtime.raw import merged

_SMALL: Final = {"arm64": "t4g.small", "x86_64": "t3.small"}


def add_distribution(
    builder: ImageBuilder.Config, draft: Draft
) -> imagebuilder.DistributionConfiguration:
    """Where images go: to the regions that are named, and in ours into the parameter."""
    here = draft.place.region
    given = merged(
        {
            "Name": draft.names.own(builder.name),
            "Distributions": [
                _distribution(builder, draft, region)
                for region in dict.fromkeys([here, *builder.regions])
            ],
            "Tags": {PROJECT_TAG: draft.names.slug},
        },
        builder.dist,
    )
    made = imagebuilder.DistributionConfiguration(
        logical("ImageDistribution", builder.name), **given
    )
    return draft.add("runtime", title_of(builder), made)


def _distribution(
    builder: ImageBuilder.Config, draft: Draft, region: str
) -> imagebuilder.Distribution:
    permission = builder.ami_launch_permission
    image = imagebuilder.AmiDistributionConfiguration(
        Name=f"{draft.names.own(builder.name)}-{{{{ imagebuilder:buildDate }}}}",
        AmiTags=image_tags(builder, draft),
        **merged({}, {"LaunchPermissionConfiguration": permission} if permission else None),
    )
    more = {}
    if region == draft.place.region:
        parameter = imagebuilder.SsmParameterConfiguration(
            ParameterName=draft.names.image(builder.name), DataType="aws:ec2:image"
        )
        more = {"SsmParameterConfigurations": [parameter]}
    return imagebuilder.Distribution(Region=region, AmiDistributionConfiguration=image, **more)


def add_parameter(builder: ImageBuilder.Config, draft: Draft) -> None:
    """The parameter that pools follow. Its first value alone is from here.

    A stack does not look at a parameter again while its own text for it is the same.
    """
    first = builder.parent_image if builder.parent_image.startswith("ami-") else ""
    base = base_image(builder.base or "awslinux", architecture(builder))
    parameter = ssm.Parameter(
        logical("Image", builder.name),
        Name=draft.names.image(builder.name),
        Type="String",
        DataType="aws:ec2:image",
        Value=first or f"{{{{resolve:ssm:{base}}}}}",
        Tags={PROJECT_TAG: draft.names.slug},
    )
    draft.add("runtime", title_of(builder), parameter)


def types(builder: ImageBuilder.Config) -> list[str]:
    """Of the machines that images are made on."""
    return list(builder.instance_types) or [_SMALL[architecture(builder)]]


def architecture(builder: ImageBuilder.Config) -> str:
    """Of the machines that images are made on, and so of images."""
    return processor_of(builder.instance_types[0]) if builder.instance_types else "arm64"
