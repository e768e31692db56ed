"""What the stateful stack is made of, and what it keeps shut."""

import fnmatch
import re

import pytest
from tests.declared_projects import compiled_example
from tests.unit.infrastructure.projects import SETTINGS, acme, zone

from praktika.infrastructure import (
    VPC,
    Components,
    DedicatedHost,
    EC2Instance,
    IAMInstanceProfile,
    IAMRole,
    ReportPage,
    SecretParameter,
    Storage,
)
from praktika.infrastructure.template.compile import compiled
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place
from praktika.infrastructure.template.stateful.database import boot

PLACE = Place(region="eu-north-1", account="123456789012", bucket="acme-artifacts")


def made(root=None, **parts):
    context = Context(project=acme(**parts), settings=SETTINGS, **({"root": root} if root else {}))
    return compiled(context, PLACE, {})


def resources(done, kind):
    found = done.templates["stateful"]["Resources"]
    return {name: one for name, one in found.items() if one["Type"] == f"AWS::{kind}"}


def only(done, kind):
    (one,) = resources(done, kind).values()
    return one


@pytest.fixture(scope="module")
def full():
    return compiled_example("full")


UNTAGGED = ("Attachment", "Route", "Association", "Policy", "Endpoint", "Profile")


def test_everything_that_can_be_tagged_says_whose_it_is(full):
    for name, one in full.templates["stateful"]["Resources"].items():
        properties = one["Properties"]
        if one["Type"] == "AWS::EC2::LaunchTemplate":
            properties = properties["TagSpecifications"][0]
        if "Tags" not in properties:
            assert one["Type"].endswith(UNTAGGED), name
            continue
        tags = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
        assert tags["praktika:project"] == "praktika", name


def test_a_network_lets_nobody_in_and_has_no_gateway_that_costs(full):
    group = full.templates["stateful"]["Resources"]["SecurityGroupMain"]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert resources(full, "EC2::NatGateway") == {}
    endpoint = only(full, "EC2::VPCEndpoint")["Properties"]
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.s3"


def test_data_outlives_its_stack_but_not_a_creation_that_failed(full):
    """Else the next deploy would find the name of its bucket taken, for ever."""
    kept = [*resources(full, "S3::Bucket").values(), *resources(full, "EC2::Volume").values()]
    assert len(kept) == 3
    for one in kept:
        assert one["DeletionPolicy"] == "RetainExceptOnCreate"
        assert one["UpdateReplacePolicy"] == "Retain"


def rules(storage):
    done = made(storages=[storage])
    bucket = only(done, "S3::Bucket")["Properties"]
    return bucket["LifecycleConfiguration"]["Rules"]


def test_fault_68_only_what_runs_leave_expires():
    expiring = [
        rule["Prefix"]
        for rule in rules(Storage.Config(name="artifacts", retention_days=30))
        if "ExpirationInDays" in rule
    ]
    for key in (
        "acme/blobs/runs/r1/report.html",
        "acme/blobs/sources/x.tar",
        "acme/growing/runs/r1/job.log~1/0",
        "acme/journal/r1/0",
        "acme/blobs/leaving/linux/1790000000",
        "acme/blobs/untrusted-runners/linux/untrusted-i-1",
    ):
        assert any(key.startswith(prefix) for prefix in expiring), key
    for key in (
        "acme/blobs/cache/acme/main/job/latest.json",
        "acme/blobs/installation.json",
        "acme/blobs/forge/acme/routes.json",
        "acme/blobs/checks/acme/1/CI.json",
        "acme/blobs/groups/g/turns/1",
        "acme/code/webhook-0.zip",
        "acme/pages/dashboard.html",
    ):
        assert not any(key.startswith(prefix) for prefix in expiring), key


