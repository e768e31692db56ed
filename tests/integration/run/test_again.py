"""Runs that are cancelled, run again, interrupted and gone on with, as people do it."""

from __future__ import annotations

import json
import signal
import time

import psutil
import pytest
from tests.integration.run.conftest import Project
from tests.integration.run.test_runs import sleepers as sleepers_of
from tests.integration.run.test_runs import wait_for

from praktika.adapters.aws.setup import create_bucket

SLEEP = "977"  # seconds that no other process sleeps


def sleepers() -> list[psutil.Process]:
    return sleepers_of(SLEEP)


def told(path) -> list[str]:
    return path.read_text().split() if path.exists() else []


@pytest.fixture
def diary(project):
    """A file outside of the repository into which jobs write; its path is $DIARY."""
    path = project.root.parent / "diary"
    project.env["DIARY"] = str(path)
    return path


def test_a_failed_job_is_run_again_with_what_follows_from_it_and_nothing_else(project, diary):
    project.jobs("""
        note = 'echo "$JOB_NAME/$PRAKTIKA_ATTEMPT" >> $DIARY; '
        jobs = [Job(name="good", runs_on=["x"], command=note),
                Job(name="bad", runs_on=["x"], command=note + "test -e $DIARY.mended"),
                Job(name="after", runs_on=["x"], command=note, run_after=["bad", "good"]),
                Job(name="always", runs_on=["x"], command=note, run_after=["after"], always_run=True)]
    """).commit()
    assert project.praktika("run").statuses["after"] == "DROPPED"
    (project.root.parent / "diary.mended").touch()
    ran = project.praktika("rerun")
    assert ran.code == 0, ran.out + ran.err
    assert ran.statuses == dict.fromkeys(("good", "bad", "after", "always"), "OK")
    assert sorted(told(diary)) == [
        *("after/1", "always/1", "always/2", "bad/1", "bad/2", "good/1"),
    ]
    bad = ran.job("bad")
    assert bad["ext"]["attempt"] == 2
    assert [one["status"] for one in bad["ext"]["earlier_attempts"]] == ["FAIL"]
    assert len(list((project.root / ".praktika/runs").iterdir())) == 1


def test_a_run_is_run_again_with_the_code_it_was_begun_with(project, diary):
    project.file("word", "first").jobs("""
        jobs = [Job(name="a", runs_on=["x"], command="cat word >> $DIARY; echo >> $DIARY")]
    """)
    assert project.praktika("run").code == 0  # nothing was committed yet
    project.file("word", "second").commit()
    assert project.praktika("rerun", "--all").code == 0
    assert told(diary) == ["first", "first"]


def test_one_job_by_name_and_no_limit_on_reruns(project, diary):
    project.jobs("""
        jobs = [Job(name="one", runs_on=["x"], command="echo $PRAKTIKA_ATTEMPT >> $DIARY"),
                Job(name="two", runs_on=["x"], command="echo two >> $DIARY")]
    """).commit()
    assert project.praktika("run").code == 0
    for _ in range(4):
        assert project.praktika("rerun", "latest", "one").code == 0
    assert [line for line in told(diary) if line != "two"] == ["1", "2", "3", "4", "5"]
    assert told(diary).count("two") == 1


def test_what_cannot_be_run_again_is_said(project):
    project.jobs("""
        jobs = [Job(name="a", runs_on=["x"], command="true"),
                Job(name="b", runs_on=["x"], command="true")]
    """).commit()
    assert project.praktika("run", "a").code == 0
    nothing = project.praktika("rerun")
    assert (nothing.code, "Nothing failed" in nothing.err) == (2, True)
    skipped = project.praktika("rerun", "latest", "b")
    assert (skipped.code, "was not part of run" in skipped.err) == (2, True)
    unknown = project.praktika("rerun", "latest", "c")
    assert (unknown.code, "There is no job 'c'" in unknown.err) == (2, True)


