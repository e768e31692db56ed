"""What `import praktika` gives, and what it costs."""

import sys

import pytest

import praktika
from praktika.infrastructure import VPC, CloudInfrastructure, Components, ImageBuilder, Storage

DECLARED = {
    "Artifact": "praktika.pipeline.declare.artifact",
    "CloudInfrastructure": "praktika.infrastructure.cloud",
    "Docker": "praktika.pipeline.declare.docker",
    "Job": "praktika.pipeline.declare.job",
    "Secret": "praktika.pipeline.declare.secret",
    "Settings": "praktika.sdk.settings",
    "Workflow": "praktika.pipeline.declare.workflow",
}


@pytest.mark.parametrize("name", DECLARED)
def test_the_vocabulary_is_there(name):
    value = getattr(praktika, name)
    assert value is getattr(sys.modules[DECLARED[name]], name)


@pytest.mark.parametrize("name", praktika.__all__)
def test_every_name_can_be_listed_and_imported(name):
    assert name in dir(praktika)
    assert getattr(praktika, name).__name__ == name


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'praktika' has no attribute 'Wokflow'"):
        _ = praktika.Wokflow


def test_an_infrastructure_of_the_established_shape_can_be_declared():
    image = Components.create_awslinux_image_builder_config(
        name="image",
        version="1.0.0",
        controller_package="x",
        prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="runtime", packages=["boto3"])],
        instance_types=["t4g.small"],
        components=[
            Components.create_image_test_component(name="t", commands=["true"], description="d")
        ],
    )
    project = CloudInfrastructure.Config(
        name="example",
        min_praktika_version="0.1.2",
        vpcs=[VPC.Config(subnets=[VPC.Subnet(availability_zone="eu-north-1a")])],
        storages=[Storage.Config(name="artifacts", retention_days=90, public=True)],
        report_pages=[Components.report_page_config],
        image_builders=[image],
        github_token_minters=[Components.GitHubTokenMinter()],
        orchestrator_pools=[
            Components.OrchestratorPool(
                scaling=Components.OrchestratorPool.Scaling.Auto, max_size=10
            )
        ],
        runner_pools=[
            Components.RunnerPool(
                name="small", instance_type="t4g.small", scaling=Components.RunnerPool.Scaling.Auto
            )
        ],
        cidb_cluster=Components.CIDBCluster(),
        lambda_functions=[*CloudInfrastructure.SLACK_APP_LAMBDAS],
    )
    from praktika.pipeline.check.sound import sound
    from praktika.pipeline.declare.declared import parts_of

    findings = []

    def look(thing):
        sound(thing, findings)
        for part in parts_of(thing):
            look(part)

    look(project)
    assert findings == []
    assert image.image_recipe_version == "1.0.0"
