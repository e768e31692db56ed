"""What machines run when they start, as far as that can be seen without a machine."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from troposphere import Ref

from praktika.infrastructure.template.boot import UNIT, Boot, fetch, script, user_data

BOOT = Boot(region="eu-central-1", bucket="b", key=Ref("CodePlatformArm64"))


def text(boot: Boot) -> str:
    """The script with KEY for what CloudFormation fills in."""
    _, parts = script(boot).to_dict()["Fn::Join"]
    return "".join(part if isinstance(part, str) else "KEY" for part in parts)


def test_the_key_is_a_reference_and_all_else_is_text():
    made: dict[str, Any] = user_data(BOOT).to_dict()
    separator, parts = made["Fn::Base64"]["Fn::Join"]
    assert separator == ""
    assert [part for part in parts if not isinstance(part, str)] == [{"Ref": "CodePlatformArm64"}]
    assert "\nkey='KEY'\n" in text(BOOT)


@pytest.mark.parametrize("boot", [BOOT, Boot(region="r", bucket="b", key="k", starts=False)])
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_shells_can_read_it(boot, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    done = subprocess.run(
        [shell, "-n"], input=text(boot), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "{{" not in text(boot).replace("{{.", "")


def test_fault_44_values_are_quoted_and_not_looked_through():
    hostile = Boot(
        region="{{bucket}}", bucket="a'; touch /tmp/x; '{{user}}", key="k", own="{{key}}"
    )
    lines = text(hostile).splitlines()
    assert "region='{{bucket}}'" in lines
    assert """bucket='a'"'"'; touch /tmp/x; '"'"'{{user}}'""" in lines
    (own,) = [line.removeprefix("own=") for line in lines if line.startswith("own=")]
    assert base64.b64decode(own.strip("'")) == b"{{key}}"


def test_what_ec2_would_not_take_is_an_error():
    with pytest.raises(ValueError, match="of which EC2 takes"):
        script(Boot(region="r", bucket="b", key="k", own="x" * 9_000))


def test_jobs_of_trusted_pools_alone_get_at_docker(tmp_path):
    """Security 16, 17: who may use Docker can be root."""
    found = {trust: run_users(tmp_path / trust, trust) for trust in ("trusted", "untrusted")}
    assert "usermod -a -G docker praktika-job" in found["trusted"]
    assert not any("usermod" in line for line in found["untrusted"])
    assert "gpasswd -d praktika-job docker" in found["untrusted"]


def test_the_user_of_jobs_is_one_that_runners_take(tmp_path):
    """Security 17: they refuse one with a home, in which a job could leave something."""
    (made,) = [
        line for line in run_users(tmp_path / "new", "trusted", "exit 1") if "useradd" in line
    ]
    assert "--create-home" not in made.split()
    assert " --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin " in made


def run_users(
    folder, trust, known='case "$*" in -nG*) echo praktika-job docker;; esac'
) -> list[str]:
    """What a part of the script calls, with stubs in place of programs."""
    folder.mkdir()
    stubs = {
        "id": known,
        "useradd": "",
        "usermod": "",
        "gpasswd": "",
    }
    for name, body in stubs.items():
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{folder}/calls\n{body}\n')
        path.chmod(0o755)
    whole = text(Boot(region="r", bucket="b", key="k", trust=trust, starts=False))
    head = whole.partition("\nhas_packages ||")[0].replace("/etc/", f"{folder}/")
    subprocess.run(
        ["sh"],
        input=head + "\nmake_user\n",
        text=True,
        check=True,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
    )
    assert (
        (folder / "cron.deny").read_text() == (folder / "at.deny").read_text() == "praktika-job\n"
    )
    return (folder / "calls").read_text().splitlines()


def test_the_unit_is_sound(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    unit = text(BOOT).partition("<<'UNIT'\n")[2].partition("UNIT\n")[0]
    path = tmp_path / UNIT
    path.write_text(unit.replace("/opt/praktika/platform/bin/python", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False
    )
    own = [line for line in done.stderr.splitlines() if UNIT in line]
    assert own == []


def test_an_object_comes_with_the_credentials_of_the_role(aws, aws_server, bucket, tmp_path):
    from tests.controller import metadata

    aws.s3.put_object(Bucket=bucket, Key="team/code/platform +1.tar.gz", Body=b"bytes")
    known = {"AccessKeyId": aws_server.account, "SecretAccessKey": "test", "Token": "t"}
    with metadata.serve() as service:
        folder = "meta-data/iam/security-credentials/"
        service.paths |= {folder: "role\n", f"{folder}role": json.dumps(known)}
        source = text(BOOT).partition("<<'PYTHON'\n")[2].partition("PYTHON\n")[0]
        subprocess.run(
            ["python3", "-I", "-", "eu-central-1", bucket, "team/code/platform +1.tar.gz", "file"],
            input=source,
            text=True,
            check=True,
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin:/usr/local/bin",
                "AWS_ENDPOINT_URL": aws_server.endpoint,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.endpoint,
            },
        )
    assert (tmp_path / "file").read_bytes() == b"bytes"


def test_requests_are_signed_as_botocore_signs_them(monkeypatch):
    known = {"AccessKeyId": "AKID", "SecretAccessKey": "secret/+", "Token": "token=="}
    monkeypatch.setattr(fetch, "own", lambda path: json.dumps(known) if path else "role")
    host, path = "b.s3.eu-central-1.amazonaws.com", "/team/code/platform%20%2B1.tar.gz"
    made = fetch.signed("eu-central-1", host, path)
    signer = S3SigV4Auth(Credentials("AKID", "secret/+", "token=="), "s3", "eu-central-1")
    headers = {name: value for name, value in made.items() if name != "Authorization"}
    request = AWSRequest("GET", f"https://{host}{path}", headers)
    request.context["timestamp"] = made["x-amz-date"]
    canonical = signer.canonical_request(request)
    assert signer.payload(request)
    expected = signer.signature(signer.string_to_sign(request, canonical), request)
    assert made["Authorization"].endswith(f"Signature={expected}")
