"""The ARNs of the things of one project, with region and account."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import AWSHelperFn, Sub

from praktika.infrastructure.template.draft import Place
from praktika.infrastructure.template.names import Names
from praktika.ports.queue import dead_letters

_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))

APP = "gh-app"
"""What the secret with the key of the GitHub App is called where nothing else is said."""

ROUTES = ("internal/v1/tokens", "internal/v1/tokens/revoke")
"""The paths of the API at which tokens are asked for and given back."""


def partition(region: str) -> str:
    """The part of AWS that a region belongs to."""
    return next((name for begin, name in _PARTITIONS if region.startswith(begin)), "aws")


@dataclass(frozen=True, slots=True)
class Arns:
    """ARNs of a project's things.

    Attributes:
        names: of the project.
        place: where it is deployed.
        app: what the secret with the key of the GitHub App is called in the project.
    """

    names: Names
    place: Place
    app: str = APP

    def queues(self, *queues: str) -> list[str]:
        """Of queues, by their names at the port."""
        return [self._of("sqs", self.names.queue(queue)) for queue in queues]

    def graves(self, *queues: str) -> list[str]:
        """Of the queues for what nobody could deal with."""
        return self.queues(*map(dead_letters, queues))

    def controls(self, *trusts: str) -> list[str]:
        """Of the queues that runners on machines make for themselves."""
        return [self._of("sqs", self.names.own(f"control-{trust}-i-*")) for trust in trusts]

    def blobs(self, *keys: str) -> list[str]:
        """Of blobs, by patterns of keys."""
        return self.objects(*(f"{self.names.slug}/blobs/{key}" for key in keys))

    def own_objects(self, *keys: str) -> list[str]:
        """Of objects below the project's prefix: `code/*`, `journal/*`, `growing/*`."""
        return self.objects(*(f"{self.names.slug}/{key}" for key in keys))

    def objects(self, *keys: str) -> list[str]:
        """Of objects of the bucket, by patterns of whole keys."""
        return [f"{self.bucket}/{key}" for key in keys]

    @property
    def bucket(self) -> str:
        """Of the bucket."""
        return f"arn:{partition(self.place.region)}:s3:::{self.place.bucket}"

    def parameters(self, *names: str) -> list[str]:
        """Of parameters, by their names, which begin with "/" or do not."""
        return [self._of("ssm", f"parameter/{name.removeprefix('/')}") for name in names]

    def secrets(self, *names: str) -> list[str]:
        """Of secrets, by names; AWS adds a "-" and six characters to them."""
        return [self._of("secretsmanager", f"secret:{name}-??????") for name in names]

    def functions(self, *functions: str) -> list[str]:
        """Of functions, by the names that they have in the project."""
        return [self._of("lambda", f"function:{self.names.own(name)}") for name in functions]

    def groups(self, *groups: str) -> list[str]:
        """Of Auto Scaling groups, by their names on AWS; each has an id that AWS makes up."""
        begin = "autoScalingGroup:*:autoScalingGroupName"
        return [self._of("autoscaling", f"{begin}/{group}") for group in groups]

    def logs(self, group: str) -> list[str]:
        """Of the streams of a log group."""
        return [self._of("logs", f"log-group:{group}:*")]

    def roles(self) -> list[str]:
        """Of all roles of the project."""
        begin = f"arn:{partition(self.place.region)}:iam::{self.place.account}"
        return [f"{begin}:role{self.names.path}*"]

    def token_routes(self, api: str) -> list[AWSHelperFn]:
        """Of the routes for tokens, of an API by its logical id; it has one stage."""
        place = self._of("execute-api", f"${{{api}}}")
        return [Sub(f"{place}/*/POST/{route}") for route in ROUTES]

    def _of(self, service: str, thing: str) -> str:
        place = self.place
        return f"arn:{partition(place.region)}:{service}:{place.region}:{place.account}:{thing}"
