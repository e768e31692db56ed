"""How findings about components are worded, and what the judges look at."""

from __future__ import annotations

from typing import NamedTuple

from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.component import Component
from praktika.infrastructure.template.names import Names
from praktika.pipeline import codes
from praktika.pipeline.check.projects import Around
from praktika.pipeline.check.sound import called
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.finding import Finding, warning


class Judged(NamedTuple):
    """A project that is being judged.

    Attributes:
        project: with components of the right kinds only.
        names: that its things have on AWS.
        around: what it is compared with.
    """

    project: CloudInfrastructure.Config
    names: Names
    around: Around

    def setting(self, name: str) -> str:
        """A setting as text; "" where it is not set."""
        value = self.around.settings.get(name)
        return value if isinstance(value, str) else ""

    @property
    def region(self) -> str:
        """Where it is deployed, or ""."""
        return self.setting("AWS_REGION")


def wrong(
    part: Component, field: str, what: str, code: str = codes.WRONG_VALUE, hint: str = ""
) -> Finding:
    """An error in a field: `'size' of RunnerPool 'x' is …`."""
    return Finding(place_of(part, field), code, f"'{field}' of {called(part)} {what}.", hint)


def odd(
    part: Component, field: str, what: str, code: str = codes.NO_EFFECT, hint: str = ""
) -> Finding:
    """The same as a warning."""
    return warning(place_of(part, field), code, f"'{field}' of {called(part)} {what}.", hint)
