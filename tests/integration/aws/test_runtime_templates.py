"""Runtime stacks are clean under AWS's own schemas; a warning is a failure, too."""

from __future__ import annotations

from functools import partial

import pytest
from cfnlint import lint
from cfnlint.config import ManualArgs
from tests.declared_projects import compiled_example
from tests.unit.infrastructure.runtime_samples import orchestrators, project, runners

from praktika.infrastructure import (
    AutoScalingGroup,
    Components,
    IAMInstanceProfile,
    IAMRole,
    Lambda,
    LaunchTemplate,
    SQSQueue,
)
from praktika.infrastructure.template.compile import text


def others():
    """What the examples do not have."""
    noble = Components.create_ubuntu_image_builder_config(
        "noble", "1.0.0", instance_types=["t3.small"], regions=["eu-west-1"]
    )
    greet = Lambda.Config(
        name="greet",
        path="ci/greet.py",
        handler="greet.run",
        api_gateway=True,
        api_authorizer="doorman",
        role_name="deploy",
    )
    template = LaunchTemplate.Config(
        name="metal",
        instance_type="c7i.metal-24xl",
        tenancy="dedicated",
        iam_instance_profile_name="deploys",
        data={"KeyName": "ios"},
    )
    return project(
        image_builders=[noble],
        runner_pools=[
            runners(ec2_role="deploy"),
            runners("with-profile", instance_profile="deploys", image_builder="noble"),
        ],
        orchestrator_pools=[orchestrators(), orchestrators(name="second", spot=True)],
        sqs_queues=[SQSQueue.Config(name="mail-in.fifo")],
        iam_roles=[IAMRole.Config(name="deploy", trust_service="ec2")],
        iam_instance_profiles=[IAMInstanceProfile.Config(name="deploys", role_name="deploy")],
        lambda_functions=[
            greet,
            Lambda.Config(name="doorman", path="ci/doorman.py", handler="doorman.run"),
        ],
        launch_templates=[template],
        autoscaling_groups=[AutoScalingGroup.Config(name="metals", launch_template_name="metal")],
        ext={"alarm_emails": ["ci@example.com"]},
    )


@pytest.mark.parametrize(
    "make", [partial(compiled_example, "minimal"), partial(compiled_example, "full"), others]
)
def test_clean(make):
    done = make()
    template = text(done.templates["runtime"])
    found = lint(template, config=ManualArgs(regions=[done.place.region]))
    assert [f"{one.rule.id} {one.message} {one.path}" for one in found] == []
    assert len(template.encode()) < 1_000_000
    assert len(done.templates["runtime"]["Resources"]) < 500
