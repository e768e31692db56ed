"""Runtime stacks are clean under AWS's own schemas; a warning is a failure, too."""

from __future__ import annotations

import json

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from tests.unit.infrastructure.runtime_samples import REGION, orchestrators, project, runners

from praktika.infrastructure import (
    AutoScalingGroup,
    Components,
    IAMInstanceProfile,
    IAMRole,
    ImageBuilder,
    Lambda,
    LaunchTemplate,
    SQSQueue,
)


def full():
    """A project with one of everything."""
    return project(
        image_builders=[
            ImageBuilder.Config(
                name="base",
                schedule_expression="cron(0 4 ? * mon *)",
                image_tests_enabled=True,
                prebuilt_venvs=[
                    ImageBuilder.PrebuiltVenv(name="tools", packages=["attrs==25.1.0"])
                ],
                inline_components=[
                    Components.create_image_test_component("starts", ["docker version"])
                ],
            ),
            Components.create_ubuntu_image_builder_config(
                "noble", "1.0.0", instance_types=["t3.small"]
            ),
        ],
        runner_pools=[
            runners(image_builder="base", allow_ssm_debug=True, allow_all_secrets=True),
            runners(
                "amd-outside",
                label="amd",
                untrusted=True,
                spot=True,
                instance_type="c7a.large",
                instance_types=["c7a.large", "c6a.large"],
                image_builder="noble",
            ),
            runners("fixed", scaling="disabled", size=1, max_size=1, ec2_role="deploy"),
        ],
        orchestrator_pools=[orchestrators(), orchestrators(name="second", spot=True)],
        sqs_queues=[SQSQueue.Config(name="mail"), SQSQueue.Config(name="mail-in.fifo")],
        iam_roles=[IAMRole.Config(name="deploy", trust_service="ec2")],
        iam_instance_profiles=[IAMInstanceProfile.Config(name="deploys", role_name="deploy")],
        lambda_functions=[
            Lambda.Config(
                name="greet",
                path="ci/greet.py",
                handler="greet.run",
                secrets={"/x/token": "TOKEN"},
                api_gateway=True,
                api_authorizer="doorman",
                schedule_expression="rate(1 hour)",
            ),
            Lambda.Config(name="doorman", path="ci/doorman.py", handler="doorman.run"),
        ],
        launch_templates=[
            LaunchTemplate.Config(
                name="mac",
                instance_type="c7i.metal-24xl",
                tenancy="dedicated",
                root_volume_size_gb=100,
                iam_instance_profile_name="deploys",
                data={"KeyName": "ios"},
            )
        ],
        autoscaling_groups=[AutoScalingGroup.Config(name="macs", launch_template_name="mac")],
        ext={"alarm_emails": ["ci@example.com"]},
    )


@pytest.mark.parametrize("made", [project, full])
def test_clean(made):
    template = json.dumps(made().templates["runtime"])
    found = lint(template, config=ManualArgs(regions=[REGION]))
    assert [f"{one.rule.id} {one.message} {one.path}" for one in found] == []
    assert len(template.encode()) < 1_000_000
    assert len(json.loads(template)["Resources"]) < 500
