"""Parameters in the Parameter Store of Systems Manager."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated
from praktika.errors import Conflict
from praktika.ports.cloud.cloud import PROJECT_TAG
from praktika.ports.cloud.parameters import Parameter

_AT_ONCE = 50
"""Values that one filter takes."""


class SsmParameters:
    """A `Parameters` of one region.

    Args:
        aws: the clients.
        project: slug; what is made here gets its tag.
    """

    def __init__(self, aws: Clients, project: str) -> None:
        self._aws = aws
        self._project = project

    def get(self, name: str) -> Parameter | None:
        """The value under a name; see the port."""
        with translated(f"cannot read parameter {name}"):
            try:
                found = self._aws.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
            except self._aws.ssm.exceptions.ParameterNotFound:
                return None
        _, _, _, region, account, *_ = found.get("ARN", ":::::").split(":")
        return Parameter(text=found.get("Value", ""), account=account, region=region)

    def present(self, names: Sequence[str]) -> set[str]:
        """Those of the names that are there; see the port."""
        found: set[str] = set()
        for start in range(0, len(names), _AT_ONCE):
            some = list(names[start : start + _AT_ONCE])
            with translated(f"cannot look for parameters {', '.join(some)}"):
                pages = self._aws.ssm.get_paginator("describe_parameters").paginate(
                    ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": some}]
                )
                found |= {one.get("Name", "") for page in pages for one in page["Parameters"]}
        return found

    def create(self, name: str, text: str, *, secret: bool = False, about: str = "") -> None:
        """Store a value where there is none yet; see the port."""
        with translated(f"cannot create parameter {name}"):
            try:
                self._aws.ssm.put_parameter(
                    Name=name,
                    Value=text,
                    Description=about,
                    Type="SecureString" if secret else "String",
                    Tags=[{"Key": PROJECT_TAG, "Value": self._project}],
                )
            except self._aws.ssm.exceptions.ParameterAlreadyExists as error:
                raise Conflict(f"parameter {name} is there already") from error

    def replace(self, name: str, text: str) -> None:
        """Store a value that is no secret; see the port."""
        with translated(f"cannot write parameter {name}"):
            self._aws.ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)

    def delete(self, name: str) -> None:
        """Remove a parameter; nothing if there is none."""
        with translated(f"cannot delete parameter {name}"):
            try:
                self._aws.ssm.delete_parameter(Name=name)
            except self._aws.ssm.exceptions.ParameterNotFound:
                return
