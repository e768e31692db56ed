"""What a run leaves, whatever its jobs do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SLEEP = "986"  # seconds that no other process sleeps


def sleepers(seconds: str = SLEEP) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if seconds in (process.info["cmdline"] or []) and process.info["status"] != "zombie"
    ]


def wait_for(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_a_good_run(project):
    project.jobs("""
        build = Job(name="Build", runs_on=["x"], command="mkdir -p ci/tmp; echo 1 > ci/tmp/out",
                    provides=["out"])
        test = Job(name="Test", runs_on=["x"], command="cat ci/tmp/out; git log --oneline",
                   requires=["out"])
        jobs = [build, test]
        artifacts = [Artifact(name="out", type=Artifact.Type.S3, path="ci/tmp/out")]
    """).commit()
    ran = project.praktika("run")
    assert (ran.code, ran.statuses) == (0, {"Build": "OK", "Test": "OK"})
    assert (ran.folder / "report.html").exists()
    log = (ran.folder / ran.job("Test")["ext"]["log"]).read_text()
    assert log.splitlines()[0] == "1"
    assert log.endswith(" commit\n")
    status = ["git", "status", "--porcelain"]
    assert subprocess.run(status, cwd=project.root, capture_output=True, check=True).stdout == b""


def test_a_failed_run_says_why_and_exits_with_1(project):
    project.jobs("""
        jobs = [Job(name="Bad", runs_on=["x"], command="echo the reason; exit 7"),
                Job(name="After", runs_on=["x"], command="true", run_after=["Bad"]),
                Job(name="Always", runs_on=["x"], command="true", run_after=["Bad"], always_run=True),
                Job(name="Allowed", runs_on=["x"], command="false", allow_failure=True)]
    """).commit()
    ran = project.praktika("run")
    assert ran.code == 1
    assert ran.statuses == {"Bad": "FAIL", "After": "DROPPED", "Always": "OK", "Allowed": "FAIL"}
    assert "the reason" in ran.job("Bad")["info"]
    assert "needs 'Bad'" in ran.job("After")["info"]


def test_fault_33_names_that_look_alike_share_nothing(project):
    names = [
        "Build (a)",
        "Build [a]",
        "A B",
        "A_B",
        "C++ tests",
        "v1.2 50% done",
        "日本語 🎉",
        "quotes \" ' ` $HOME",
        "a/b/../c",
        "x" * 300,
        "-rf",
        ".",
        "..",
    ]
    jobs = ", ".join(
        f"Job(name={name!r}, runs_on=['x'], command='echo \"$JOB_NAME\"')" for name in names
    )
    project.jobs(f"jobs = [{jobs}]").commit()
    ran = project.praktika("run")
    assert (ran.code, ran.statuses) == (0, dict.fromkeys(names, "OK")), ran.err
    for name in names:
        log = ran.folder / ran.job(name)["ext"]["log"]
        assert log.read_text() == f"{name}\n"


def test_a_single_job_runs_with_what_it_requires_and_nothing_else(project):
    project.jobs("""
        jobs = [Job(name="First", runs_on=["x"], command="false"),
                Job(name="Build", runs_on=["x"], command="mkdir -p ci/tmp; touch ci/tmp/o",
                    provides=["o"], run_after=["First"]),
                Job(name="Test", runs_on=["x"], command="ls ci/tmp/o", requires=["o"])]
        artifacts = [Artifact(name="o", type="s3", path="ci/tmp/o")]
    """).commit()
    ran = project.praktika("run", "Test")
    assert (ran.code, ran.statuses) == (0, {"First": "SKIPPED", "Build": "OK", "Test": "OK"})
    assert ran.job("First")["ext"]["reason"] == "not asked for"


def test_fault_42_parallel_jobs_keep_their_data_apart(project):
    store = "python3 -c \"from praktika.info import Info; Info().store_kv_data('{0}', '{0}')\""
    check = (
        'python3 -c "from praktika.info import Info; '
        "assert Info().get_kv_data() == dict(a='a', b='b'), Info().get_kv_data()\""
    )
    project.jobs(f"""
        jobs = [Job(name="a", runs_on=["x"], command={store.format("a")!r}),
                Job(name="b", runs_on=["x"], command={store.format("b")!r}),
                Job(name="c", runs_on=["x"], command={check!r}, run_after=["a", "b"])]
    """).commit()
    ran = project.praktika("run", "-j", "2")
    assert ran.code == 0, ran.job("c")["info"]


def test_a_hundred_thousand_results_in_one_job(project):
    project.jobs('jobs = [Job(name="many", runs_on=["x"], command="python3 many.py")]')
    project.file(
        "many.py",
        "from praktika.result import Result\n"
        "rows = [Result(name=f'test {n}', status='FAIL' if n == 77_777 else 'OK', duration=0.001)"
        " for n in range(100_000)]\n"
        "Result.create_from(results=rows).complete_job()\n",
    ).commit()
    ran = project.praktika("run")
    (job,) = ran.result["results"]
    assert (ran.code, job["status"], len(job["results"])) == (1, "FAIL", 100_000)
    assert "test 77777" in ran.out + ran.err


@pytest.mark.parametrize("how", ["kill -9 $$", "kill -9 $PPID"])
def test_a_job_that_kills(project, how):
    project.jobs(f"""
        jobs = [Job(name="killer", runs_on=["x"], command={how!r}),
                Job(name="other", runs_on=["x"], command="sleep 0.5; echo fine")]
    """).commit()
    ran = project.praktika("run")
    assert ran.code == 1
    assert ran.statuses == {"killer": "ERROR", "other": "OK"}
    assert (ran.folder / "report.html").exists()


def test_what_a_job_left_running_is_ended_with_its_killed_runner(project):
    command = f"setsid sleep {SLEEP} & kill -9 $PPID; sleep {SLEEP}"
    project.jobs(f'jobs = [Job(name="killer", runs_on=["x"], command={command!r})]').commit()
    assert project.praktika("run").statuses == {"killer": "ERROR"}
    assert sleepers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_fault_25_a_signal_cancels_and_leaves_a_true_report(project, number):
    command = f"trap '' INT; setsid sleep {SLEEP} & sleep {SLEEP}"
    project.jobs(f"""
        jobs = [Job(name="done", runs_on=["x"], command="true"),
                Job(name="long", runs_on=["x"], command={command!r}, run_after=["done"]),
                Job(name="later", runs_on=["x"], command="true", run_after=["long"]),
                Job(name="cleanup", runs_on=["x"], command="echo cleaned", always_run=True,
                    run_after=["long"])]
    """).commit()
    process = project.start("run")
    wait_for(lambda: len(sleepers()) == 2)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert sleepers() == []
    folder = max((project.root / ".praktika/runs").iterdir())
    result = json.loads((folder / "result.json").read_text())
    statuses = {job["name"]: job["status"] for job in result["results"]}
    assert process.returncode == 1, err
    assert statuses == {"done": "OK", "long": "DROPPED", "later": "DROPPED", "cleanup": "OK"}
    assert result["status"] == "DROPPED"
    assert (folder / "report.html").exists()


def test_fault_24_a_killed_run_leaves_nothing_behind_that_runs(project):
    project.jobs(f'jobs = [Job(name="long", runs_on=["x"], command="sleep {SLEEP}")]').commit()
    process = project.start("run")
    wait_for(sleepers)
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not sleepers())
    ran = project.praktika("runs")
    assert ran.code == 0
    assert "interrupted" in ran.out.lower()
    # The next run cleans up after it.
    project.praktika("run", "--help")
    project.jobs('jobs = [Job(name="short", runs_on=["x"], command="true")]').commit()
    assert project.praktika("run").code == 0
    assert list((project.root.parent / "cache/praktika").iterdir()) == []


def test_fault_56_what_a_run_leaves_does_not_reach_the_next(project):
    project.jobs("""
        jobs = [Job(name="a", runs_on=["x"], command="test ! -e ci/tmp/left && touch ci/tmp/left")]
    """).commit()
    assert [project.praktika("run").code for _ in range(2)] == [0, 0]


def test_logs_can_be_read_while_the_job_runs(project):
    project.jobs("""
        jobs = [Job(name="slow", runs_on=["x"], command="echo first; while test ! -e $HOME/go; do sleep 0.05; done")]
    """).commit()
    project.env["HOME"] = str(project.root.parent)
    process = project.start("run")
    logs = lambda: list((project.root / ".praktika/runs").glob("*/jobs/*/1/job.log"))  # noqa: E731
    wait_for(lambda: logs() and logs()[0].read_text() == "first\n")
    (project.root.parent / "go").touch()
    process.communicate(timeout=30)
    assert process.returncode == 0


def mounted(place: Path, size: str) -> bool:
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    return (
        os.geteuid() == 0
        and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


def test_a_full_disk(tmp_path):
    place = tmp_path / "small"
    if not mounted(place, "24m"):
        pytest.skip("a small disk cannot be mounted here (needs root and mount)")
    try:
        from tests.integration.run.conftest import Project

        project = Project(place / "repo")
        project.jobs("""
            jobs = [Job(name="fills", runs_on=["x"], command="dd if=/dev/zero of=big bs=1M count=99"),
                    Job(name="prints", runs_on=["x"], command="sleep 0.5; head -c 99000000 /dev/zero"),
                    Job(name="small", runs_on=["x"], command="sleep 1; echo fine")]
        """).commit()
        ran = project.praktika("run", "-j", "3")
        assert ran.code == 1, ran.err
        assert ran.statuses["fills"] in {"FAIL", "ERROR"}
        assert ran.statuses["prints"] == "ERROR"
        assert "No space left" in ran.job("prints")["info"]
        assert (ran.folder / "report.html").exists()
        assert len(ran.out + ran.err) < 20_000
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_without_docker_the_author_may_say_to_do_without(project):
    project.env["PRAKTIKA_DOCKER"] = "/nothing/docker"
    project.jobs("""
        jobs = [Job(name="boxed", runs_on=["x"], command="echo here", run_in_docker="ubuntu:24.04")]
    """).commit()
    ran = project.praktika("run")
    assert ran.statuses == {"boxed": "ERROR"}
    assert "--no-docker" in ran.job("boxed")["info"]
    assert project.praktika("run", "--no-docker").statuses == {"boxed": "OK"}


def test_what_lies_in_the_checkout_is_never_imported_by_praktika(project):
    for name in ("json", "secrets", "queue", "click", "msgspec", "praktika"):
        project.file(f"{name}.py", "raise SystemExit('imported from the checkout')\n")
    project.jobs('jobs = [Job(name="a", runs_on=["x"], command="true")]').commit()
    # As the installed command does it; `python -m praktika` itself is Python's own choice.
    command = [str(Path(sys.executable).parent / "praktika"), "run"]
    ran = subprocess.run(
        command, cwd=project.root, env=project.env, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
