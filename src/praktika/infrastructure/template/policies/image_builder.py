"""What the machines may on which Image Builder makes images.

AWS's own policies for them let a machine read every parameter and image component of the account;
this is the same without that.
"""

from __future__ import annotations

from collections.abc import Sequence

from praktika.infrastructure.template.draft import PROJECT_TAG
from praktika.infrastructure.template.policies import guard
from praktika.infrastructure.template.policies.arns import Arns, partition
from praktika.infrastructure.template.policies.everywhere import everywhere
from praktika.infrastructure.template.policies.statements import Statement, allow

_AGENT = (
    "ssm:DescribeAssociation",
    "ssm:DescribeDocument",
    "ssm:GetDocument",
    "ssm:ListInstanceAssociations",
    "ssm:PutInventory",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
)


def image_builder(arns: Arns, builder: str) -> list[Statement]:
    """The statements of the role of a builder's machines.

    Args:
        arns: of the project.
        builder: its name.
    """
    place = arns.place
    part = partition(place.region)
    here = f"{place.region}:{place.account}"
    documents = [
        f"arn:{part}:ec2:{here}:instance/*",
        f"arn:{part}:ssm:{here}:document/*",
        f"arn:{part}:ssm:{place.region}::document/AWS-*",
        f"arn:{part}:ssm:{here}:association/*",
    ]
    components = [
        f"arn:{part}:imagebuilder:{here}:component/{arns.names.own(builder)}-*",
        f"arn:{part}:imagebuilder:{place.region}:aws:component/*",
    ]
    return [
        allow("Code", ["s3:GetObject"], arns.own_objects("code/*")),
        allow("Components", ["imagebuilder:GetComponent"], components),
        allow("Tools", ["s3:GetObject"], [f"arn:{part}:s3:::ec2imagebuilder-*"]),
        allow(
            "Logs",
            ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents"],
            arns.logs(f"/aws/imagebuilder/{arns.names.own(builder)}*"),
        ),
        allow("Agent", _AGENT, documents),
        everywhere(
            "Channels",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
            "ec2messages:AcknowledgeMessage",
            "ec2messages:DeleteMessage",
            "ec2messages:FailMessage",
            "ec2messages:GetEndpoint",
            "ec2messages:GetMessages",
            "ec2messages:SendReply",
        ),
        *guard.no_rights(arns),
        *guard.no_secrets_of_others(arns),
        *guard.no_state(arns),
    ]


def image_cleaner(arns: Arns, builder: str, regions: Sequence[str]) -> list[Statement]:
    """The statements of the role with which Image Builder removes old images.

    Snapshots have no tag of ours. AWS deletes none that an image still has.

    Args:
        arns: of the project.
        builder: its name.
        regions: where its images are.
    """
    place, part = arns.place, partition(arns.place.region)
    own = {"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": arns.names.slug}}
    made_so = {"StringEquals": {"aws:ResourceTag/CreatedBy": "EC2 Image Builder"}}
    begin = f"arn:{part}:imagebuilder:{place.region}:{place.account}"
    return [
        allow(
            "Images",
            ["ec2:DeregisterImage", "ec2:DescribeImageAttribute"],
            [f"arn:{part}:ec2:{region}::image/*" for region in regions],
            when=own,
        ),
        allow(
            "Snapshots",
            ["ec2:DeleteSnapshot"],
            [f"arn:{part}:ec2:{region}::snapshot/*" for region in regions],
            when=made_so,
        ),
        allow(
            "Versions",
            ["imagebuilder:DeleteImage"],
            [f"{begin}:image/{arns.names.own(builder)}-*"],
        ),
        everywhere("Look", "ec2:DescribeImages", "tag:GetResources"),
        *guard.no_rights(arns),
    ]
