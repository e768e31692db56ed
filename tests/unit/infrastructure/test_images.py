"""Image builders, as CloudFormation is told of them."""

import json
import re
import subprocess

import pytest
from tests.unit.infrastructure.runtime_samples import (
    ACCOUNT,
    REGION,
    network,
    project,
    properties,
    runners,
    statements,
)

from praktika.errors import AuthorError
from praktika.infrastructure import CloudInfrastructure, Components, ImageBuilder
from praktika.infrastructure.template.compile import compiled
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place

KEY = "lab/code/platform.tar.gz"
VENV = ImageBuilder.PrebuiltVenv(name="tools", packages=["requests==2.32.3"])


def builder(**more):
    return ImageBuilder.Config(**{"name": "base", "prebuilt_venvs": [VENV], **more})


def made(digests=None, **more):
    """A project with one image builder."""
    parts = {"image_builders": [builder(**more)], "vpcs": [network()]}
    place = Place(region=REGION, account=ACCOUNT, bucket="lab-artifacts")
    declared = CloudInfrastructure.Config(name="Lab", **parts)
    return compiled(Context(project=declared), place, digests or {})


def documents(done):
    """The documents of all components, as Image Builder gets them."""
    for one in properties(done, "ImageBuilder::Component").values():
        data = one["Data"]
        pieces = data["Fn::Join"][1] if isinstance(data, dict) else [data]
        yield json.loads("".join(one if isinstance(one, str) else KEY for one in pieces))


def scripts(done):
    """What is run on the machine that becomes the image, by the name of the step."""
    return {
        one["name"]: one["phases"][0]["steps"][0]["inputs"]["commands"][0]
        for one in documents(done)
    }


def only(done, kind):
    (one,) = properties(done, kind).values()
    return one


def test_pools_follow_the_newest_good_image_through_a_parameter():
    parameter = "/imagebuilder/praktika/lab/base"
    done = made()
    (here,) = only(done, "ImageBuilder::DistributionConfiguration")["Distributions"]
    assert here["SsmParameterConfigurations"] == [
        {"ParameterName": parameter, "DataType": "aws:ec2:image"}
    ]
    first = only(done, "SSM::Parameter")
    assert first["Name"] == parameter
    assert first["Value"].startswith("{{resolve:ssm:/aws/service/ami-amazon-linux-latest/")
    pool = project(runner_pools=[runners(image_builder="base")])
    launched = properties(pool, "EC2::LaunchTemplate")["LaunchTemplateArmSmall"]
    assert launched["LaunchTemplateData"]["ImageId"] == f"resolve:ssm:{parameter}"


def test_the_first_image_of_ubuntu_is_an_ubuntu():
    value = only(made(base="ubuntu", instance_types=["t3.small"]), "SSM::Parameter")["Value"]
    assert "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/" in value


@pytest.mark.parametrize(
    "change",
    [
        {
            "prebuilt_venvs": [
                ImageBuilder.PrebuiltVenv(name="tools", packages=["requests==2.32.4"])
            ]
        },
        {"inline_components": [{"name": "more", "commands": ["dnf install -y cmake"]}]},
        {"base": "ubuntu"},
        {"digests": {"platform-arm64": "0" * 64}},
    ],
)
def test_whatever_is_in_an_image_is_in_the_name_of_its_recipe(change):
    """A recipe never changes under its name, so nobody has to count versions up by hand."""
    before, after = (
        only(one, "ImageBuilder::ImageRecipe")["Name"] for one in (made(), made(**change))
    )
    assert re.fullmatch("lab-base-[0-9a-f]{12}", before)
    assert before != after
    assert before == only(made(), "ImageBuilder::ImageRecipe")["Name"]


@pytest.mark.parametrize("base", ["awslinux", "ubuntu"])
def test_what_is_installed_is_signed_or_named_by_its_digest(base):
    """Fault 18: nothing is fetched from an address that may hold something else tomorrow."""
    done = made(base=base)
    found = scripts(done)
    for text in found.values():
        assert not re.search(r"\|\s*(sudo\s+)?(ba)?sh\b", text)
        assert "unzip" not in text
        hosts = {*re.findall(r"https?://([a-z0-9.-]+)", text)}
        assert hosts <= {"cli.github.com", "169.254.169.254"}  # the other is the machine's own
    system = found["system"]
    fetched = system.index("curl")
    assert system.index("--show-keys", fetched) < system.index("install -y gh")
    assert "gpgcheck=1" in system or "signed-by" in system
    assert f"key='{KEY}'" in found["platform"]
    assert "--require-hashes" in found["platform"]
    data = [one["Data"] for one in properties(done, "ImageBuilder::Component").values()]
    (platform,) = [one["Fn::Join"][1] for one in data if isinstance(one, dict)]
    assert {"Ref": "CodePlatformArm64"} in platform


@pytest.mark.parametrize("base", ["awslinux", "ubuntu"])
def test_scripts_are_bash(base):
    for name, text in scripts(made(base=base)).items():
        checked = subprocess.run(
            ["bash", "-n"], input=text, text=True, capture_output=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, ""), name


