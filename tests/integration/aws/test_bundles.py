"""Bundles with real wheels, from the index that pip knows here."""

import subprocess
import sys
import tarfile
import zipfile

from tests.lambda_host import here

from praktika.infrastructure.bundles import Bundles
from praktika.infrastructure.bundles.functions import OwnFunction
from praktika.infrastructure.bundles.packages import ControllerWheel, Platform, PraktikaWheel
from praktika.infrastructure.bundles.wheels import Target, Wheels

AARCH64 = 0xB7
"""In the head of an ELF file, at 18: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html"""


def test_a_function_for_arm_has_libraries_for_arm_and_its_bytes_are_always_the_same(tmp_path):
    path = Bundles().build("webhook", tmp_path)
    with zipfile.ZipFile(path) as archive:
        libraries = [name for name in archive.namelist() if name.endswith(".so")]
        heads = [archive.read(name)[:20] for name in libraries]
        tops = {name.partition("/")[0] for name in archive.namelist()}
        assert not [name for name in archive.namelist() if name.endswith(".pyc")]
    assert libraries
    assert {int.from_bytes(head[18:20], "little") for head in heads} == {AARCH64}
    assert {top for top in tops if ".dist-info" not in top} == {"praktika", "msgspec"}
    again = OwnFunction("webhook", Target(), Wheels(tmp_path / "anew")).build()
    assert again == path.read_bytes()


def test_a_machine_installs_all_that_it_needs_from_one_archive_by_hash(tmp_path):
    """Fault 18: nothing comes from anywhere else."""
    platform = Platform(Target(*here()), Wheels(), PraktikaWheel(), ControllerWheel())
    (tmp_path / "platform.tar.gz").write_bytes(platform.build())
    with tarfile.open(tmp_path / "platform.tar.gz") as archive:
        archive.extractall(tmp_path / "wheels", filter="data")
    where = ["--no-index", "--find-links", tmp_path / "wheels", "--require-hashes", "--dry-run"]
    command = [sys.executable, "-m", "pip", "install", "--target", tmp_path / "there"]
    listed = ["--requirement", tmp_path / "wheels/requirements.txt"]
    alone = {"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": "/dev/null"}
    done = subprocess.run(
        [*command, *where, *listed], check=True, env=alone, capture_output=True, text=True
    )
    would = done.stdout.rpartition("Would install ")[2].split()
    names = {one.rpartition("-")[0] for one in would}
    assert {"praktika", "praktika-controller", "boto3", "PyJWT", "cryptography"} <= names
