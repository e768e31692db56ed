"""What authors declare besides pools, as CloudFormation is told of it."""

import pytest
from tests.unit.infrastructure.runtime_samples import (
    network,
    project,
    properties,
    runners,
    statements,
)

from praktika.errors import AuthorError
from praktika.infrastructure import (
    AutoScalingGroup,
    CloudInfrastructure,
    Components,
    IAMInstanceProfile,
    IAMRole,
    ImageBuilder,
    Lambda,
    LaunchTemplate,
    SecretParameter,
    SQSQueue,
)

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}],
}


def alone(**parts):
    """A project with nothing but these parts and a network."""
    bare = {"runner_pools": [], "orchestrator_pools": [], "github_token_minters": []}
    return project(**{**bare, "vpcs": [network()], **parts})


def function(**more):
    return Lambda.Config(**{"name": "greet", "path": "ci/greet.py", "handler": "greet.run", **more})


def test_a_queue_keeps_what_it_was_declared_with():
    queue = SQSQueue.Config(name="mail", visibility_timeout=60, max_receive_count=5)
    queues = properties(alone(sqs_queues=[queue]), "SQS::Queue")
    assert {one["QueueName"] for one in queues.values()} == {"lab-mail", "lab-mail-dead"}
    assert queues["QueueMail"]["VisibilityTimeout"] == 60
    assert queues["QueueMail"]["MessageRetentionPeriod"] == 86400
    assert queues["QueueMail"]["RedrivePolicy"]["maxReceiveCount"] == 5


def test_a_queue_may_have_none_for_dead_letters():
    queue = SQSQueue.Config(name="mail", dead_letter_queue=False)
    assert [*properties(alone(sqs_queues=[queue]), "SQS::Queue")] == ["QueueMail"]


def test_a_function_is_given_names_of_secrets_and_no_values():
    """Fault 16: its configuration can be read by many, so the variable names the parameter."""
    secrets = [SecretParameter.Config(name="slack-token")]
    declared = function(secrets={"slack-token": "TOKEN", "/elsewhere/key": "KEY"}, timeout_ms=1500)
    done = alone(secret_parameters=secrets, lambda_functions=[declared])
    (made,) = properties(done, "Lambda::Function").values()
    assert made["Environment"]["Variables"] == {
        "TOKEN": "lab-slack-token",
        "KEY": "/elsewhere/key",
    }
    assert (made["Timeout"], made["MemorySize"]) == (2, 128)
    (reads,) = [one for one in statements(done, "greet") if one["Sid"] == "Parameters"]
    begin = "arn:aws:ssm:eu-north-1:123456789012:parameter"
    assert reads["Resource"] == [f"{begin}/elsewhere/key", f"{begin}/lab-slack-token"]


def test_a_function_may_be_called_by_its_own_clock_and_api():
    declared = function(api_gateway=True, schedule_expression="rate(1 hour)")
    done = alone(lambda_functions=[declared])
    (rule,) = properties(done, "Events::Rule").values()
    assert rule["ScheduleExpression"] == "rate(1 hour)"
    (route,) = properties(done, "ApiGatewayV2::Route").values()
    assert (route["RouteKey"], route["AuthorizationType"]) == ("$default", "NONE")
    sources = [one["SourceArn"] for one in properties(done, "Lambda::Permission").values()]
    assert {"Fn::GetAtt": ["ScheduleFunctionGreet", "Arn"]} in sources
    assert len(sources) == 2


def test_an_api_may_ask_another_function_who_may_call():
    functions = [function(api_gateway=True, api_authorizer="doorman"), function(name="doorman")]
    done = alone(lambda_functions=functions)
    (route,) = properties(done, "ApiGatewayV2::Route").values()
    assert route["AuthorizationType"] == "CUSTOM"
    (authorizer,) = properties(done, "ApiGatewayV2::Authorizer").values()
    assert "FunctionDoorman.Arn" in authorizer["AuthorizerUri"]["Fn::Sub"]
    called = [one["FunctionName"] for one in properties(done, "Lambda::Permission").values()]
    assert {"Ref": "FunctionDoorman"} in called


def test_a_function_whose_code_is_not_there_is_left_out():
    done = alone(lambda_functions=CloudInfrastructure.SLACK_APP_LAMBDAS)
    assert properties(done, "Lambda::Function") == {}


