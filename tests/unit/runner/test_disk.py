"""Disks that are as good as full."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from praktika.runner.process.disk import Disks

MIB = 1 << 20


@pytest.fixture
def disk(monkeypatch):
    """One disk of 100,000 MiB and a million files, of which as much is left as a test says."""
    facts = SimpleNamespace(
        f_frsize=MIB, f_blocks=100_000, f_bavail=100_000, f_files=1_000_000, f_favail=1_000_000
    )
    monkeypatch.setattr(os, "statvfs", lambda _folder: facts)
    return facts


def test_a_disk_with_room_is_well_security_25(disk, tmp_path):
    disk.f_bavail = 512
    assert Disks([str(tmp_path)], 512 * MIB).complaint() == ""


def test_one_without_is_not_security_25(disk, tmp_path):
    disk.f_bavail = 511
    said = f"the disk of {tmp_path} is full: 511 MiB are left"
    assert Disks([str(tmp_path)], 512 * MIB).complaint() == said


def test_files_run_out_as_bytes_do_security_25(disk, tmp_path):
    disk.f_favail = 9_999
    assert "9,999 more files fit" in Disks([str(tmp_path)], 512 * MIB).complaint()
    disk.f_files = 0  # a file system that has no such limit
    assert Disks([str(tmp_path)], 512 * MIB).complaint() == ""


def test_a_small_disk_may_be_filled_to_nine_tenths(disk, tmp_path):
    disk.f_blocks, disk.f_bavail = 1_000, 100
    assert Disks([str(tmp_path)], 512 * MIB).complaint() == ""
    disk.f_bavail = 99
    assert Disks([str(tmp_path)], 512 * MIB).complaint() != ""


def test_nobody_looks_who_was_not_told_to(disk, tmp_path):
    disk.f_bavail = 0
    assert Disks([str(tmp_path)], 0).complaint() == ""
    assert Disks([str(tmp_path / "absent")], 0).complaint() == ""
