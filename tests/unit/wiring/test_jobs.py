"""Who jobs run as, and what they may use."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from praktika.errors import OperatorError
from praktika.runner.user.account import find
from praktika.wiring import jobs
from praktika.wiring.jobs import check_reach, job_user, limits

as_root = pytest.mark.skipif(
    os.geteuid() != 0 or not sys.platform.startswith("linux"),
    reason="only root, on Linux, can run jobs as another user",
)
FIRST, SECOND = str(300_000_000 + os.getpid()), str(310_000_000 + os.getpid())


@pytest.fixture(autouse=True)
def locks(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "_LOCKS", str(tmp_path))


def asked(said: str, **more: str) -> dict[str, str]:
    return {"PRAKTIKA_JOB_USER": said, **more}


def test_without_the_variable_jobs_are_the_runner_s_own():
    assert job_user("trusted", {}) is None
    assert limits(None, {}).disk_reserve == 0


@as_root
def test_a_number_needs_no_entry_and_has_no_groups_but_its_own():
    user = job_user("trusted", asked(FIRST))
    assert (user.uid, user.gid, user.groups) == (int(FIRST), int(FIRST), (int(FIRST),))
    assert user.gains
    assert user.processes >= 4096
    assert limits(user, {}).disk_reserve == 512 << 20


@as_root
def test_security_17_every_runner_of_a_machine_has_a_user_of_its_own():
    said = asked(f"{FIRST},{SECOND}")
    assert job_user("trusted", said).uid == int(FIRST)
    assert job_user("trusted", said).uid == int(SECOND)
    with pytest.raises(OperatorError, match="name as many as there are runners"):
        job_user("trusted", said)


@as_root
def test_the_user_is_free_again_when_a_runner_has_ended(tmp_path):
    code = (
        "from praktika.wiring import jobs\n"
        f"jobs._LOCKS = {str(tmp_path)!r}\n"
        f"jobs.job_user('trusted', {asked(FIRST)!r})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert job_user("trusted", asked(FIRST)).uid == int(FIRST)


@as_root
def test_security_16_a_user_that_may_use_docker_is_none_for_strangers(monkeypatch):
    real = os.stat

    def looked_at(path, *args, **more):
        if path == "/var/run/docker.sock":
            return SimpleNamespace(st_uid=0, st_gid=int(FIRST), st_mode=stat.S_IFSOCK)
        return real(path, *args, **more)

    monkeypatch.setattr(os, "stat", looked_at)
    with pytest.raises(OperatorError, match="with it become root"):
        job_user("untrusted", asked(FIRST))
    assert job_user("trusted", asked(FIRST)) is not None


@as_root
def test_strangers_never_gain_rights(monkeypatch):
    assert not job_user("untrusted", asked(FIRST)).gains
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(OperatorError, match="install util-linux"):
        job_user("untrusted", asked(SECOND))


@as_root
def test_what_jobs_cannot_reach_is_told_at_once(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o700)
    with pytest.raises(OperatorError, match="where every user may go"):
        check_reach(find(FIRST), tmp_path / "closed" / "lib")
    check_reach(find(FIRST), Path("/etc/passwd"))


@as_root
def test_limits_are_numbers():
    user = job_user("trusted", asked(FIRST, PRAKTIKA_JOB_PROCESSES="7"))
    assert user.processes == 7
    assert limits(user, {"PRAKTIKA_DISK_RESERVE_MB": "3"}).disk_reserve == 3 << 20
    with pytest.raises(OperatorError, match="PRAKTIKA_JOB_PROCESSES is 'many'"):
        job_user("trusted", asked(FIRST, PRAKTIKA_JOB_PROCESSES="many"))


def test_who_is_not_root_is_told_so(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(OperatorError, match="only root, on Linux"):
        job_user("trusted", asked(FIRST))


@as_root
def test_a_person_is_no_user_of_jobs(tmp_path, monkeypatch):
    """All files and processes of the user go with an attempt."""
    home = tmp_path / "home"
    entry = pwd.struct_passwd(("ann", "x", int(FIRST), int(FIRST), "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: entry)
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: entry)
    monkeypatch.setattr(os, "getgrouplist", lambda _name, gid: [gid])
    assert job_user("trusted", asked("ann")).uid == int(FIRST)
    home.mkdir()
    assert find("ann").gid == int(FIRST)
    os.chown(home, int(FIRST), -1)
    for said in ("ann", FIRST):
        with pytest.raises(OperatorError, match="'ann', who has a home"):
            find(said)
