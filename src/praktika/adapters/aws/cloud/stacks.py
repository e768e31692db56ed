"""Stacks of CloudFormation."""

from __future__ import annotations

import json
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Absent
from praktika.ports.cloud.stacks import Contents, Resource, Stack, StackEvent

_INVALID = "ValidationError"


class AwsStacks:
    """A `Stacks` of one region.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def find(self, name: str) -> Stack | None:
        """The stack of that name; see the port."""
        with translated(f"cannot look at stack {name}"):
            try:
                (found,) = self._aws.stacks.describe_stacks(StackName=name)["Stacks"]
            except self._aws.stacks.exceptions.ClientError as error:
                if is_absence(error):
                    return None
                raise
        return Stack(
            name=name,
            id=found.get("StackId", name),
            status=found["StackStatus"],
            reason=found.get("StackStatusReason", ""),
            tags={one["Key"]: one["Value"] for one in found.get("Tags", ())},
            outputs={
                one.get("OutputKey", ""): one.get("OutputValue", "")
                for one in found.get("Outputs", ())
            },
        )

    def contents(self, name: str) -> Contents:
        """What a stack consists of; see the port."""
        stack = self.find(name)
        if stack is None:  # of the last one of that name AWS would still tell
            raise Absent(f"there is no stack {name}")
        with translated(f"cannot look into stack {name}"):
            body: Any = self._aws.stacks.get_template(StackName=stack.id)["TemplateBody"]
            pages = self._aws.stacks.get_paginator("list_stack_resources").paginate(
                StackName=stack.id
            )
            listed = [one for page in pages for one in page["StackResourceSummaries"]]
        return Contents(
            template=json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body)),
            resources=tuple(
                Resource(
                    logical=one["LogicalResourceId"],
                    kind=one["ResourceType"],
                    physical=one.get("PhysicalResourceId", ""),
                    status=one["ResourceStatus"],
                )
                for one in listed
                if one["ResourceStatus"] != "DELETE_COMPLETE"
            ),
        )

    def events(self, stack: str, after: str = "") -> list[StackEvent]:
        """What happened to a stack; see the port."""
        found: list[StackEvent] = []
        with translated(f"cannot read the events of stack {stack}"):
            pages = self._aws.stacks.get_paginator("describe_stack_events").paginate(
                StackName=stack
            )
            for page in pages:
                for one in page["StackEvents"]:  # the newest first
                    if after and one["EventId"] == after:
                        return found[::-1]
                    found.append(_event(one))
                    if one.get("DetailedStatus") == "VALIDATION_FAILED":
                        found += validation_errors(self._aws, StackName=stack)
        return found[::-1]

    def delete(self, name: str) -> None:
        """Begin to delete a stack; see the port."""
        with translated(f"cannot delete stack {name}"):
            self._aws.stacks.delete_stack(StackName=name)


def validation_errors(aws: Clients, **which: str) -> list[StackEvent]:
    """What AWS finds fault with before it begins, and tells on another door only.

    Args:
        aws: the clients.
        which: StackName or ChangeSetName.
    """
    client: Any = aws.stacks
    if not hasattr(client, "describe_events"):  # a boto3 of before
        return []
    pages = client.get_paginator("describe_events").paginate(
        **which, Filters={"FailedEvents": True}
    )
    return [
        StackEvent(
            id=one["EventId"],
            logical=one.get("LogicalResourceId", ""),
            kind=one.get("ResourceType", ""),
            status="VALIDATION_FAILED",
            reason=one.get("ValidationStatusReason", ""),
        )
        for page in pages
        for one in page["OperationEvents"]
        if one.get("EventType") == "VALIDATION_ERROR"
    ]


def is_absence(error: Exception) -> bool:
    """Whether AWS says that there is no such stack, for which it has no code of its own."""
    return code_of(error) == _INVALID and "does not exist" in str(error)


def _event(one: Any) -> StackEvent:
    return StackEvent(
        id=one["EventId"],
        logical=one.get("LogicalResourceId", ""),
        kind=one.get("ResourceType", ""),
        status=one.get("ResourceStatus", ""),
        reason=one.get("ResourceStatusReason", ""),
        physical=one.get("PhysicalResourceId", ""),
    )
