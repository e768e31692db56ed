"""What a machine knows of itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import psutil
import pytest
from tests.controller import metadata as services

from praktika.adapters.aws.letters import queue_name as praktikas_queue_name
from praktika.cli import runner as praktikas_runner
from praktika.ports.cloud.machines import LEAVE as PRAKTIKAS_LEAVE
from praktika.wiring import runner as wiring
from praktika_controller.faults import Fault, Sick
from praktika_controller.machine.health import Health
from praktika_controller.machine.identity import identify, of_tags
from praktika_controller.machine.metadata import ENDPOINT, Metadata, find_metadata
from praktika_controller.machine.notices import LEAVE, Notice, Notices
from praktika_controller.machine.systemd import Supervisor
from praktika_controller.queues import Leased, queue_name
from praktika_controller.work import child, runner
from praktika_controller.work.letter import run_of

TAGS = {
    "praktika_role": "job_runner",
    "praktika_project_slug": "team",
    "praktika_pool": "small",
    "praktika_label": "small",
    "praktika_trust": "trusted",
    "praktika_queue": "tasks-small",
    "praktika_asg": "team-small",
    "praktika_bucket": "b",
    "praktika_log_group": "/l",
}


@pytest.fixture
def service():
    with services.serve() as known:
        yield known


def test_its_tags_say_what_it_is(service):
    service.tag(**TAGS, praktika_scaling="auto", praktika_capacity_reserve="2")
    service.paths |= {"meta-data/instance-id": "i-1", "meta-data/placement/region": "r"}
    found = identify(Metadata(service.endpoint))
    assert (found.instance, found.region, found.pool) == ("i-1", "r", "small")
    assert (found.scaling, found.reserve, found.idle_seconds) == ("auto", 2, 300.0)
    assert found.runner == "trusted-i-1"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"praktika_bucket": ""}, "praktika_bucket are missing"),
        ({"praktika_role": "king"}, "'king'"),
        ({"praktika_queue": ""}, "praktika_queue are missing"),
        ({"praktika_idle_seconds": "-1"}, "must be a number"),
    ],
)
def test_tags_that_make_no_sense_are_told(changed, said):
    with pytest.raises(Fault, match=said):
        of_tags(TAGS | changed, "i-1", "r")


def test_what_is_not_said_to_be_trusted_is_not():
    assert of_tags(TAGS | {"praktika_trust": "Trusted"}, "i", "r").trust == "untrusted"


def test_a_token_that_has_run_out_is_renewed_and_what_is_absent_is_none(service):
    known = Metadata(service.endpoint)
    service.paths["meta-data/a"] = "1"
    assert known.get("meta-data/a") == "1"
    service.token = "another"
    assert known.get("meta-data/a") == "1"
    assert known.get("meta-data/b") is None
    with pytest.raises(Fault, match="does not answer"):
        Metadata("http://127.0.0.1:1").get("meta-data/a")


def test_the_service_is_aws_s_own_unless_a_test_says_otherwise():
    assert find_metadata({}).is_real
    assert find_metadata({"AWS_EC2_METADATA_SERVICE_ENDPOINT": ENDPOINT + "/"}).is_real
    assert not find_metadata({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://x"}).is_real


def test_what_is_coming_is_announced_the_more_urgent_one_first(service):
    notices = Notices(Metadata(service.endpoint))
    notices.look()
    assert notices.notice is Notice.NONE
    for path, notice in (
        ("tags/instance/praktika_leave", Notice.ASKED),
        ("events/recommendations/rebalance", Notice.REBALANCE),
        ("spot/instance-action", Notice.INTERRUPTION),
    ):
        service.paths[f"meta-data/{path}"] = "yes"
        notices.look()
        assert notices.notice is notice


@pytest.mark.parametrize(
    "queue",
    ["tasks-a", "events.fifo", "tasks-a.b", "untrusted-tasks-" + "x" * 70, "x" * 90 + ".fifo"],
)
def test_names_of_queues_are_those_of_praktika(queue):
    assert queue_name("team", queue) == praktikas_queue_name("team", queue)


def test_what_both_distributions_have_to_know_is_the_same():
    assert (child.TAKEN, runner.NO_VENV, LEAVE) == (wiring.TAKEN, wiring.UNABLE, PRAKTIKAS_LEAVE)
    assert runner._UNSETTLED == praktikas_runner.UNSETTLED


@pytest.mark.parametrize(
    ("body", "run"),
    [
        ('{"run": "r-1", "job": "j"}', "r-1"),
        ('{"v": 1, "body": "{\\"run\\": \\"r-2\\"}", "signature": "s"}', "r-2"),
        ('{"run": "../r"}', ""),
        ('{"run": 3}', ""),
        ('{"body": "no json"}', ""),
        ("[]", ""),
        ("no json", ""),
    ],
)
def test_the_run_of_a_task_is_read_whether_it_is_signed_or_not(body, run):
    leased = Leased(
        queue="q", id="1", receipt="r", body=body, deliveries=1, attributes={}, group="", since=0.0
    )
    assert run_of(leased) == run


def date(offset: float) -> str:
    return format_datetime(datetime.fromtimestamp(time.time() + offset, UTC), usegmt=True)


def test_a_clock_that_is_far_off_is_a_reason(tmp_path):
    health = Health(tmp_path, room=1)
    for said in ("", "nonsense", date(-100)):
        health.heard(said)
        health.check()
    health.heard(date(-400))
    with pytest.raises(Sick, match="clock"):
        health.check()
    health.heard(date(0))
    health.check()


def test_a_full_disk_is_made_free_first(tmp_path, monkeypatch):
    work = tmp_path / "work"
    (work / "old").mkdir(parents=True)
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\n')
    docker.chmod(0o755)
    health = Health(tmp_path, (work,), room=1000, docker=str(docker))
    monkeypatch.setattr(Health, "_free", lambda _self: 0 if (work / "old").exists() else 2000)
    health.check()
    assert list(work.iterdir()) == []
    assert "system prune --all --force --volumes" in (tmp_path / "asked").read_text()
    monkeypatch.setattr(Health, "_free", lambda _self: 0)
    with pytest.raises(Sick, match="disk"):
        health.check()


@pytest.mark.parametrize(("code", "is_well"), [(0, True), (1, False)])
def test_docker_has_to_answer_where_it_is(tmp_path, code, is_well):
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\nexit {code}\n")
    docker.chmod(0o755)
    health = Health(tmp_path, room=1, docker=str(docker))
    if is_well:
        health.check()
    else:
        with pytest.raises(Sick, match="Docker"):
            health.check()


def test_failures_count_one_after_another(tmp_path):
    health = Health(tmp_path, room=1)
    for _ in range(2):
        health.failed("x")
        health.failed("x")
        health.check()
        health.worked()
    for _ in range(3):
        health.failed("x")
    with pytest.raises(Sick, match="3 times"):
        health.check()


def test_systemd_hears_that_the_service_is_alive(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(5)
        known = Supervisor({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"})
        known.tell(READY="1", STATUS="waits")
        assert notified.recv(100) == b"READY=1\nSTATUS=waits"
        known.alive()
        known.alive()
        assert notified.recv(100) == b"WATCHDOG=1"
        notified.settimeout(0.05)
        with pytest.raises(TimeoutError):
            notified.recv(100)
    known.tell(READY="1")
    Supervisor({}).alive()


def test_all_that_a_child_has_left_is_found_and_ended(tmp_path):
    """In a process of its own, as it ends every child that it does not know."""
    script = f"""
import subprocess, sys, time
sys.path.insert(0, {str(Path(__file__).parents[2] / "controller/src")!r})
from praktika_controller.machine.processes import become_subreaper, end_strays
become_subreaper()
kept = subprocess.Popen(["sleep", "61"])
subprocess.run(["sh", "-c", "setsid sh -c 'sleep 62.017 & sleep 62.017' >/dev/null & sleep 0.2"])
print(end_strays({{kept.pid}}), kept.poll())
kept.kill()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.split()[1] == "None"
    assert int(done.stdout.split()[0]) >= 1
    found = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert ["sleep", "62.017"] not in found
