"""Change sets of CloudFormation."""

from __future__ import annotations

import secrets
import time
from typing import Any, Literal, cast

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.cloud.stacks import is_absence, validation_errors
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Conflict, OperatorError, Unavailable
from praktika.ports.cloud.stacks import Change, ChangeSet, Deed, Proposal, Replacement

_PATIENCE = 300.0
_PAUSE = 0.5
_BUSY = {
    *("InvalidChangeSetStatus", "InvalidChangeSetStatusException", "OperationInProgressException"),
    *("ChangeSetNotFound", "ChangeSetNotFoundException"),
}
_NOTHING = ("didn't contain changes", "no updates are to be performed")
_DEEDS: dict[str, Deed] = {
    "Add": "add",
    "Modify": "modify",
    "Remove": "remove",
    "Import": "import",
    "Dynamic": "dynamic",
}
_REPLACEMENTS: dict[str, Replacement] = {"True": "yes", "False": "no", "Conditional": "perhaps"}


class AwsChanges:
    """A `Changes` of one region.

    Args:
        aws: the clients.
        pause: seconds between two looks at a proposal that AWS still thinks about.
    """

    def __init__(self, aws: Clients, pause: float = _PAUSE) -> None:
        self._aws = aws
        self._pause = pause

    def propose(self, proposal: Proposal) -> ChangeSet:
        """What a proposal would change; see the port."""
        with translated(f"cannot propose changes of stack {proposal.stack}"):
            try:
                made = self._aws.stacks.create_change_set(**self._request(proposal))
            except self._aws.stacks.exceptions.ClientError as error:
                if "_IN_PROGRESS state" in str(error):
                    raise Conflict(f"stack {proposal.stack} is being changed already") from error
                raise
        return self._settled(made["Id"], made["StackId"], proposal)

    def apply(self, changes: ChangeSet) -> None:
        """Begin to carry out a proposal; see the port."""
        with translated(f"cannot change stack {changes.stack}"):
            try:
                # What a failed creation leaves would stand in the way of the next one.
                options: Any = {"RetainExceptOnCreate": True}
                self._aws.stacks.execute_change_set(ChangeSetName=changes.id, **options)
            except self._aws.stacks.exceptions.ClientError as error:
                if code_of(error) in _BUSY:
                    raise Conflict(
                        f"stack {changes.stack} was changed by somebody else meanwhile"
                    ) from error
                raise

    def discard(self, changes: ChangeSet) -> None:
        """Forget a proposal; see the port."""
        with translated(f"cannot discard proposed changes of stack {changes.stack}"):
            try:
                self._aws.stacks.delete_change_set(ChangeSetName=changes.id)
                (stack,) = self._aws.stacks.describe_stacks(StackName=changes.stack)["Stacks"]
                if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
                    self._aws.stacks.delete_stack(StackName=changes.stack)
            except self._aws.stacks.exceptions.ClientError as error:
                if code_of(error) not in _BUSY and not is_absence(error):
                    raise

    def _request(self, proposal: Proposal) -> Any:
        kind: Literal["CREATE", "UPDATE"] = "CREATE" if proposal.is_new else "UPDATE"
        request: dict[str, Any] = {
            "StackName": proposal.stack,
            "ChangeSetName": f"praktika-{secrets.token_hex(8)}",
            "ChangeSetType": kind,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in sorted(proposal.parameters.items())
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in proposal.tags.items()],
        }
        if proposal.stored is None:
            request["TemplateBody"] = proposal.template
        else:
            request["TemplateURL"] = self._url(*proposal.stored)
        return request

    def _url(self, bucket: str, key: str) -> str:
        # as this very client would ask for it, on other servers than AWS's, too
        url: str = self._aws.s3.meta.endpoint_url
        if ".amazonaws.com" in url:
            return f"https://{bucket}.s3.{self._aws.region}.amazonaws.com/{key}"
        return f"{url}/{bucket}/{key}"

    def _settled(self, id_: str, stack: str, proposal: Proposal) -> ChangeSet:
        """The proposal, once AWS has thought about it."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with translated(f"cannot look at the proposed changes of stack {proposal.stack}"):
                pages = list(
                    self._aws.stacks.get_paginator("describe_change_set").paginate(
                        ChangeSetName=id_
                    )
                )
            status, reason = pages[0]["Status"], pages[0].get("StatusReason", "")
            if status == "CREATE_COMPLETE":
                found = [_change(one) for page in pages for one in page["Changes"]]
                return ChangeSet(id=id_, stack=stack, changes=tuple(found))
            if status == "FAILED":
                changes = ChangeSet(id=id_, stack=stack, is_empty=True)
                is_nothing = any(text in reason.lower() for text in _NOTHING)
                why = "" if is_nothing else self._complaints(id_)
                self.discard(changes)
                if is_nothing:
                    return changes
                raise OperatorError(f"AWS refuses the template of {proposal.stack}: {reason}{why}")
            time.sleep(self._pause)
        raise Unavailable(
            f"AWS has not said within {_PATIENCE:.0f} s what {proposal.stack} becomes"
        )

    def _complaints(self, id_: str) -> str:
        with translated("cannot ask AWS what is wrong with the template"):
            found = validation_errors(self._aws, ChangeSetName=id_)
        return "".join(f"\n  {one.logical} ({one.kind}): {one.reason}" for one in found)


def _change(one: Any) -> Change:
    said = one["ResourceChange"]
    replacement = cast("str", said.get("Replacement", "False"))
    return Change(
        deed=_DEEDS.get(said["Action"], "dynamic"),
        logical=said["LogicalResourceId"],
        kind=said["ResourceType"],
        physical=said.get("PhysicalResourceId", ""),
        replacement=_REPLACEMENTS.get(replacement, "perhaps"),
    )
