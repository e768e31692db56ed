"""Old images go by themselves: their snapshots cost money for ever otherwise."""

from __future__ import annotations

from typing import Final

from troposphere import GetAtt, imagebuilder

from praktika.infrastructure.images import ImageBuilder
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, logical
from praktika.infrastructure.template.policies.image_builder import image_cleaner
from praktika.infrastructure.template.runtime.roles import add_role
from praktika.infrastructure.template.scope import arns_of

BUILDER_TAG: Final = "praktika:builder"
"""The tag that says which builder an image is of."""

DAYS: Final = 30
"""After which an image goes."""

KEPT: Final = 2
"""Images that stay, however old: the one that machines start from, and the one before it."""


def image_tags(builder: ImageBuilder.Config, draft: Draft) -> dict[str, str]:
    """The tags of a builder's images."""
    return {PROJECT_TAG: draft.names.slug, BUILDER_TAG: builder.name}


def add_cleaning(builder: ImageBuilder.Config, draft: Draft, context: Context) -> None:
    """What removes the old images of a builder, and the role that it does it with."""
    title, name = title_of(builder), f"{builder.name}-image-cleaning"
    regions = list(dict.fromkeys([draft.place.region, *builder.regions]))
    role = add_role(
        draft,
        title,
        f"{name}-role",
        service="imagebuilder.amazonaws.com",
        statements=image_cleaner(arns_of(draft, context), builder.name, regions),
    )
    whole = imagebuilder.IncludeResources(Amis=True, Snapshots=True)
    detail = imagebuilder.PolicyDetail(
        Action=imagebuilder.Action(Type="DELETE", IncludeResources=whole),
        Filter=imagebuilder.Filter(Type="AGE", Value=DAYS, Unit="DAYS", RetainAtLeast=KEPT),
    )
    policy = imagebuilder.LifecyclePolicy(
        logical("ImageCleaning", builder.name),
        Name=draft.names.own(name),
        ExecutionRole=GetAtt(role, "Arn"),
        ResourceType="AMI_IMAGE",
        Status="ENABLED",
        PolicyDetails=[detail],
        ResourceSelection=imagebuilder.ResourceSelection(TagMap=image_tags(builder, draft)),
        Tags={PROJECT_TAG: draft.names.slug},
    )
    draft.add("runtime", title, policy)