def test_a_package_from_an_address_has_a_hash():
    """Fault 18: the predecessor's own packages came by an alias that anybody could move."""
    packages = ["https://packages.example/tool-1.0-py3-none-any.whl"]
    with pytest.raises(AuthorError, match="append #sha256="):
        made(prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="tools", packages=packages)])
    packages = [f"{packages[0]}#sha256={'0' * 64}"]
    done = made(prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="tools", packages=packages)])
    assert packages[0] in scripts(done)["venv-tools"]


def test_praktika_itself_comes_from_the_own_bucket_whoever_names_it():
    packages = [
        "https://elsewhere.example/0.1/praktika-0.0.0-py3-none-any.whl",
        "praktika_controller==0.1.1",
        "praktika-plugin==1.0",
    ]
    done = made(prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="tools", packages=packages)])
    text = scripts(done)["venv-tools"]
    assert "elsewhere.example" not in text
    assert "praktika_controller" not in text
    assert "praktika-plugin==1.0" in text


def test_packages_with_hashes_are_taken_with_those_alone():
    packages = [f"requests==2.32.3 --hash=sha256:{'0' * 64}"]
    done = made(prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="tools", packages=packages)])
    assert "--require-hashes" in scripts(done)["venv-tools"]
    assert "--require-hashes" not in scripts(made())["venv-tools"]


def test_an_image_is_looked_at_before_it_is_one():
    (good,) = [one for one in documents(made()) if one["name"] == "good"]
    assert good["phases"][0]["name"] == "validate"
    looks = "/opt/praktika/base-venvs/tools/bin/python -P -c 'import praktika'"
    assert looks in scripts(made())["good"]


def test_an_environment_has_the_praktika_that_is_deployed():
    """Even where that is newer than the image: it is not in the environment, but behind it."""
    text = scripts(made())["venv-tools"]
    platform = "/opt/praktika/platform/lib/python3.12/site-packages"
    assert f"echo {platform} > /opt/praktika/base-venvs/tools/lib/python3.12" in text


def test_another_python_than_the_platforms_is_refused():
    venv = ImageBuilder.PrebuiltVenv(name="new", python="python3.14")
    with pytest.raises(AuthorError, match=r"ImageBuilder.PrebuiltVenv:new asks for python3\.14"):
        made(prebuilt_venvs=[venv])


def test_names_of_steps_are_as_image_builder_takes_them():
    done = made(prebuilt_venvs=[ImageBuilder.PrebuiltVenv(name="runtime-0.2")])
    names = [one["Name"] for one in properties(done, "ImageBuilder::Component").values()]
    assert any("venv-runtime-0-2-" in name for name in names)


def test_an_author_adds_steps_and_tests():
    check = Components.create_image_test_component("starts", ["systemctl is-active docker"])
    declared = Components.create_awslinux_image_builder_config(
        "base", "2.0.0", components=[{"name": "more", "script": "echo more"}, check]
    )
    done = project(image_builders=[declared])
    assert scripts(done)["more"] == "set -e\necho more"
    phases = {one["name"]: one["phases"][0]["name"] for one in documents(done)}
    assert (phases["more"], phases["starts"]) == ("build", "test")
    assert only(done, "ImageBuilder::ImageRecipe")["Version"] == "2.0.0"


@pytest.mark.parametrize(
    "wrong", ["dnf install -y x", {"commands": ["x"]}, {"name": "x", "phase": "later"}]
)
def test_a_step_that_is_none_is_refused(wrong):
    with pytest.raises(AuthorError, match="ImageBuilder:base"):
        made(inline_components=[wrong])


def test_what_an_author_writes_as_aws_reads_it_counts():
    done = made(recipe={"description": "mine"}, infra={"instanceTypes": ["m7g.large"]})
    assert only(done, "ImageBuilder::ImageRecipe")["Description"] == "mine"
    machines = only(done, "ImageBuilder::InfrastructureConfiguration")
    assert machines["InstanceTypes"] == ["m7g.large"]
    assert machines["InstanceMetadataOptions"]["HttpTokens"] == "required"


def test_machines_that_make_images_read_no_parameter_of_the_account():
    """Fault 3: AWS's own policy for them would give them every one."""
    found = statements(made(), "base-image")
    allowed = {one for each in found if each["Effect"] == "Allow" for one in each["Action"]}
    assert not {one for one in allowed if one.startswith(("ssm:GetParam", "secretsmanager"))}
    assert "PlatformSecrets" in {one["Sid"] for one in found}


def test_old_images_go_but_for_the_last_ones():
    done = made(regions=["eu-west-1"])
    policy = only(done, "ImageBuilder::LifecyclePolicy")
    tags = {"praktika:project": "lab", "praktika:builder": "base"}
    assert policy["ResourceSelection"] == {"TagMap": tags}
    assert only(done, "ImageBuilder::ImagePipeline")["ImageTags"] == tags
    (detail,) = policy["PolicyDetails"]
    assert detail["Filter"]["RetainAtLeast"] == 2
    for one in statements(done, "base-image-cleaning"):
        if one["Sid"] == "Images":
            assert one["Condition"] == {"StringEquals": {"aws:ResourceTag/praktika:project": "lab"}}
            assert {thing.split(":")[3] for thing in one["Resource"]} == {REGION, "eu-west-1"}
