"""Containers of jobs that run as another user; `docker` is a script here."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from tests.integration.runner.test_containers import Boxed
from tests.integration.runner.test_job_user import SECRET, UNTRUSTED, place, pytestmark, user

from praktika.model.result import Status

__all__ = ["place", "pytestmark", "user"]


@pytest.fixture
def runner(place, user, monkeypatch):
    runner = Boxed(place, monkeypatch)
    inherited = {**runner.bench.inherited, "AWS_SECRET_ACCESS_KEY": SECRET, "PYTHONPATH": "x"}
    runner.bench = replace(runner.bench, user=replace(user, processes=77), inherited=inherited)
    runner.does(
        create='for line; do :; done; printf %s "$line" > $here/line; id -u > $here/as; env > $here/env',
        start='env >> $here/env; sh -c "$(cat $here/line)"; echo $? > $here/code',
    )
    return runner


def test_security_16_docker_is_the_runner_s_and_its_container_the_job_s(runner, place, user):
    """Docker obeys what it finds in the home folder, where a job can write."""
    hook = "id -u; mkdir -p ~/.docker; echo '{}' > ~/.docker/config.json"
    assert runner.run("true", pre_hooks=(hook,)).status is Status.OK
    assert f"{user.uid}\n" in runner.log.decode()
    assert (place / "as").read_text() == "0\n"
    said = (place / "calls").read_text()
    assert f"--user={user.uid}:{user.gid}" in said
    assert "--pids-limit=77" in said
    variables = (place / "env").read_text().splitlines()
    assert variables.count(f"HOME={place}") == 2  # of `create` and of `start`
    assert not [line for line in variables if line.startswith(("AWS_", "PYTHONPATH", "TMPDIR"))]


def test_the_cleanup_of_a_timeout_runs_as_the_user(runner, place, user):
    runner.does(start="sleep 60")
    (place / "said").mkdir(mode=0o777)
    (place / "said").chmod(0o777)
    cleanup = f"id -u > {place}/said/who; echo $PRAKTIKA_CONTAINER $HOME >> {place}/said/who"
    runner.run("true", timeout=0.3, cleanup=cleanup)
    who, names = (place / "said" / "who").read_text().splitlines()
    assert who == str(user.uid)
    assert names.startswith("praktika_")
    assert names.endswith("/repo.home")


@pytest.mark.parametrize(("made", "is_refused"), [("ln -s / data", True), ("mkdir data", False)])
def test_security_16_a_volume_that_became_a_link_is_not_mounted(runner, made, is_refused):
    result = runner.run("true", pre_hooks=(made,), wanted="image:1+--volume=./data/x:/x")
    assert (result.status is Status.ERROR) == is_refused
    if is_refused:
        assert "leads out of the workspace" in result.info
        assert result.ext["verdict"] == "author"
        assert "create" not in runner.calls


def test_security_16_strangers_are_kept_in_and_told_of_what_is_not_for_them(runner, user, place):
    runner.bench = replace(runner.bench, user=replace(user, gains=False), trust="untrusted")
    runner.facts = UNTRUSTED
    result = runner.run("true", wanted="image:1+--network=host+root")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "author")
    assert "`--network=host`, `root` would let code from outside out" in result.info
    assert not os.path.exists(place / "calls")
    assert runner.run("true", wanted="image:1+--cap-drop=NET_RAW", key="next").status is Status.OK
    (line,) = [each for each in (place / "calls").read_text().splitlines() if "create" in each]
    assert "--cap-drop=NET_RAW --cap-drop=ALL --security-opt=no-new-privileges image:1" in line


def test_the_team_s_own_jobs_may_have_what_they_ask_for(runner, place):
    assert runner.run("true", wanted="image:1+--network=host+root").status is Status.OK
    assert "--cap-drop" not in (place / "calls").read_text()
