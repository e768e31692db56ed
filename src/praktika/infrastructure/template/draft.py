"""Two templates in the making, and whose each resource is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from troposphere import BaseAWSObject as Resource
from troposphere import Output, Parameter, Ref, Tags, Template

from praktika.infrastructure.template.names import Names, logical
from praktika.model.installation import Pool

__all__ = ["PROJECT_TAG", "Draft", "Page", "Place", "Secret", "Stack", "logical"]

Stack = Literal["stateful", "runtime"]

PROJECT_TAG = "praktika:project"
"""The tag that says whose something on AWS is; its value is the slug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a project is deployed.

    Attributes:
        region, account: of AWS; the account in 12 digits.
        bucket: the name of the bucket with runs and code.
    """

    region: str
    account: str
    bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret parameter that a deploy makes if it is missing, and never changes.

    Its value is in no template, since templates can be read by many.

    Attributes:
        component: that needs it.
        name: on AWS.
        description: for people.
        random: a deploy makes up its value; otherwise the operator fills it in.
    """

    component: str
    name: str
    description: str = ""
    random: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file that a deploy uploads as a page.

    Attributes:
        component: that declares it.
        path: relative to the repository.
        bucket, key: of the object.
        sha256: of its bytes.
    """

    component: str
    path: str
    bucket: str
    key: str
    sha256: str


@dataclass(slots=True)
class Draft:
    """Collects what components need.

    Args:
        names: of the project.
        place: see `Place`.
        digests: SHA-256 of each function's and package's code, by name, as far as it is known.

    Attributes:
        owners: the component that each resource belongs to, by stack and logical id.
        code: for each function or package that has to be uploaded, by name, the parameter of the
            runtime stack that takes the key of its object.
        secrets, pages: what a deploy makes beside the stacks.
        pools: of the installation.
    """

    names: Names
    place: Place
    digests: Mapping[str, str] = field(default_factory=dict)
    stateful: Template = field(default_factory=Template)
    runtime: Template = field(default_factory=Template)
    owners: dict[tuple[Stack, str], str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)

    def add(self, stack: Stack, component: str, resource: Resource) -> Resource:
        """Add a resource of a component, `Kind:name` as `RunnerPool:arm-small`."""
        added = self._template(stack).add_resource(resource)
        self.owners[stack, resource.title] = component
        return added

    def hand_over(self, name: str, value: object) -> Ref:
        """Let the runtime stack have a value of the stateful stack, under a logical name."""
        if name not in self.stateful.outputs:
            self.stateful.add_output(Output(name, Value=value))
            self.runtime.add_parameter(Parameter(name, Type="String"))
        return Ref(name)

    def uploaded(self, name: str) -> Ref:
        """The key of the object that a function's or a package's code is uploaded to."""
        parameter = logical("Code", name)
        if name not in self.code:
            self.code[name] = parameter
            self.runtime.add_parameter(Parameter(parameter, Type="String"))
        return Ref(parameter)

    def tags(self, **more: str) -> Tags:
        """The tags that everything of this project has."""
        return Tags({PROJECT_TAG: self.names.slug, **more})

    def _template(self, stack: Stack) -> Template:
        return self.stateful if stack == "stateful" else self.runtime