def test_in_a_bucket_of_the_authors_own_everything_expires():
    (unfinished, expiring) = rules(Storage.Config(name="nightlies", retention_days=7))
    assert unfinished["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert (expiring["ExpirationInDays"], "Prefix" in expiring) == (7, False)


def statements(**more):
    done = made(storages=[Storage.Config(name="artifacts", retention_days=30, **more)])
    return only(done, "S3::BucketPolicy")["Properties"]["PolicyDocument"]["Statement"]


def test_a_bucket_is_closed_and_takes_encrypted_calls_only():
    (only_tls,) = statements()
    assert (only_tls["Effect"], only_tls["Action"]) == ("Deny", "s3:*")
    assert only_tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    bucket = only(made(), "S3::Bucket")["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "VersioningConfiguration" not in bucket


def test_fault_16_a_public_bucket_shows_reports_and_nothing_else():
    (_, shown) = statements(public=True)
    patterns = [one["Fn::Sub"].partition("/")[2] for one in shown["Resource"]]
    assert shown["Action"] == "s3:GetObject"

    def is_open(key):
        return any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns)

    run = "acme/blobs/runs/r1"
    assert is_open(f"{run}/report.html")
    assert is_open(f"{run}/jobs/build-1/1/job.log")
    assert is_open(f"{run}/jobs/build-1/1/files/core.txt")
    for key in (
        f"{run}/run.json",
        f"{run}/plan.json",
        f"{run}/result.json",
        f"{run}/kv/1-build/1.json",
        f"{run}/jobs/build-1/1/claim",
        f"{run}/jobs/build-1/1/artifacts/bin.tar.zst",
        "acme/blobs/sources/x.tar",
        "acme/blobs/installation.json",
        "acme/blobs/forge/acme/routes.json",
        "acme/code/praktika.whl",
        "acme/journal/r1/0",
        "other/blobs/runs/r1/report.html",
    ):
        assert not is_open(key), key


def test_secrets_are_in_no_template():
    done = made(secret_parameters=[SecretParameter.Config(name="/salt", generate_random=True)])
    (secret,) = done.secrets
    assert (secret.name, secret.random) == ("/acme-salt", True)
    assert "salt" not in str(done.templates)
    assert "SecretParameter:/salt" in done.hashes


def test_a_page_of_ones_own_is_uploaded_and_the_predecessors_is_not(tmp_path):
    (tmp_path / "own.html").write_text("<p>")
    pages = [Components.report_page_config, ReportPage.Config(path="own.html")]
    before = made(tmp_path, report_pages=pages)
    (page,) = before.pages
    assert (page.bucket, page.key) == ("acme-artifacts", "acme/pages/own.html")
    (tmp_path / "own.html").write_text("<b>")
    after = made(tmp_path, report_pages=pages)
    changed = {title for title in before.hashes if before.hashes[title] != after.hashes[title]}
    assert changed == {"ReportPage:own.html"}


def test_machines_that_stay_have_roles_that_stay():
    done = made(
        ec2_instances=[
            EC2Instance.Config(
                name="mac", quantity=2, instance_type="mac2.metal", iam_instance_profile_name="own"
            )
        ],
        iam_instance_profiles=[IAMInstanceProfile.Config(name="own", role_name="own")],
        iam_roles=[
            IAMRole.Config(name="own", trust_service="ec2.amazonaws.com", policy_arns=["a"])
        ],
    )
    names = [
        next(tag["Value"] for tag in one["Properties"]["Tags"] if tag["Key"] == "Name")
        for one in resources(done, "EC2::Instance").values()
    ]
    assert sorted(names) == ["acme-mac-1", "acme-mac-2"]
    role = only(done, "IAM::Role")["Properties"]
    assert (role["RoleName"], role["Path"]) == ("acme-mac-role", "/praktika/acme/")
    assert role["ManagedPolicyArns"] == ["a"]


def test_disks_of_machines_are_encrypted_and_their_metadata_needs_a_session(full):
    for one in resources(full, "EC2::Instance").values():
        assert all(disk["Ebs"]["Encrypted"] for disk in one["Properties"]["BlockDeviceMappings"])
    templates = resources(full, "EC2::LaunchTemplate")
    assert len(templates) == 2
    for one in templates.values():
        options = one["Properties"]["LaunchTemplateData"]["MetadataOptions"]
        assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 1)


