"""A whole cloud on AWS, as one project's deploys see it."""

from __future__ import annotations

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.cloud.account import AwsAccount
from praktika.adapters.aws.cloud.belongings import AwsBelongings
from praktika.adapters.aws.cloud.changes import AwsChanges
from praktika.adapters.aws.cloud.images import AwsImages
from praktika.adapters.aws.cloud.machines import AwsMachines
from praktika.adapters.aws.cloud.objects import S3Objects
from praktika.adapters.aws.cloud.parameters import SsmParameters
from praktika.adapters.aws.cloud.stacks import AwsStacks
from praktika.adapters.aws.cloud.vault import SecretsManagerVault
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.ports.cloud.cloud import Cloud


def open_cloud(aws: Clients, project: str) -> Cloud:
    """The cloud of a project, by its slug; nothing is asked of it yet."""
    return Cloud(
        account=AwsAccount(aws),
        stacks=AwsStacks(aws),
        changes=AwsChanges(aws),
        parameters=SsmParameters(aws, project),
        objects=S3Objects(aws),
        belongings=AwsBelongings(aws, project),
        images=AwsImages(aws),
        machines=AwsMachines(aws),
        secrets=AwsSecrets(aws),
        vault=SecretsManagerVault(aws, project),
    )
