"""A container ends with its job, in every case."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import psutil
import pytest
from tests.docker_engine import BASE


def until(condition, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def runners(project) -> list[psutil.Process]:
    (main,) = [process for process in project.started if process.poll() is None]
    return [
        child
        for child in psutil.Process(main.pid).children()
        if "praktika.cli.runner" in child.cmdline()
    ]


def is_running(docker_engine) -> bool:
    """Whether the job has said that it runs: before that, a signal might come too early for it."""
    names = docker_engine.containers("--filter", "status=running")
    with suppress(AssertionError):  # one that is gone meanwhile
        shown = [docker_engine.docker("top", name, "-eo", "pid,args") for name in names]
        return any("sleep" in text.split("COMMAND")[1] for text in shown)
    return False


@pytest.fixture
def begun(boxed, docker_engine):
    """Starts a run whose job waits in its container."""

    def start(command: str = "sleep 1000", **fields):
        project = boxed(command, **fields)
        process = project.start("run")
        until(lambda: is_running(docker_engine))
        return project, process

    return start


def test_attack_25_a_timeout_asks_the_command_to_end_and_then_makes_it(project):
    polite = "trap 'echo asked; exit 0' TERM; sleep 1000 & wait"
    deaf = "trap '' TERM; echo deaf; while true; do sleep 1; done"
    cleanup = 'echo $PRAKTIKA_CONTAINER > "$OUT"'
    project.env["OUT"] = str(project.root.parent / "out")
    project.jobs(
        f"jobs = [Job(name=name, command=command, run_in_docker={BASE!r}, timeout=1.5,"
        f" timeout_shell_cleanup={cleanup!r})"
        f" for name, command in [('polite', {polite!r}), ('deaf', {deaf!r})]]"
    ).commit()
    started = time.monotonic()
    ran = project.praktika("run", "-j2")
    assert 10 < time.monotonic() - started < 60  # the grace, as without a container
    for name in ("polite", "deaf"):
        assert ran.job(name)["ext"]["verdict"] == "timeout"
    logs = {
        log.parent.parent.name[:4]: log.read_text() for log in ran.folder.glob("jobs/*/1/*.log")
    }
    assert logs == {"poli": "asked\n", "deaf": "deaf\n"}
    assert (project.root.parent / "out").read_text().startswith("praktika_")


def test_fault_25_a_cancel_ends_the_container(begun, docker_engine):
    project, process = begun("sleep 1000 & sleep 1000")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert docker_engine.containers() == []
    assert not list((project.root.parent / "cache/praktika").iterdir())


def test_attack_25_a_background_process_ends_with_the_command(boxed, docker_engine):
    project = boxed("setsid sleep 1000 & (setsid sleep 1000 &); echo done")
    started = time.monotonic()
    ran = project.praktika("run")
    assert ran.statuses == {"boxed": "OK"}
    assert time.monotonic() - started < 60
    assert docker_engine.containers() == []


def test_the_container_of_a_runner_that_was_killed_is_ended_before_the_next_attempt(
    begun, docker_engine
):
    project, process = begun(
        'if test "$PRAKTIKA_ATTEMPT" = 1; then sleep 1000; else echo "again"; fi'
    )
    before = docker_engine.containers()
    for runner in runners(project):
        runner.kill()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert docker_engine.containers() == []
    assert len(before) == 1


def test_the_container_of_a_run_that_was_killed_is_ended_by_its_runner(begun, docker_engine):
    _, process = begun()
    process.kill()
    process.communicate()
    until(lambda: docker_engine.containers() == [])


def test_what_nobody_is_left_to_end_is_ended_by_the_next_run(begun, docker_engine, boxed):
    project, process = begun()
    for one in [psutil.Process(process.pid), *runners(project)]:
        one.suspend()
    for one in [*runners(project), psutil.Process(process.pid)]:
        os.kill(one.pid, signal.SIGKILL)
    process.communicate()
    assert len(docker_engine.containers("--filter", "status=running")) == 1
    boxed("true")
    assert project.praktika("run").code == 0
    assert docker_engine.containers() == []
    assert not list((project.root.parent / "cache/praktika").iterdir())


def test_a_host_of_runners_ends_the_containers_of_its_runners(boxed, docker_engine):
    project = boxed("sleep 1000", more="runs_on=['linux']")
    project.env["PRAKTIKA_LEASE"] = "3"
    assert project.praktika("run", "--detach").code == 0
    project.start("orchestrator")
    host = project.start("runner", "--label", "linux", "--count", "1")
    until(lambda: is_running(docker_engine))
    before = docker_engine.containers()
    (runner,) = psutil.Process(host.pid).children()
    runner.kill()
    until(lambda: not set(before) & set(docker_engine.containers()))
    until(lambda: is_running(docker_engine))  # the next attempt's
    host.terminate()
    host.communicate(timeout=30)
    assert docker_engine.containers() == []