def test_only_the_failed_tests_are_run_again(project, diary):
    project.file(
        "tests.py",
        "import os, sys\n"
        "from praktika.result import Result\n"
        "names = open(os.environ['PRAKTIKA_FAILED_TESTS']).read().split() if sys.argv[1:] else"
        " ['t1', 't2', 't3']\n"
        "open(os.environ['DIARY'], 'a').write(' '.join(names) + '\\n')\n"
        "mended = os.path.exists(os.environ['DIARY'] + '.mended')\n"
        "Result.create_from(results=[Result(name=n, status='OK' if n != 't2' or mended else 'FAIL')"
        " for n in names]).complete_job()\n",
    ).jobs("""
        jobs = [Job(name="tests", runs_on=["x"], command="python3 tests.py",
                    rerun_command="python3 tests.py again")]
    """).commit()
    assert project.praktika("run").code == 1
    (project.root.parent / "diary.mended").touch()
    ran = project.praktika("rerun", "--failed-tests")
    assert ran.code == 0, ran.out
    assert diary.read_text() == "t1 t2 t3\nt2\n"
    tests = {test["name"]: test for test in ran.job("tests")["results"]}
    assert {name: test["status"] for name, test in tests.items()} == dict.fromkeys(tests, "OK")
    assert len(tests) == 3
    assert tests["t2"]["ext"]["labels"] == [{"name": "retry_ok"}]


def test_author_retries(project, diary):
    project.jobs("""
        flaky = "echo x >> $DIARY; test $PRAKTIKA_ATTEMPT = 3"
        jobs = [Job(name="flaky", runs_on=["x"], command=flaky, retries=2),
                Job(name="strict", runs_on=["x"], command="echo y >> $DIARY; false")]
    """).commit()
    ran = project.praktika("run")
    assert ran.statuses == {"flaky": "OK", "strict": "FAIL"}
    assert sorted(told(diary)) == ["x", "x", "x", "y"]
    assert [one["verdict"] for one in ran.job("flaky")["ext"]["earlier_attempts"]] == ["author"] * 2


def test_a_run_is_cancelled_from_another_terminal(project):
    project.jobs(f"""
        jobs = [Job(name="long", runs_on=["x"], command="setsid sleep {SLEEP} & sleep {SLEEP}"),
                Job(name="cleanup", runs_on=["x"], command="true", always_run=True,
                    run_after=["long"])]
    """).commit()
    process = project.start("run")
    wait_for(lambda: len(sleepers()) == 2)
    asked = time.monotonic()
    assert "is being stopped" in project.praktika("cancel").out
    wait_for(lambda: not sleepers())
    assert time.monotonic() - asked < 5
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err
    ran = project.praktika("runs", "--json")
    (row,) = json.loads(ran.out)["runs"]
    assert (row["status"], row["counts"]) == ("DROPPED", {"DROPPED": 1, "OK": 1})
    assert project.praktika("cancel").code == 2  # it is over


def test_who_cancels_again_is_told_at_once(project):
    project.jobs(f"""
        jobs = [Job(name="long", runs_on=["x"], command="trap '' TERM; sleep {SLEEP}; sleep 5")]
    """).commit()
    process = project.start("run")
    wait_for(sleepers)
    for words in (("latest", "long"), ("latest", "long"), (), ()):
        asked = time.monotonic()
        told = project.praktika("cancel", *words)
        assert "is being stopped" in told.out, told.out + told.err
        assert time.monotonic() - asked < 4
    process.communicate(timeout=30)


def test_one_job_is_cancelled_and_the_others_go_on(project):
    project.jobs(f"""
        jobs = [Job(name="long", runs_on=["x"], command="sleep {SLEEP}"),
                Job(name="other", runs_on=["x"], command="true"),
                Job(name="after", runs_on=["x"], command="true", run_after=["long"])]
    """).commit()
    process = project.start("run", "-j", "2")
    wait_for(sleepers)
    assert project.praktika("cancel", "latest", "long").code == 0
    process.communicate(timeout=30)
    ran = project.praktika("why", "after", "--json")
    assert "which was dropped: cancelled by" in json.loads(ran.out)["explanation"]
    assert ran.statuses == {"long": "DROPPED", "other": "OK", "after": "DROPPED"}


def test_fault_24_a_killed_run_goes_on_where_it_stood(project, diary):
    project.jobs(f"""
        slow = "echo slow >> $DIARY; test $PRAKTIKA_ATTEMPT = 2 || sleep {SLEEP}"
        jobs = [Job(name="done", runs_on=["x"], command="echo done >> $DIARY"),
                Job(name="slow", runs_on=["x"], command=slow, run_after=["done"]),
                Job(name="last", runs_on=["x"], command="echo last >> $DIARY", run_after=["slow"])]
    """).commit()
    process = project.start("run")
    wait_for(sleepers)
    process.kill()
    process.communicate(timeout=30)
    ran = project.praktika("rerun")
    assert ran.code == 0, ran.out + ran.err
    assert told(diary) == ["done", "slow", "slow", "last"]
    assert sleepers() == []
    (lost,) = ran.job("slow")["ext"]["earlier_attempts"]
    assert (lost["verdict"], "is gone" in lost["reason"]) == ("infrastructure", True)


