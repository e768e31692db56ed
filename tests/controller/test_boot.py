"""The script that machines run when they start, from its first line to its last."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.controller import metadata

from praktika.infrastructure.bundles.packing import tarred, wheel
from praktika.infrastructure.template.boot import Boot, script

KEY = "team/code/platform-arm64-1.tar.gz"

# The script sees an /etc and an /opt of its own.
INSIDE = """\
set -eu
cp -a /etc {folder}/etc
mount --bind {folder}/etc /etc
mount -t tmpfs none /opt
sh {folder}/boot.sh
sh {folder}/boot.sh
cp -r /etc/systemd/system/praktika-controller.service /opt/praktika/platform/.key {folder}
/opt/praktika/platform/bin/python -P -m praktika_controller >{folder}/said
grep praktika-job /etc/cron.deny >{folder}/denied
"""

STUBS = {
    "dnf": "",
    "git": "",
    "nft": "",
    "docker": "",
    "setpriv": "",
    "systemctl": "",
    "id": "exit 1",
    "useradd": "",
    "usermod": "",
    "python3.12": f'exec {Path(sys.base_prefix) / "bin/python3"} "$@"',
}


def platform() -> bytes:
    name = "praktika_controller-1-py3-none-any.whl"
    head = "Metadata-Version: 2.1\nName: praktika-controller\nVersion: 1\n"
    files = {
        "praktika_controller/__init__.py": b"",
        "praktika_controller/__main__.py": b"print('up')\n",
    }
    data = wheel("praktika_controller", "1", head, files)
    pin = f"praktika-controller==1 --hash=sha256:{hashlib.sha256(data).hexdigest()}\n"
    return tarred({name: data, "requirements.txt": pin.encode()})


def test_a_new_machine_becomes_one_of_praktikas(aws, aws_server, bucket, tmp_path):
    """Fault 18: what it installs is pinned by hashes, and comes from the bucket alone."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare")
    aws.s3.put_object(Bucket=bucket, Key=KEY, Body=platform())
    own = f"#!/bin/sh\necho own >>{tmp_path}/own\n"
    made = script(Boot(region="eu-central-1", bucket=bucket, key=KEY, own=own))
    (tmp_path / "boot.sh").write_text("".join(made.to_dict()["Fn::Join"][1]))
    for name, body in STUBS.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/calls\n{body}\n')
        path.chmod(0o755)
    known = {"AccessKeyId": aws_server.account, "SecretAccessKey": "test", "Token": "t"}
    with metadata.serve() as service:
        folder = "meta-data/iam/security-credentials/"
        service.paths |= {folder: "role", f"{folder}role": json.dumps(known)}
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", INSIDE.format(folder=tmp_path)],
            env={
                "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                "AWS_ENDPOINT_URL": aws_server.endpoint,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.endpoint,
                "PIP_NO_INDEX": "1",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        fetched = service.asked.count(f"{folder}role")
    if "Operation not permitted" in done.stderr or "permission denied" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls.count("systemctl enable --now praktika-controller") == 2
    assert not any(line.startswith("dnf") for line in calls), "nothing was missing"
    assert fetched == 1, "what is there is not fetched again"
    assert (tmp_path / "said").read_text() == "up\n"
    assert (tmp_path / ".key").read_text() == KEY
    assert (tmp_path / "own").read_text() == "own\nown\n"
    assert (tmp_path / "denied").read_text() == "praktika-job\n"
    unit = (tmp_path / "praktika-controller.service").read_text()
    assert "ExecStart=/opt/praktika/platform/bin/python -P -m praktika_controller\n" in unit
