"""Auto Scaling groups: how many machines there are, and how many there shall be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from praktika.adapters.aws.light.refusals import Refused
from praktika.adapters.aws.light.signing import Letter
from praktika.adapters.aws.light.wire import Service, Wire

_AUTO_SCALING = Service(name="autoscaling", variable="AUTO_SCALING")
_SPACE = "{http://autoscaling.amazonaws.com/doc/2011-01-01/}"
_VERSION = "2011-01-01"
_NUMBERS = {"MinSize", "MaxSize", "DesiredCapacity"}
_CLAIMS = {"NewInstancesProtectedFromScaleIn", "ProtectedFromScaleIn", "HonorCooldown"}


class LightAutoScaling:
    """A client of Auto Scaling with the methods of boto3's that are used here."""

    exceptions = SimpleNamespace(ClientError=Refused)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def describe_auto_scaling_groups(
        self,
        *,
        AutoScalingGroupNames: Sequence[str],
        **more: object,
    ) -> dict[str, Any]:
        """The groups of these names that there are, with their instances."""
        asked = _numbered("AutoScalingGroupNames", AutoScalingGroupNames)
        return self._call("DescribeAutoScalingGroups", asked | _plain(more))

    def describe_scaling_activities(
        self,
        *,
        AutoScalingGroupName: str,
        **more: object,
    ) -> dict[str, Any]:
        """What happened to a group lately, the newest first."""
        asked = {"AutoScalingGroupName": AutoScalingGroupName}
        return self._call("DescribeScalingActivities", asked | _plain(more))

    def set_desired_capacity(self, **asked: object) -> None:
        """Let a group have so many machines."""
        self._call("SetDesiredCapacity", _plain(asked))

    def _call(self, operation: str, asked: Mapping[str, str]) -> dict[str, Any]:
        letter = Letter(
            method="POST",
            url=f"{self._wire.address(_AUTO_SCALING)}/",
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            body=urlencode({"Action": operation, "Version": _VERSION, **asked}).encode(),
        )
        answer = self._wire.send(_AUTO_SCALING, letter, operation)
        root = ET.fromstring(answer.body)  # noqa: S314 - AWS wrote it
        result = root.find(f"{_SPACE}{operation}Result")
        read: dict[str, Any] = {} if result is None else _value(result)
        return read


def _numbered(name: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{name}.member.{number}": value for number, value in enumerate(values, 1)}


def _plain(asked: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in asked.items()
    }


def _value(element: ET.Element) -> Any:
    """An element as boto3 would give it: a list, a structure, a number, a claim, or text."""
    name = element.tag.removeprefix(_SPACE)
    children = list(element)
    if children and all(one.tag == f"{_SPACE}member" for one in children):
        return [_value(one) for one in children]
    if children:
        return {one.tag.removeprefix(_SPACE): _value(one) for one in children}
    text = element.text or ""
    if name in _NUMBERS:
        return int(text)
    if name in _CLAIMS:
        return text == "true"
    return text
