"""Pools of machines, as CloudFormation is told of them."""

import pytest
from tests.unit.infrastructure.runtime_samples import (
    ACCOUNT,
    REGION,
    orchestrators,
    project,
    properties,
    runners,
)

from praktika.errors import AuthorError
from praktika.infrastructure import IAMInstanceProfile, IAMRole, ImageBuilder, SQSQueue
from praktika.infrastructure.template.runtime.machines.launch import architecture_of
from praktika.ports.queue import MAX_DELIVERIES


def group(done, name):
    groups = properties(done, "AutoScaling::AutoScalingGroup").values()
    return next(one for one in groups if one["AutoScalingGroupName"] == name)


def tags(one):
    return {tag["Key"]: tag["Value"] for tag in one["Tags"]}


def launched(done, name):
    templates = properties(done, "EC2::LaunchTemplate").values()
    found = next(one for one in templates if one["LaunchTemplateName"] == name)
    return found["LaunchTemplateData"]


def test_a_deploy_sets_no_capacity():
    """Fault 45: nor does AWS end machines by itself, or a new launch template replace them."""
    done = project(runner_pools=[runners(scaling="disabled", size=3), runners("b", spot=True)])
    resources = done.templates["runtime"]["Resources"].values()
    groups = [one for one in resources if one["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
    assert len(groups) == 4
    for one in groups:
        assert "DesiredCapacity" not in one["Properties"]
        assert "UpdatePolicy" not in one
        assert one["Properties"]["NewInstancesProtectedFromScaleIn"] is True
        assert one["Properties"]["CapacityRebalance"] is False


def test_a_pool_that_keeps_its_size_begins_with_it_and_another_with_its_reserve():
    fixed = group(project(runner_pools=[runners(scaling="disabled", size=3)]), "lab-arm-small")
    assert (fixed["MinSize"], fixed["MaxSize"]) == ("3", "50")
    auto = group(project(runner_pools=[runners(capacity_reserve=2)]), "lab-arm-small")
    assert (auto["MinSize"], auto["MaxSize"]) == ("2", "50")


def test_machines_read_in_their_tags_what_they_are():
    done = project(runner_pools=[runners(label="arm", capacity_reserve=2, idle_seconds=60)])
    one = group(done, "lab-arm-small")
    assert all(tag["PropagateAtLaunch"] is True for tag in one["Tags"])
    assert tags(one) == {
        "Name": "lab-arm-small",
        "praktika:project": "lab",
        "praktika_api": {"Fn::GetAtt": ["Api", "ApiEndpoint"]},
        "praktika_asg": "lab-arm-small",
        "praktika_bucket": "lab-artifacts",
        "praktika_capacity_reserve": "2",
        "praktika_idle_seconds": "60",
        "praktika_label": "arm",
        "praktika_log_group": "/praktika/lab/instances",
        "praktika_pool": "arm-small",
        "praktika_project_slug": "lab",
        "praktika_queue": "tasks-arm",
        "praktika_role": "job_runner",
        "praktika_scaling": "auto",
        "praktika_trust": "trusted",
    }


@pytest.mark.parametrize("name", ["auto", "praktika", "trusted", "lab", "job"])
def test_a_name_is_put_where_it_belongs_and_nowhere_else(name):
    """Fault 44: a pool that is called as a word of the platform changes no such word."""
    usual, odd = project(), project(runner_pools=[runners(name)])
    own = {"Name", "praktika_asg", "praktika_pool", "praktika_label", "praktika_queue"}
    plain, other = (
        {key: value for key, value in tags(group(done, asg)).items() if key not in own}
        for done, asg in ((usual, "lab-arm-small"), (odd, f"lab-{name}"))
    )
    assert plain == other
    assert tags(group(odd, f"lab-{name}"))["praktika_asg"] == f"lab-{name}"


def test_every_pool_has_a_role_of_its_own():
    """Fault 46: a second pool of orchestrators does not silently share what the first one has."""
    done = project(orchestrator_pools=[orchestrators(), orchestrators(name="second")])
    roles = {one["RoleName"] for one in properties(done, "IAM::Role").values()}
    assert {"lab-workflow-orchestrator-role", "lab-second-role", "lab-arm-small-role"} <= roles
    assert all(one["Path"] == "/praktika/lab/" for one in properties(done, "IAM::Role").values())


def test_two_pools_of_one_name_are_refused():
    """Fault 46: nothing is dropped."""
    with pytest.raises(ValueError, match="ArmSmall"):
        project(runner_pools=[runners(), runners(label="other")])


def test_a_pool_in_no_network_is_refused():
    with pytest.raises(AuthorError, match="RunnerPool:arm-small is in no network"):
        project(vpcs=[])


def test_spot_machines_have_others_behind_them():
    types = ["c7a.large", "c6a.large"]
    done = project(runner_pools=[runners(spot=True, instance_types=types, capacity_reserve=1)])
    spot, other = (group(done, f"lab-arm-small{ending}") for ending in ("", "-on-demand"))
    assert (spot["MinSize"], other["MinSize"]) == ("1", "0")
    assert tags(other)["praktika_asg"] == "lab-arm-small-on-demand"
    policy = spot["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 0
    assert policy["InstancesDistribution"]["SpotAllocationStrategy"] == "price-capacity-optimized"
    assert [one["InstanceType"] for one in policy["LaunchTemplate"]["Overrides"]] == types
    behind = other["MixedInstancesPolicy"]["InstancesDistribution"]
    assert behind["OnDemandPercentageAboveBaseCapacity"] == 100
    known = next(one for one in done.installation.pools if one.name == "arm-small")
    assert known.groups == ("lab-arm-small", "lab-arm-small-on-demand")


def test_the_metadata_service_answers_the_machine_alone():
    """Security 16: session tokens, one hop, and a disk that nobody can read afterwards."""
    done = project(runner_pools=[runners(), runners("outside", untrusted=True)])
    for one in properties(done, "EC2::LaunchTemplate").values():
        data = one["LaunchTemplateData"]
        assert data["MetadataOptions"] == {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 1,
            "InstanceMetadataTags": "enabled",
        }
        assert [disk["Ebs"]["Encrypted"] for disk in data["BlockDeviceMappings"]] == [True]


@pytest.mark.parametrize(
    ("more", "image"),
    [
        ({"ami_id": "ami-0123456789abcdef0"}, "ami-0123456789abcdef0"),
        ({"image_builder": "base"}, "resolve:ssm:/imagebuilder/praktika/lab/base"),
        (
            {"image_builder": ImageBuilder.Config(name="base")},
            "resolve:ssm:/imagebuilder/praktika/lab/base",
        ),
        (
            {},
            "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        ),
        (
            {"instance_type": "c7a.large"},
            "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        ),
    ],
)
def test_the_image_of_a_pool(more, image):
    assert launched(project(runner_pools=[runners(**more)]), "lab-arm-small")["ImageId"] == image


@pytest.mark.parametrize("family", ["t4g", "c7gn", "m8gd", "im4gn", "is4gen", "x2gd", "g5g", "a1"])
def test_families_of_graviton_are_arm(family):
    assert architecture_of(f"{family}.large") == "arm64"


@pytest.mark.parametrize("family", ["t3", "c7a", "g4dn", "g6", "m5d", "p4de", "i3en", "u7i-6tb"])
def test_other_families_are_not(family):
    assert architecture_of(f"{family}.large") == "x86_64"


def test_every_queue_has_one_for_what_nobody_could_deal_with():
    """Fault 65: messages that cannot be dealt with are kept, for as long as SQS keeps any."""
    queues = properties(project(), "SQS::Queue")
    graves = {name for name, one in queues.items() if "-dead" in one["QueueName"]}
    assert {one["QueueName"] for name, one in queues.items() if name not in graves} == {
        "lab-events.fifo",
        "lab-reports.fifo",
        "lab-alarms",
        "lab-notices.fifo",
        "lab-checks.fifo",
        "lab-checks-later",
        "lab-pages.fifo",
        "lab-tasks-arm-small",
    }
    for name, one in queues.items():
        assert one["SqsManagedSseEnabled"] is True
        assert one["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert one.get("FifoQueue", False) is one["QueueName"].endswith(".fifo")
        if name not in graves:
            assert one["RedrivePolicy"]["maxReceiveCount"] == MAX_DELIVERIES
            assert one["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in graves


def test_no_queue_takes_dead_letters_of_one_that_a_runner_has_made():
    """Security 9, 19: else SQS would put there what runners may not send."""
    own = SQSQueue.Config(name="mail", dead_letter_queue=False)
    queues = properties(project(sqs_queues=[own]), "SQS::Queue")
    names = {one["QueueName"] for one in queues.values()}
    for one in queues.values():
        bare = one["QueueName"].removesuffix(".fifo")
        source = bare.removesuffix("-dead") + one["QueueName"][len(bare) :]
        taken = {"redrivePermission": "denyAll"}
        if source != one["QueueName"]:
            assert source in names
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{source}"
            taken = {"redrivePermission": "byQueue", "sourceQueueArns": [arn]}
        assert one["RedriveAllowPolicy"] == taken


def test_pools_of_one_label_share_a_queue_but_not_with_code_from_outside():
    pools = [
        runners("a", label="arm"),
        runners("b", label="arm"),
        runners("c", label="arm", untrusted=True),
    ]
    done = project(runner_pools=pools)
    queues = {one["QueueName"] for one in properties(done, "SQS::Queue").values()}
    assert {"lab-tasks-arm", "lab-untrusted-tasks-arm"} <= queues
    served = {one.name: (one.queues, one.trust) for one in done.installation.pools}
    assert served["a"] == served["b"] == (("tasks-arm",), "trusted")
    assert served["c"] == (("untrusted-tasks-arm",), "untrusted")


def test_orchestrators_are_not_started_for_alarms_that_the_tick_function_rings():
    pool = next(one for one in project().installation.pools if not one.label)
    assert "alarms" not in pool.queues
    assert {"events.fifo", "reports.fifo", "notices.fifo"} <= {*pool.queues}


def test_more_pools_than_a_policy_can_name_are_refused():
    pools = [runners(f"pool-with-a-long-name-{number}") for number in range(60)]
    with pytest.raises(AuthorError, match=r"policy of role lab-\S+ has \S+ characters"):
        project(runner_pools=pools)


def test_twenty_pools_are_not_too_many():
    pools = [runners(f"arm-{number}", spot=True) for number in range(20)]
    assert len(project(runner_pools=pools).installation.pools) == 21


def test_a_security_group_is_named_as_its_network_calls_it():
    named = runners(security_group_names=["main-sg"], security_group_ids=["sg-1"])
    groups = launched(project(runner_pools=[named]), "lab-arm-small")["SecurityGroupIds"]
    assert groups == ["sg-1", {"Ref": "SecurityGroupMain"}]
    with pytest.raises(
        AuthorError, match="names the security group other, which is of no declared"
    ):
        project(runner_pools=[runners(security_group_names=["other"])])


def test_the_token_broker_knows_the_role_of_each_pool_by_its_name_on_aws():
    """Security 18: whoever asks for a token is known by that."""
    own = IAMRole.Config(name="ours", trust_service="ec2.amazonaws.com")
    profile = IAMInstanceProfile.Config(name="theirs", role_name="ours")
    done = project(
        runner_pools=[
            runners(),
            runners("b", ec2_role="ours"),
            runners("c", ec2_role="some/existing"),
            runners("d", instance_profile="theirs"),
        ],
        orchestrator_pools=[orchestrators(), orchestrators(name="o", ec2_role_name="o-is-it")],
        iam_roles=[own],
        iam_instance_profiles=[profile],
    )
    known = {pool.name: pool.role_in("lab") for pool in done.installation.pools}
    assert known == {
        "arm-small": "lab-arm-small-role",
        "b": "lab-ours",
        "c": "existing",
        "d": "lab-ours",
        "workflow-orchestrator": "lab-workflow-orchestrator-role",
        "o": "lab-o-is-it",
    }
    made = {one["RoleName"] for one in properties(done, "IAM::Role").values()}
    assert set(known.values()) - {"existing"} <= made
