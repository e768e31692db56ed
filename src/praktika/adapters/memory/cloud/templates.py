"""What a cloud in memory makes of a template: as little as deploys need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from praktika.ports.cloud.stacks import Change

NAMES = (
    *("BucketName", "QueueName", "RoleName", "FunctionName", "LogGroupName", "Name"),
    "AutoScalingGroupName",
)
"""The properties that name a resource; with another one, it is another resource."""

KINDS = {
    "AWS::S3::Bucket": "bucket",
    "AWS::Logs::LogGroup": "log group",
    "AWS::SSM::Parameter": "parameter",
    "AWS::EC2::Volume": "volume",
}
"""The resources that are belongings, too."""


def filled_in(value: Any, known: Mapping[str, str]) -> Any:
    """A part of a template with what it refers to, as far as that is known."""
    match value:
        case {"Ref": str(name)} if name in known:
            return known[name]
        case {"Fn::GetAtt": [str(name), *_]} if name in known:
            return known[name]
        case {"Fn::Sub": str(text)}:
            for name, meant in known.items():
                text = text.replace(f"${{{name}}}", meant)
            return text
        case dict():
            return {key: filled_in(one, known) for key, one in value.items()}
        case list():
            return [filled_in(one, known) for one in value]
        case _:
            return value


def name_of(definition: Mapping[str, Any]) -> str:
    """The name that a definition gives to its resource, or ""."""
    properties = definition.get("Properties", {})
    found = (properties[name] for name in NAMES if isinstance(properties.get(name), str))
    return next(found, "")


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What becomes of resources, from their definitions before and after."""
    found = [
        Change(
            deed="modify",
            logical=name,
            kind=new[name]["Type"],
            replacement="no" if name_of(old[name]) == name_of(new[name]) else "yes",
        )
        for name in new
        if name in old and old[name] != new[name]
    ]
    found += [Change(deed="add", logical=it, kind=new[it]["Type"]) for it in new if it not in old]
    found += [
        Change(deed="remove", logical=it, kind=old[it]["Type"]) for it in old if it not in new
    ]
    return tuple(found)
