"""A deploy of the installation: `praktika infrastructure --deploy` against the API server of AWS."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.aws_server import REGION, AwsServer
from tests.paper_bundles import PaperBundles

from praktika.adapters.aws.client import Clients
from praktika.cli.console import Console
from praktika.cli.main import run
from praktika.sdk.settings import forget
from praktika.wiring.cloud import compiling

SLUG = "shop-ci"
LABEL = "small"
ACCOUNT = "000000000000"
BUCKET = f"{SLUG}-artifacts-{ACCOUNT}"

_PROJECT = f"""
from praktika.infrastructure import VPC, CloudInfrastructure, Components, Storage

OrchestratorPool, RunnerPool = Components.OrchestratorPool, Components.RunnerPool

PROJECTS = [
    CloudInfrastructure.Config(
        name="{SLUG}",
        vpcs=[VPC.Config(subnets=[VPC.Subnet(availability_zone="{REGION}a")])],
        storages=[Storage.Config(name="artifacts-{ACCOUNT}", retention_days=30)],
        github_token_minters=[Components.GitHubTokenMinter(repositories=REPOSITORIES)],
        orchestrator_pool=OrchestratorPool(
            instance_type="t4g.small",
            scaling=OrchestratorPool.Scaling.Disabled,
            size=2,
            max_size=2,
        ),
        runner_pools=[
            RunnerPool(
                name="small",
                instance_type="t4g.small",
                scaling=RunnerPool.Scaling.Disabled,
                size=2,
                max_size=2,
            ),
            RunnerPool(
                name="outside",
                label="{LABEL}",
                untrusted=True,
                instance_type="t4g.small",
                scaling=RunnerPool.Scaling.Auto,
                max_size=2,
            ),
        ],
        ext={{"github_api": GITHUB}},
    )
]
"""
_SETTINGS = f"""
BACKEND = "aws"
PROJECT_SLUG = "{SLUG}"
AWS_REGION = "{REGION}"
AWS_ACCOUNT_ID = "{ACCOUNT}"
S3_ARTIFACT_BUCKET = "{BUCKET}"
"""
_WORKFLOW = f"""
from praktika import Job, Workflow

JOBS = [Job(name="one", runs_on=["{LABEL}"], command="true")]
WORKFLOWS = [Workflow(name="w", event=Workflow.Event.PUSH, branches=["main"], jobs=JOBS)]
"""


def declare(root: Path, repositories: list[str], forge: str) -> None:
    """Write the declaration of the installation into a checkout."""
    project = f"REPOSITORIES = {repositories!r}\nGITHUB = {forge!r}\n{_PROJECT}"
    for name, text in {
        "infrastructure/projects.py": project,
        "settings/settings.py": _SETTINGS,
        "workflows/w.py": _WORKFLOW,
    }.items():
        path = root / "ci" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def deploy(root: Path, server: AwsServer) -> None:
    """Deploy it."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    variables = {**server.environment(), "PRAKTIKA_DEPLOY_PAUSE": "0.05"}
    with (
        _forgotten(),
        patch.dict(os.environ, variables),
        patch.object(compiling, "Bundles", PaperBundles),
    ):
        words = ["infrastructure", "--json", "--project", SLUG, "--deploy", "--yes"]
        code = run(Console(out, err, {}), ["-C", str(root), *words])
    out.seek(0)
    assert code == 0, out.read() + err.getvalue()


def tags_of(clients: Clients) -> Mapping[str, Mapping[str, str]]:
    """The tags that the machines of each group get, by the name of the group."""
    return {
        group["AutoScalingGroupName"]: {
            tag["Key"]: tag.get("Value", "")
            for tag in group.get("Tags", ())
            if tag.get("PropagateAtLaunch") in {True, "true"}
        }
        for group in clients.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    }


@contextmanager
def _forgotten() -> Iterator[None]:
    """Whatever is loaded meanwhile is forgotten, and where we are."""
    path, finders, place = list(sys.path), list(sys.meta_path), Path.cwd()
    try:
        yield
    finally:
        forget()
        os.chdir(place)
        sys.path[:], sys.meta_path[:] = path, finders
        for name in [it for it in sys.modules if it.split(".")[0] in {"ci", "_praktika_loaded"}]:
            del sys.modules[name]
