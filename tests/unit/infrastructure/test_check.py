"""Everything that is wrong with a declared infrastructure is said, and nothing else."""

import pytest
from tests.unit.infrastructure.projects import acme, orchestrators, runners, zone

from praktika.infrastructure import (
    VPC,
    AutoScalingGroup,
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

ARM = ImageBuilder.Config(name="arm", instance_types=["t4g.small"])


def minter(*repositories, **more):
    return Components.GitHubTokenMinter(repositories=list(repositories), **more)


def vpc(*subnets, **more):
    return VPC.Config(subnets=list(subnets), **more)


ONE_PROBLEM = [
    # names and slugs
    ({"name": "Ünø"}, "unfit-setting: PROJECT_SLUG is 'acme'"),
    ({"runner_pools": [runners("a b")]}, "bad-name: 'name' of RunnerPool 'a b' gives the"),
    ({"runner_pools": [runners("x" * 60)]}, "bad-name: 'name' of RunnerPool '" + "x" * 60),
    ({"runner_pools": [runners("acme-small")]}, "bad-name: 'name' of RunnerPool 'acme-small' begins"),
    ({"sqs_queues": [SQSQueue.Config(name="a.b")]}, "bad-name: 'name' of SQSQueue 'a.b' gives"),
    ({"sqs_queues": [SQSQueue.Config(name="q" * 73)]}, "bad-name: 'name' of SQSQueue"),
    (
        {"runner_pools": [runners("arm-small"), runners("arm.small")]},
        "name-clash: 'name' of RunnerPool 'arm.small' differs from 'arm-small' at ",
    ),
    (
        {"runner_pools": [runners("a", label="x"), runners("b", label="x")]},
        "name-clash: 'label' of RunnerPool 'b' is served already, by RunnerPool 'a'",
    ),
    (
        {"secret_parameters": [SecretParameter.Config(name="key")] * 1 + [SecretParameter.Config(name="key")]},
        "duplicate-name: SecretParameter 'key' is declared twice; the first is at ",
    ),
    (
        {
            "runner_pools": [runners("x")],
            "iam_roles": [IAMRole.Config(name="x-role", trust_service="ec2.amazonaws.com")],
        },
        "name-clash: 'name' of RunnerPool 'x' gives the role 'acme-x-role', which IAMRole 'x-role'",
    ),
    (
        {"lambda_functions": [Lambda.Config(name="webhook", path=".", handler="a.b")]},
        "name-clash: 'name' of Lambda 'webhook' gives the function 'acme-webhook', which praktika",
    ),
    ({"sqs_queues": [SQSQueue.Config(name="alarms")]}, "name-clash: 'name' of SQSQueue 'alarms' gives the queue 'acme-alarms', which praktika itself has"),
    (
        {"sqs_queues": [SQSQueue.Config(name="tasks-x")], "runner_pools": [runners("x")]},
        "name-clash: 'name' of RunnerPool 'x' gives the queue 'acme-tasks-x', which SQSQueue 'tasks-x' has already",
    ),
    # networks
    ({"vpcs": [vpc(zone(), cidr="10.0.0.0/40")]}, "bad-network: 'cidr' of VPC is no range"),
    ({"vpcs": [vpc(zone(), cidr="10.0.0.0/8")]}, "bad-network: 'cidr' of VPC is a /8"),
    ({"vpcs": [vpc(zone(cidr="10.1.0.0/18"))]}, "bad-network: 'cidr' of VPC.Subnet is 10.1.0.0/18, which is not inside"),
    ({"vpcs": [vpc(zone(), zone("b"))]}, "bad-network: 'cidr' of VPC.Subnet is 10.0.0.0/18, which overlaps"),
    ({"vpcs": [vpc(zone(), zone(cidr="10.0.64.0/18"))]}, "bad-network: 'availability_zone' of VPC.Subnet is 'eu-north-1a' a second time"),
    ({"vpcs": [vpc()]}, "bad-network: 'subnets' of VPC is empty"),
    ({"vpcs": [vpc(VPC.Subnet(availability_zone="us-east-1a"))]}, "bad-network: 'availability_zone' of VPC.Subnet has 'us-east-1a', which is not in eu-north-1"),
    ({"vpcs": [vpc(zone(), region="us-east-1")]}, "bad-network: 'region' of VPC is 'us-east-1'"),
    ({"vpcs": [], "runner_pools": [runners()]}, "unknown-component: 'vpc_name' of RunnerPool 'small' is missing, and no network"),
    ({"runner_pools": [runners(vpc_name="vcp")]}, "unknown-component: 'vpc_name' of RunnerPool 'small' is 'vcp', which is no declared network. Did you mean 'vpc'?"),
    # machines
    ({"runner_pools": [runners(instance_type="t4g")]}, "bad-machine: 'instance_type' of RunnerPool 'small' has 't4g'"),
    ({"runner_pools": [runners(instance_type="")]}, "bad-machine: 'instance_type' of RunnerPool 'small' is missing"),
    ({"runner_pools": [runners(instance_types=["t3.small"])]}, "bad-machine: 'instance_types' of RunnerPool 'small' mixes architectures"),
    ({"runner_pools": [runners(ami_id="ubuntu")]}, "bad-machine: 'ami_id' of RunnerPool 'small' has 'ubuntu'"),
    ({"runner_pools": [runners(security_group_ids=["default"])]}, "bad-machine: 'security_group_ids'"),
    (
        {"image_builders": [ARM], "runner_pools": [runners(image_builder=ARM, instance_type="t3.small")]},
        "bad-machine: 'image_builder' of RunnerPool 'small' is ImageBuilder 'arm', which is built for arm64, and t3.small is x86_64",
    ),
    ({"runner_pools": [runners(image_builder="arn")], "image_builders": [ARM]}, "unknown-component: 'image_builder' of RunnerPool 'small' is 'arn', which is no declared image builder. Did you mean 'arm'?"),
    ({"runner_pools": [runners(image_builder=ARM)]}, "unknown-component: 'image_builder' of RunnerPool 'small' is 'arm', which is not among the image_builders"),
    ({"runner_pools": [runners(volume_size_gb=4)]}, "wrong-value: 'volume_size_gb' of RunnerPool 'small' is an int (4), not from 8 to 16,384 GB"),
    ({"ec2_instances": [EC2Instance.Config(name="m", instance_type="mac2.metal", quantity=-1)]}, "wrong-value: 'quantity'"),
    ({"ec2_instances": [EC2Instance.Config(name="m", instance_type="mac2.metal", user_data_file="x.sh")]}, "missing-file: 'user_data_file' of EC2Instance 'm' names 'x.sh'"),
    ({"dedicated_hosts": [DedicatedHost.Config(name="h", instance_type="mac2.metal")]}, "no-effect: 'availability_zones' of DedicatedHost 'h'"),
    # scaling
    ({"runner_pools": [runners(size=0)]}, "bad-size: 'size' of RunnerPool 'small' is 0, and its scaling is disabled"),
    ({"runner_pools": [runners(scaling="auto")]}, "bad-size: 'max_size' of RunnerPool 'small' is 0"),
    ({"runner_pools": [runners(scaling="auto", max_size=2, capacity_reserve=3)]}, "bad-size: 'capacity_reserve' of RunnerPool 'small' is 3, more than its max_size of 2"),
    ({"runner_pools": [runners(scaling="atuo")]}, "wrong-value: 'scaling' of RunnerPool 'small' is a str ('atuo'). Did you mean 'auto'?"),
    ({"runner_pools": [runners(size=1.5)]}, "wrong-value: 'size' of RunnerPool 'small' is a float (1.5)"),
    ({"runner_pools": [runners(capacity_reserve=1)]}, "no-effect: 'capacity_reserve'"),
    ({"autoscaling_groups": [AutoScalingGroup.Config(name="g", min_size=2)]}, "bad-size: 'min_size' of AutoScalingGroup 'g'"),
    ({"pool_autoscalers": [Components.PoolAutoscaler()]}, "no-effect: 'pools' of PoolAutoscaler"),
    # access
    ({"runner_pools": [runners(untrusted=True, allow_all_secrets=True)]}, "too-open: 'allow_all_secrets' of RunnerPool 'small' would give code from outside"),
    ({"runner_pools": [runners(untrusted=True, allowed_ssm_parameters=["x"])]}, "too-open: 'allowed_ssm_parameters'"),
    ({"github_token_minters": [minter()]}, "bad-repository: 'repositories' of GitHubTokenMinter 'gh-token' is empty"),
    ({"github_token_minters": [minter("acme")]}, "bad-repository: 'repositories' of GitHubTokenMinter 'gh-token' has a str ('acme')"),
    ({"github_token_minters": [minter("acme/x"), minter("acme/y", name="other")]}, "wrong-value: 'secret_name' of GitHubTokenMinter 'other' is another one than"),
    ({"github_token_minters": [minter("acme/x", permissions={"checks": "wirte"})]}, "wrong-value: 'permissions' of GitHubTokenMinter 'gh-token' gives 'checks' as a str ('wirte'). Did you mean 'write'?"),
    ({"orchestrator_pool": orchestrators(ext={"allowed_repositories": ["acme"]})}, "bad-repository: 'ext' of OrchestratorPool"),
    # the rest
    ({"storages": [Storage.Config(name="artifacts", retention_days=0)]}, "wrong-value: 'retention_days' of Storage 'artifacts' is an int (0), not from 1 to 36,500 days"),
    ({"storages": [acme().storages[0], Storage.Config(name="Old", retention_days=1)]}, "bad-name: 'name' of Storage 'Old' gives the bucket 'acme-Old'; only lower-case"),
    ({"storages": [acme().storages[0], acme().vpcs[0]]}, "wrong-type: 'storages[1]' of CloudInfrastructure 'acme' is VPC, not a Storage."),
    ({"report_pages": [ReportPage.Config(path="no.html")]}, "missing-file: 'path' of ReportPage names 'no.html'"),
    ({"ec2_instances": [EC2Instance.Config(name="m", instance_type="t3.small", start_on_deploy=False)]}, "no-effect: 'start_on_deploy'"),
    ({"min_praktika_version": "99.0.0"}, "newer-praktika: 'min_praktika_version' of CloudInfrastructure 'acme' is 99.0.0"),
    ({"min_praktika_version": "new"}, "wrong-value: 'min_praktika_version'"),
    ({"iam_instance_profiles": [IAMInstanceProfile.Config(name="p", role_name="x")]}, "unknown-component: 'role_name' of IAMInstanceProfile 'p' is 'x', which is no declared role"),
    ({"iam_roles": [IAMRole.Config(name="x", trust_service="EC2!")]}, "wrong-value: 'trust_service' of IAMRole 'x' is 'EC2!'"),
    ({"iam_roles": [IAMRole.Config(name="x", inline_policies=["a"])]}, "wrong-type: 'inline_policies' of IAMRole 'x' are not documents by name"),
    ({"launch_templates": [LaunchTemplate.Config(name="l", instance_type="t3.small", root_volume_type="gp9")]}, "bad-machine: 'root_volume_type'"),
    ({"lambda_functions": [Lambda.Config(name="f", path="nowhere", handler="a.b")]}, "missing-file: 'path' of Lambda 'f' names 'nowhere'"),
    ({"lambda_functions": [Lambda.Config(name="f", path=".", handler="a.b", schedule_expression="daily")]}, "bad-cron: 'schedule_expression' of Lambda 'f' is 'daily'"),
    ({"lambda_functions": [Lambda.Config(name="f", path=".", handler="a.b", python_dependencies=["one==1", "two", "three[x]>=3"])]}, "loose-dependency: 'python_dependencies' of Lambda 'f' has 'two', 'three[x]>=3' without a version"),
    ({"image_builders": [ImageBuilder.Config(name="i", image_recipe_version="2")]}, "wrong-value: 'image_recipe_version' of ImageBuilder 'i' is '2', not three numbers"),
    (
        {"image_builders": [ImageBuilder.Config(name="i", prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="../x")])]},
        "bad-name: 'name' of ImageBuilder.PrebuiltVenv '../x'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), ONE_PROBLEM)
def test_one_problem_is_said_as_one(problems, more, expected):
    found = problems(acme(**more))
    assert [text.startswith(expected) for text in found] == [True] * len(found), found
    assert found


SETTINGS = [
    ({"PROJECT_SLUG": "acne"}, "unfit-setting: PROJECT_SLUG is 'acne', which is the slug of no declared project. Did you mean 'acme'?"),
    ({"AWS_ACCOUNT_ID": "12"}, "unfit-setting: AWS_ACCOUNT_ID is '12', not 12 digits."),
    ({"AWS_REGION": "Stockholm"}, "unfit-setting: AWS_REGION is 'Stockholm'"),
    ({"S3_ARTIFACT_BUCKET": "acme-artefacts"}, "unfit-setting: S3_ARTIFACT_BUCKET is 'acme-artefacts', which is no declared storage. Did you mean 'acme-artifacts'?"),
    ({"S3_REPORT_BUCKET": "other"}, "unfit-setting: S3_REPORT_BUCKET names the bucket 'other'"),
    ({"PRAKTIKA_BASE_VENV": "v"}, "unfit-setting: PRAKTIKA_BASE_VENV is 'v', which no image builder has"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "expected"), SETTINGS)
def test_settings_agree_with_the_declaration(problems, settings, expected):
    more = {"vpcs": []} if "AWS_REGION" in settings else {}
    found = problems(acme(image_builders=[ARM], **more), **settings)
    assert [text.startswith(expected) for text in found] == [True], found


def test_a_project_without_faults_has_no_problems(problems):
    full = acme(
        runner_pools=[
            runners("auto"),
            runners("strangers", label="auto", untrusted=True),
            runners("praktika", spot=True, instance_types=["t4g.small", "t4g.medium"]),
        ],
        orchestrator_pools=[orchestrators(), orchestrators(name="second")],
        github_token_minters=[minter("acme/Some.thing-1")],
        cidb_cluster=Components.CIDBCluster(),
        ec2_instances=[EC2Instance.Config(name="mac", instance_type="mac2.metal", tenancy="host")],
    )
    assert problems(full) == []


def test_fault_46_a_role_that_two_orchestrator_pools_ask_for_is_an_error(problems):
    pools = [
        orchestrators(name=name, ec2_role_name="theirs", iam_instance_profile_name=f"{name}-p")
        for name in ("one", "two")
    ]
    (problem,) = problems(acme(orchestrator_pools=pools))
    assert problem.startswith(
        "name-clash: 'ec2_role_name' of OrchestratorPool 'two' gives the role 'acme-theirs', "
        "which OrchestratorPool 'one' has already."
    )


@pytest.mark.parametrize(
    ("one", "two", "is_clash"),
    [("acme", "acme-two", True), ("acme", "ACME", True), ("acme", "acmetwo", False)],
)
def test_fault_21_the_slug_of_no_project_begins_another(problems, one, two, is_clash):
    found = problems(acme(name=one), acme(name=two))
    assert [text.partition(":")[0] for text in found] == ["slug-clash"] * is_clash


@pytest.mark.parametrize(
    "name",
    [
        "acme-gh-app",
        "gh-app",
        "gh-*",
        "*",
        "/praktika/acme/platform/webhook-secret",
        "/praktika/*",
        "acme-gh-webhook-secret",
        "cidb-admin-password",
    ],
)
def test_fault_3_no_pool_is_given_the_secrets_of_the_platform(problems, name):
    project = acme(
        runner_pools=[runners(allowed_ssm_parameters=[name])],
        github_token_minters=[minter("acme/x")],
        cidb_cluster=Components.CIDBCluster(),
    )
    (problem,) = problems(project)
    assert problem.startswith("platform-secret: 'allowed_ssm_parameters' of RunnerPool 'small'")


def test_other_secrets_are_given_to_whom_they_are_named_for(problems):
    pool = runners(allowed_secrets=["acme-docker", "npm-*"], allowed_ssm_parameters=["/acme/x"])
    assert problems(acme(runner_pools=[pool])) == []


@pytest.mark.parametrize("name", ["acme", "acme/", "acme/*", "https://github.com/acme/x", 7])
def test_fault_10_only_full_names_of_repositories_are_served(problems, name):
    (problem, *_) = problems(acme(github_token_minters=[minter(name)]))
    assert "repositories" in problem
    assert problem.startswith(("bad-repository", "wrong-type"))


@pytest.mark.parametrize("name", ["9 lives", "日本", "a" * 33, "AWS tools"])
def test_a_name_has_to_give_a_slug_that_aws_takes(problems, name):
    settings = {"PROJECT_SLUG": "", "S3_ARTIFACT_BUCKET": ""}
    (problem,) = problems(acme(name=name), **settings)
    assert problem.startswith("bad-slug")


def test_a_report_page_needs_a_bucket(problems):
    project = acme(report_pages=[Components.report_page_config], storages=[])
    (problem,) = problems(project, S3_ARTIFACT_BUCKET="")
    assert problem.startswith("unknown-component: A ReportPage needs a bucket")


def test_a_slip_in_the_name_of_a_secret_is_noticed(problems):
    secrets = [SecretParameter.Config(name="docker-token")]
    pool = runners(allowed_ssm_parameters=["doker-token"])
    (problem,) = problems(acme(runner_pools=[pool], secret_parameters=secrets))
    assert problem.endswith("Did you mean 'docker-token'?")