def test_a_host_for_each_zone_and_number():
    done = made(
        vpcs=[VPC.Config(subnets=[zone(), zone("b", cidr="10.0.64.0/18")])],
        dedicated_hosts=[
            DedicatedHost.Config(
                name="h", instance_type="mac2.metal", all_availability_zones=True, quantity_per_az=2
            )
        ],
    )
    zones = [one["Properties"]["AvailabilityZone"] for one in resources(done, "EC2::Host").values()]
    assert sorted(zones) == ["eu-north-1a"] * 2 + ["eu-north-1b"] * 2


# The database


def script(done):
    data = only(done, "EC2::LaunchTemplate")["Properties"]["LaunchTemplateData"]
    pieces = data["UserData"]["Fn::Base64"]["Fn::Join"][1]
    return "".join(one if isinstance(one, str) else "vol-1" for one in pieces)


def test_fault_14_the_database_is_called_from_inside_over_tls_only():
    done = made(cidb_cluster=Components.CIDBCluster())
    groups = resources(done, "EC2::SecurityGroup").values()
    (rule,) = (rule for one in groups for rule in one["Properties"].get("SecurityGroupIngress", []))
    assert (rule["FromPort"], rule["ToPort"], rule["CidrIp"]) == (8443, 8443, "10.0.0.0/16")
    text = script(done)
    assert "<https_port>8443</https_port>" in text
    assert '<http_port remove="1"/>' in text


def test_fault_14_its_packages_are_pinned_and_signed():
    text = script(made(cidb_cluster=Components.CIDBCluster()))
    assert f"clickhouse-server-{boot.VERSION} clickhouse-client-{boot.VERSION}" in text
    assert "repo_gpgcheck=1" in text
    assert f"= {boot.FINGERPRINT} ]" in text


def test_fault_14_its_users_may_do_little():
    text = script(made(cidb_cluster=Components.CIDBCluster()))
    grants = re.findall(r"<query>(.+?)</query>", text)
    assert grants == ["GRANT SELECT, INSERT ON $database.*", "GRANT SELECT ON $database.*"]
    users = re.search(r"<users>(.+)</users>", text, re.DOTALL)[1]
    assert users.count("<password_sha256_hex>") == 3
    assert '<networks replace="replace"><ip>127.0.0.1</ip><ip>::1</ip></networks>' in users


def test_the_database_keeps_its_disk_and_copies_of_it():
    done = made(cidb_cluster=Components.CIDBCluster(data_volume_size_gb=55))
    disk = only(done, "EC2::Volume")
    tags = {tag["Key"]: tag["Value"] for tag in disk["Properties"]["Tags"]}
    assert (disk["Properties"]["Encrypted"], disk["Properties"]["Size"]) == (True, 55)
    policy = only(done, "DLM::LifecyclePolicy")["Properties"]["PolicyDetails"]
    (target,) = policy["TargetTags"]
    assert tags[target["Key"]] == target["Value"]


def test_what_leads_to_the_database_is_no_runners_to_read():
    done = made(cidb_cluster=Components.CIDBCluster())
    for secret in done.secrets:
        assert secret.name.startswith("/praktika/acme/platform/")
    text = script(done)
    assert 'publish /praktika/acme/platform/ci-db writer "$writer"' in text
    assert 'publish acme-ci-db reader "$reader"' in text


@pytest.mark.parametrize("name", ["auto", "region", "volume", "admin", "praktika", "database"])
def test_fault_44_names_that_are_words_of_the_script_change_nothing_else(name):
    """A project or a pool may be called like any word of what machines run."""
    done = made(name=name, cidb_cluster=Components.CIDBCluster())
    plain = script(made(name="zzz", cidb_cluster=Components.CIDBCluster()))
    assert script(done) == plain.replace("zzz", name)


def test_the_script_has_no_marks_left_and_is_short_enough():
    text = script(made(cidb_cluster=Components.CIDBCluster()))
    assert "{{" not in text
    assert len(text) < 16_384
