"""Secret: the name of something that only a job may see, never its value."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from praktika.pipeline import codes
from praktika.pipeline.declare.declared import Declared, caller, remark
from praktika.pipeline.finding import Finding
from praktika.sdk.job.secret import find_secret


class SecretType:
    """Where a secret is kept in the cloud; on one machine it comes from the environment."""

    AWS_SSM_PARAMETER = "aws parameter"
    AWS_SSM_SECRET = "aws secret"  # noqa: S105 - the name of a service
    GH_SECRET = "gh secret"  # noqa: S105 - the name of a service
    GH_VAR = "gh var"
    AWS_SSM_VAR = AWS_SSM_PARAMETER  # older name


class SecretConfig(Declared):
    """A declared secret, or several of one kind that are read together."""

    Type = SecretType

    KIND: ClassVar[str] = "Secret"

    name: str | list[str]
    type: str
    region: str = ""

    def __repr__(self) -> str:
        return str(self.name)

    def names(self) -> list[str]:
        """The names, also when there is only one."""
        return list(self.name) if isinstance(self.name, list | tuple) else [self.name]

    def join_with(self, other: SecretConfig) -> SecretConfig:
        """One secret of both names; both must be of one type and region."""
        joined = self._with(name=[*self.names(), *other.names()])
        if (self.type, self.region) != (other.type, other.region):
            text = f"Secrets {self!r} and {other!r} differ in type or region and cannot be joined."
            remark(joined, Finding(caller(), codes.WRONG_VALUE, text))
        return joined

    def get_value(self) -> str | list[str]:
        """The value, or the values in the order of the names.

        Raises:
            SecretMissing: a RuntimeError; the job was not given one of them.
        """
        values = [str(find_secret(name)) for name in self.names()]
        return values if isinstance(self.name, list | tuple) else values[0]

    def is_gh_secret(self) -> bool:
        """Whether GitHub keeps it, as a secret."""
        return self.type == SecretType.GH_SECRET

    def is_gh_var(self) -> bool:
        """Whether GitHub keeps it, as a variable."""
        return self.type == SecretType.GH_VAR


class SecretNames:
    """`Secret.Config`, as a type."""

    Config: TypeAlias = SecretConfig


class Secret(SecretNames, SecretConfig):
    """A declared secret; `Secret(...)` and `Secret.Config(...)` are the same."""