def test_a_lost_runner_is_noticed_while_it_is_paused(project):
    """With a lease that lapses, somebody else takes the job, and the paused one gives it up."""
    project.env["PRAKTIKA_LEASE"] = "2"
    project.jobs(f"""
        jobs = [Job(name="a", runs_on=["x"], command="test $PRAKTIKA_ATTEMPT = 2 || sleep {SLEEP}"),
                Job(name="b", runs_on=["x"], command="sleep 1")]
    """).commit()
    process = project.start("run", "-j", "2")
    wait_for(sleepers)
    runner = next(p for p in sleepers()[0].parents() if "praktika.cli.runner" in p.cmdline())
    runner.send_signal(signal.SIGSTOP)
    try:
        wait_for(lambda: "lost" in attempts(project, "a"), 30)
    finally:
        runner.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    ran = project.praktika("runs")
    assert ran.statuses == {"a": "OK", "b": "OK"}
    assert sleepers() == []


def attempts(project, job: str) -> list[str]:
    """What became of each attempt of a job of the latest run."""
    why = project.praktika("why", job, "--json")
    return [one["status"] for one in json.loads(why.out)["attempts"]] if why.code == 0 else []


def test_watching_ends_with_the_runs(project):
    project.jobs('jobs = [Job(name="a", runs_on=["x"], command="sleep 1")]').commit()
    process = project.start("run")
    wait_for(lambda: "RUNNING" in project.praktika("runs").out)
    watched = project.praktika("runs", "--watch", "--json")
    process.communicate(timeout=30)
    seen = [json.loads(line)["status"] for line in watched.out.splitlines()]
    assert (seen[0], seen[-1]) == ("RUNNING", "OK")


def test_of_many_who_go_on_with_a_run_at_once_one_does(project, diary):
    project.jobs(f"""
        slow = "echo slow >> $DIARY; test $PRAKTIKA_ATTEMPT = 2 && sleep 3 || sleep {SLEEP}"
        jobs = [Job(name="slow", runs_on=["x"], command=slow)]
    """).commit()
    process = project.start("run")
    wait_for(sleepers)
    process.kill()
    process.communicate(timeout=30)
    others = [project.start("rerun") for _ in range(4)]
    ended = [(other.communicate(timeout=60), other.returncode) for other in others]
    assert sorted(code for _, code in ended) == [0, 2, 2, 2], ended
    assert sum("so far, and it goes on" in err for (_, err), _ in ended) == 3, ended
    assert told(diary) == ["slow", "slow"]
    assert attempts(project, "slow") == ["lost", "OK"]


def test_what_is_asked_of_a_run_that_is_just_ending_is_not_lost(project, diary):
    project.jobs("""
        jobs = [Job(name="a", runs_on=["x"], command="echo $PRAKTIKA_ATTEMPT >> $DIARY")]
    """).commit()
    assert project.praktika("run").code == 0
    others = [project.start("rerun", "latest", "a") for _ in range(6)]
    ended = [(other.communicate(timeout=60), other.returncode) for other in others]
    refused = sum("it has not ended yet" in err for (_, err), _ in ended)
    assert sorted(code for _, code in ended) == [*([0] * (6 - refused)), *([2] * refused)], ended
    assert told(diary) == [str(1 + number) for number in range(7 - refused)]


def test_a_run_that_goes_on_elsewhere_is_left_alone(aws_server, tmp_path):
    here, there = Project(tmp_path / "here" / "repo"), Project(tmp_path / "there" / "repo")
    create_bucket(aws_server.clients(), aws_server.bucket)
    for project in (here, there):
        project.env |= {
            **aws_server.environment(),
            "PRAKTIKA_BACKEND": "aws",
            "PRAKTIKA_PROJECT_SLUG": "two",
            "PRAKTIKA_S3_ARTIFACT_BUCKET": aws_server.bucket,
        }
        project.jobs('jobs = [Job(name="a", runs_on=["x"], command="sleep 12")]').commit()
    process = here.start("run")
    deadline = time.monotonic() + 20
    while "RUNNING" not in there.praktika("runs").out:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    refused = there.praktika("rerun")
    assert (refused.code, "was begun by `praktika run` in" in refused.err) == (2, True)
    assert there.praktika("cancel").code == 0
    process.communicate(timeout=30)
    assert "DROPPED" in there.praktika("runs").out
