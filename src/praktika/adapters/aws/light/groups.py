"""Auto Scaling groups: how many machines there are, and how many there shall be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
_LISTS = {"AutoScalingGroups", "Instances", "Activities"}
_TIMES = {"StartTime", "EndTime"}
_CLAIMS = {"NewInstancesProtectedFromScaleIn", "ProtectedFromScaleIn", "HonorCooldown"}


class LightAutoScaling:
    """A client of Auto Scaling with the methods of boto3's that are used here."""

    exceptions = SimpleNamespace(ClientError=Refused)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get_paginator(self, operation: str) -> _Pages:
        """Pages of `describe_auto_scaling_groups`, the only operation that has any here."""
        if operation != "describe_auto_scaling_groups":
            raise AttributeError(f"{operation} has no pages here")
        return _Pages(self._call)

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


@dataclass(frozen=True, slots=True)
class _Pages:
    """Groups, page by page."""

    call: Callable[[str, Mapping[str, str]], dict[str, Any]]

    def paginate(self, *, AutoScalingGroupNames: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The groups of these names that there are, with their instances."""
        names = enumerate(AutoScalingGroupNames, 1)
        asked = {f"AutoScalingGroupNames.member.{number}": name for number, name in names}
        while True:
            page = self.call("DescribeAutoScalingGroups", asked)
            yield page
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]


def _plain(asked: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in asked.items()
    }


def _value(element: ET.Element) -> Any:
    """An element as boto3 would give it: a list, a structure, a number, a time, or text."""
    name = element.tag.removeprefix(_SPACE)
    children = list(element)
    if name in _LISTS or any(one.tag == f"{_SPACE}member" for one in children):
        return [_value(one) for one in children]
    if children:
        return {one.tag.removeprefix(_SPACE): _value(one) for one in children}
    text = element.text or ""
    if name in _NUMBERS:
        return int(text)
    if name in _CLAIMS:
        return text == "true"
    return datetime.fromisoformat(text) if name in _TIMES and text else text
