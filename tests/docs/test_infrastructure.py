"""`docs/infrastructure.md` explains every field of the components that it has a section for."""

import re
from pathlib import Path

import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.infrastructure import (
    VPC,
    AutoScalingGroup,
    CloudInfrastructure,
    Components,
    DedicatedHost,
    EC2Instance,
    IAMInstanceProfile,
    IAMRole,
    ImageBuilder,
    Lambda,
    LaunchTemplate,
    ReportPage,
    SecretParameter,
    SQSQueue,
    Storage,
)
from praktika.pipeline.declare.declared import fields_of

PAGE = (Path(__file__).parents[2] / "docs" / "infrastructure.md").read_text()
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)

sections = dict(SECTION.findall(PAGE))
KINDS = {
    "The project": (CloudInfrastructure.Config,),
    "VPC": (VPC.Config, VPC.Subnet),
    "Storage": (Storage.Config,),
    "ReportPage": (ReportPage.Config,),
    "SecretParameter": (SecretParameter.Config,),
    "CIDBCluster": (Components.CIDBCluster,),
    "DedicatedHost": (DedicatedHost.Config,),
    "EC2Instance": (EC2Instance.Config,),
    "RunnerPool": (Components.RunnerPool,),
    "OrchestratorPool": (Components.OrchestratorPool,),
    "GitHubTokenMinter": (Components.GitHubTokenMinter,),
    "ImageBuilder": (ImageBuilder.Config, ImageBuilder.PrebuiltVenv),
    "Lambda": (Lambda.Config,),
    "SQSQueue": (SQSQueue.Config,),
    "IAMRole": (IAMRole.Config,),
    "IAMInstanceProfile": (IAMInstanceProfile.Config,),
    "LaunchTemplate": (LaunchTemplate.Config,),
    "AutoScalingGroup": (AutoScalingGroup.Config,),
    "PoolAutoscaler": (Components.PoolAutoscaler,),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_field_has_a_line_and_every_line_a_field(name):
    cells = re.findall(r"^\| (`[^|]*`) \|", sections[name], re.MULTILINE)
    documented = sorted(word for cell in cells for word in re.findall(r"`(\w+)`", cell))
    assert documented == sorted(field for kind in KINDS[name] for field in fields_of(kind))


def test_the_example_has_no_problems(tmp_path):
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    for path, text in {
        "ci/infrastructure/projects.py": example,
        "ci/workflows/main.py": "WORKFLOWS = []\n",
        "ci/settings/settings.py": 'PROJECT_SLUG = "acme"\nS3_ARTIFACT_BUCKET = "acme-artifacts"\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert LocalSandbox().compile(tmp_path).problems == ()