@pytest.mark.parametrize(
    "policies", [{"x": DOCUMENT}, [{"PolicyName": "x", "PolicyDocument": DOCUMENT}]]
)
def test_no_role_of_a_project_reaches_its_platform(policies):
    """Fault 3: what an author lets a role do stops where praktika's own secrets are."""
    role = IAMRole.Config(name="deploy", trust_service="ec2", inline_policies=policies)
    (made,) = properties(alone(iam_roles=[role]), "IAM::Role").values()
    assert (made["RoleName"], made["Path"]) == ("lab-deploy", "/praktika/lab/")
    own, guard = made["Policies"]
    assert own == {"PolicyName": "x", "PolicyDocument": DOCUMENT}
    refused = [one for one in guard["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    things = [thing for one in refused for thing in one["Resource"]]
    assert any(thing.endswith("parameter/praktika/lab/platform/*") for thing in things)
    assert any("secret:lab-gh-app" in thing for thing in things)


def test_policies_of_another_shape_are_refused():
    with pytest.raises(AuthorError, match="IAMRole:deploy: inline_policies are documents by name"):
        alone(iam_roles=[IAMRole.Config(name="deploy", inline_policies=["s3:*"])])


def test_a_pool_with_a_declared_role_is_refused_what_others_are():
    role = IAMRole.Config(name="deploy")
    done = project(iam_roles=[role], runner_pools=[runners(ec2_role="deploy")])
    (policy,) = properties(done, "IAM::Policy").values()
    assert policy["Roles"] == [{"Ref": "RoleDeploy"}]
    sids = {one["Sid"] for one in policy["PolicyDocument"]["Statement"]}
    assert {"Tasks", "PlatformSecrets", "ByPath", "AppKey", "Rights", "Roles"} <= sids
    profile = properties(done, "IAM::InstanceProfile")["ProfileArmSmallProfile"]
    assert profile["Roles"] == [{"Ref": "RoleDeploy"}]


def test_a_pool_with_a_declared_profile_has_its_role():
    parts = {
        "iam_roles": [IAMRole.Config(name="deploy")],
        "iam_instance_profiles": [IAMInstanceProfile.Config(name="deploys", role_name="deploy")],
    }
    done = project(runner_pools=[runners(instance_profile="deploys")], **parts)
    (policy,) = properties(done, "IAM::Policy").values()
    assert policy["Roles"] == [{"Ref": "RoleDeploy"}]
    launched = properties(done, "EC2::LaunchTemplate")["LaunchTemplateArmSmall"]
    assert launched["LaunchTemplateData"]["IamInstanceProfile"] == {
        "Arn": {"Fn::GetAtt": ["ProfileDeploys", "Arn"]}
    }


def test_a_launch_template_and_its_group():
    """Fault 45: a declared capacity is where a group begins, and no deploy sets it again."""
    template = LaunchTemplate.Config(
        name="mac",
        instance_type="mac2.metal",
        image_id="ami-0123456789abcdef0",
        root_volume_size_gb=100,
        tenancy="host",
        tags={"team": "ios"},
        data={"KeyName": "ios"},
    )
    group = AutoScalingGroup.Config(
        name="macs", launch_template_name="mac", max_size=2, desired_capacity=2
    )
    done = alone(launch_templates=[template], autoscaling_groups=[group])
    (made,) = properties(done, "EC2::LaunchTemplate").values()
    data = made["LaunchTemplateData"]
    assert data["KeyName"] == "ios"
    assert data["Placement"] == {"Tenancy": "host"}
    assert data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == 100
    assert {"Key": "team", "Value": "ios"} in data["TagSpecifications"][0]["Tags"]
    (asg,) = properties(done, "AutoScaling::AutoScalingGroup").values()
    assert "DesiredCapacity" not in asg
    assert asg["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "LaunchTemplateMac"}


def test_a_group_may_be_in_some_zones_only():
    group = AutoScalingGroup.Config(
        name="macs", launch_template_id="lt-1", availability_zones=["eu-north-1b"]
    )
    (asg,) = properties(alone(autoscaling_groups=[group]), "AutoScaling::AutoScalingGroup").values()
    assert asg["VPCZoneIdentifier"] == [{"Ref": "SubnetMainEuNorth1b"}]


def test_a_declared_autoscaler_makes_groups_grow_that_are_no_pools():
    group = AutoScalingGroup.Config(name="macs", max_size=3, launch_template_id="lt-1")
    pool = Components.PoolAutoscaler.Pool(name="macs", queue_name="mac-jobs", asg_name="macs")
    autoscaler = Components.PoolAutoscaler(pools=[pool])
    done = project(autoscaling_groups=[group], pool_autoscalers=[autoscaler])
    (known,) = [one for one in done.installation.pools if one.name == "macs"]
    assert (known.queues, known.groups, known.max_size) == (("mac-jobs",), ("lab-macs",), 3)
    grows = next(one for one in statements(done, "tick") if one["Sid"] == "Grow")
    assert any(thing.endswith("/lab-macs") for thing in grows["Resource"])


def test_a_builder_may_be_named_where_its_image_is_wanted():
    builder = ImageBuilder.Config(name="base")
    template = LaunchTemplate.Config(name="x", instance_type="t3.small", image_builder=builder)
    (made,) = properties(alone(launch_templates=[template]), "EC2::LaunchTemplate").values()
    image = made["LaunchTemplateData"]["ImageId"]
    assert image == "resolve:ssm:/imagebuilder/praktika/lab/base"
