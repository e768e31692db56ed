"""The files of a first cloud of one's own. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

PROJECTS = "ci/infrastructure/projects.py"
SETTINGS = "ci/settings/aws.py"

_SETTINGS = '''\
"""Where this project's own CI is on AWS; `praktika infrastructure` deploys it."""

# What the names of all its parts begin with.
PROJECT_SLUG = {slug}

# Nothing is changed in any other account.
AWS_ACCOUNT_ID = {account}
AWS_REGION = {region}

# Runs and their logs, results and artifacts. Names of buckets are shared by all of AWS.
S3_ARTIFACT_BUCKET = {bucket}
'''

_PROJECTS = '''\
"""This project's own CI on AWS. `praktika infrastructure --deploy --plan` shows what it makes.

docs/aws.md of praktika leads from an empty account to a green check.
"""

from praktika import CloudInfrastructure
from praktika.infrastructure import VPC, Components, Storage

GitHubTokenMinter = Components.GitHubTokenMinter
OrchestratorPool = Components.OrchestratorPool
RunnerPool = Components.RunnerPool

PROJECTS = [
    CloudInfrastructure.Config(
        name={slug},
        vpcs=[
            VPC.Config(
                name="ci",
                subnets=[
                    VPC.Subnet(availability_zone={zone}, cidr="10.0.0.0/18"),
                    VPC.Subnet(availability_zone={second}, cidr="10.0.64.0/18"),
                ],
            )
        ],
        storages=[
            # What runs leave is removed after so many days.{public_comment}
            Storage.Config(name={storage}, retention_days=30, public={public}),
        ],
        # The only one who reads the key of the GitHub App. It serves these repositories alone.
        github_token_minters=[GitHubTokenMinter(repositories=[{repository}])],
        # Machines that carry runs from request to report. None while nothing happens.
        orchestrator_pool=OrchestratorPool(
            instance_type="t4g.small",
            scaling=OrchestratorPool.Scaling.Auto,
            max_size=2,
        ),
        runner_pools=[
            # Jobs with runs_on=["linux"]. capacity_reserve=1 would keep a machine waiting.
            RunnerPool(
                name="linux",
                instance_type="t4g.medium",
                scaling=RunnerPool.Scaling.Auto,
                max_size=10,
            ),
            # The same for changes from outside: a fresh machine for each job, and no secrets.
            RunnerPool(
                name="linux-outside",
                label="linux",
                untrusted=True,
                instance_type="t4g.medium",
                scaling=RunnerPool.Scaling.Auto,
                max_size=5,
            ),
        ],
    )
]
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What has to be known for it.

    Attributes:
        project: name; its slug begins the names of everything.
        account: 12 digits.
        region: of AWS.
        repository: `owner/name` on GitHub.
        is_public: whether anybody may read reports.
    """

    project: str
    account: str
    region: str
    repository: str
    is_public: bool = False

    @property
    def slug(self) -> str:
        """What names on AWS begin with; short, as it stands in all of them."""
        text = re.sub(r"[^a-z0-9]+", "-", self.project.lower()).strip("-")[:20].strip("-")
        return text if text[:1].isalpha() else f"ci-{text}".rstrip("-")


def settings_file(cloud: Cloud) -> str:
    """The text of the settings file."""
    return _SETTINGS.format(
        slug=json.dumps(cloud.slug),
        account=json.dumps(cloud.account),
        region=json.dumps(cloud.region),
        # The account makes it one that nobody else has.
        bucket=json.dumps(f"{cloud.slug}-{_storage(cloud)}"),
    )


def projects_file(cloud: Cloud) -> str:
    """The text of the file with the infrastructure."""
    public = " Anybody may read the\n            # reports, and nothing else." * cloud.is_public
    return _PROJECTS.format(
        slug=json.dumps(cloud.slug),
        zone=json.dumps(f"{cloud.region}a"),
        second=json.dumps(f"{cloud.region}b"),
        storage=json.dumps(_storage(cloud)),
        public=cloud.is_public,
        public_comment=public,
        repository=json.dumps(cloud.repository),
    )


def _storage(cloud: Cloud) -> str:
    return f"runs-{cloud.account}"
