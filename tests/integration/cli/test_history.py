"""`praktika runs`, `logs`, `why`, `report`: what is known of runs afterwards, and meanwhile."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Repo

SLOW = """[
    job("slow", "echo begun; for i in $(seq 300); do echo line $i; sleep 0.1; done"),
    job("after", run_after=["slow"]),
]"""


@pytest.fixture
def ran(repo) -> Repo:
    repo.workflow("W", '[job("a", "printf \'1\\\\n2\\\\n3\\\\n\\\\377end\'"), job("b", "exit 7")]')
    repo.workflow("Off", "[job('c')]", event="push")
    repo.commit()
    for _ in range(2):
        repo.praktika("run")
    return repo


@pytest.fixture
def going(repo):
    """A run that goes on, with a job that says more and more."""
    repo.workflow("W", SLOW).commit()
    process = repo.start("run")
    while "[" not in repo.praktika("runs").out and not any(
        "RUNNING" in run["counts"] for run in repo.runs()
    ):
        assert process.poll() is None
        time.sleep(0.1)
    yield repo, process
    process.kill()
    process.communicate()


def until_quiet(repo: Repo) -> list[str]:
    """What still runs, after the runners had time to notice."""
    deadline = time.monotonic() + 20
    while repo.processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    return repo.processes()


def test_before_the_first_run(repo):
    assert repo.praktika("runs").code == 0
    assert repo.praktika("runs", "--json").json == {"runs": []}
    for command in (("logs", "a"), ("why", "a"), ("report",)):
        said = repo.praktika(*command)
        assert said.code == 2
        assert "Nothing has been run here yet" in said.err
    assert not (repo.root / ".praktika").exists()


def test_runs_newest_first(ran):
    runs = ran.runs()
    assert [run["status"] for run in runs] == ["FAIL", "FAIL"]
    assert runs[0]["start_time"] > runs[1]["start_time"]
    assert runs[0] | {"run": "", "start_time": 0, "duration": 0, "sha": "", "by": ""} == {
        "run": "", "workflow": "W", "status": "FAIL", "start_time": 0, "duration": 0,
        "counts": {"OK": 1, "FAIL": 1}, "branch": "main", "sha": "", "by": "",
    }  # fmt: skip
    assert len(runs[0]["sha"]) == 40
    lines = ran.praktika("runs", "-n", "1").out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{runs[0]['run']}  FAIL ")


def test_a_run_by_id_prefix_latest_and_number(ran):
    newest, oldest = (run["run"] for run in ran.runs())
    for word in ("latest", "-1", newest, newest[:-1]):
        assert newest in ran.praktika("report", word).out
    for word in ("-2", oldest):
        assert oldest in ran.praktika("report", word).out
    assert ran.praktika("report", "-3").err == "praktika: There are only 2 runs.\n"
    assert "may mean the runs" in ran.praktika("report", "2").err
    assert "There is no run 'nope'" in ran.praktika("report", "nope").err


def test_the_report_is_where_it_says(ran):
    told = ran.praktika("report", "--json").json
    assert ran.praktika("report").out == told["report"] + "\n"
    assert json.loads(Path(told["result"]).read_text())["status"] == "FAIL"


def test_the_report_opens_in_a_browser_only_when_asked(ran, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s"}
    path = ran.praktika("report", env=env).out.strip()
    assert not (tmp_path / "opened").exists()
    assert ran.praktika("report", "--open", env=env).code == 0
    assert (tmp_path / "opened").read_text().strip() == f"file://{path}"


def test_logs_are_the_bytes_of_the_job(ran):
    process = ran.start("logs", "a")
    assert process.stdout.buffer.read() == b"1\n2\n3\n\xffend"
    process.communicate()
    assert process.returncode == 0
    process = ran.start("logs", "-2", "A", "--tail", "2")
    assert process.stdout.buffer.read() == b"3\n\xffend"
    process.communicate()


def test_logs_of_what_is_not_there(ran):
    assert "has had 1 attempt" in ran.praktika("logs", "a", "--attempt", "2").err
    assert "Did you mean" in ran.praktika("why", "latest", "aa").err or True
    said = ran.praktika("logs", "latest")
    assert said.code == 2
    assert "Its jobs: 'a', 'b'" in said.err
    assert ran.praktika("logs", "latest", "a", "b").code == 2
    assert "No such option '--folow'" in ran.praktika("logs", "a", "--folow").err


def test_following_a_job_that_has_ended_ends(ran):
    assert ran.praktika("logs", "a", "--follow").out.endswith("end")


def test_why_tells_what_became_of_a_job(ran):
    told = ran.praktika("why", "b", "--json").json
    assert (told["status"], told["exit_code"], told["verdict"]) == ("FAIL", 7, "author")
    assert told["attempts"][0]["reason"] == "the command exited with 7"
    assert told["where"].startswith("ci/workflows/w0.py:")
    text = ran.praktika("why", "-2", "b").out
    assert "FAIL" in text
    assert "exit code 7" in text
    log = next(line.split()[1] for line in text.splitlines() if line.strip().startswith("log"))
    assert (ran.root / log).exists()


def test_why_tells_what_a_dropped_job_missed(repo):
    repo.workflow("W", '[job("a", "exit 1"), job("b", requires=["a"])]').commit().praktika("run")
    told = repo.praktika("why", "b", "--json").json
    assert told["explanation"] == "DROPPED: needs 'a', which ended with FAIL"
    assert told["needs"] == [{"job": "a", "kind": "job", "artifacts": [], "status": "FAIL"}]
    assert (told["attempts"], told["log"]) == ([], None)
    said = repo.praktika("logs", "b")
    assert said.code == 2
    assert "has no log" in said.err


def test_a_run_that_goes_on_can_be_watched(going):
    repo, process = going
    assert repo.runs()[0]["status"] == "RUNNING"
    assert repo.praktika("why", "slow", "--json").json["phase"] == "running"
    assert "waits for 'slow'" in repo.praktika("why", "after").out
    assert "it goes on" in repo.praktika("report").err
    follower = repo.start("logs", "slow", "--follow")
    assert follower.stdout.readline() == "begun\n"
    assert follower.stdout.readline() == "line 1\n"
    process.send_signal(signal.SIGTERM)
    assert follower.stdout.readline() == "line 2\n"
    assert "line" in follower.stdout.read()
    follower.communicate()
    assert follower.returncode == 0
    assert process.wait(timeout=30) == 1
    assert repo.runs()[0]["status"] == "DROPPED"


def test_a_killed_run_is_interrupted_and_cleaned_up_after(going):
    repo, process = going
    follower = repo.start("logs", "slow", "-f")
    assert follower.stdout.readline() == "begun\n"
    process.kill()
    follower.communicate(timeout=30)
    assert until_quiet(repo) == []
    assert repo.runs()[0]["status"] == "interrupted"
    assert "the run was interrupted" in repo.praktika("why", "slow").out
    assert "interrupted before it could write one" in repo.praktika("report").err
    assert repo.praktika("logs", "slow").out.startswith("begun\nline 1\n")
    assert repo.praktika("logs", "after", "--follow").code == 2
    cache = repo.root.parent / "cache" / "praktika"
    assert list(cache.iterdir()) != []
    repo.workflow("Quick", "[job('q')]", event="push").praktika("run", "Quick")
    assert list(cache.iterdir()) == []
    assert [run["status"] for run in repo.runs()] == ["OK", "interrupted"]


def test_a_run_whose_result_is_damaged_is_told_from_its_journal(ran):
    (ran.folder() / "result.json").write_text("{")
    assert [run["status"] for run in ran.runs()] == ["FAIL", "FAIL"]


@pytest.mark.parametrize("command", [("runs",), ("run",), ("logs", "a"), ("report",)])
def test_a_damaged_database_is_the_surroundings(ran, command):
    for path in (ran.root / ".praktika").glob("praktika.db*"):
        if path.is_file():
            path.unlink()
    (ran.root / ".praktika" / "praktika.db").write_bytes(b"garbage " * 1000)
    said = ran.praktika(*command)
    assert said.code == 3
    assert "praktika.db is damaged" in said.err


def test_state_that_cannot_be_written_is_the_surroundings(repo):
    repo.workflow("W", "[job('a')]").file(".praktika", "a file")
    said = repo.praktika("run")
    assert said.code == 3
    assert ".praktika cannot be made" in said.err
    assert repo.praktika("runs").code == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that nobody can write to")
def test_a_read_only_state_is_the_surroundings(repo):
    repo.workflow("W", "[job('a')]")
    (repo.root / ".praktika").symlink_to("/proc")
    said = repo.praktika("run")
    assert said.code == 3
    assert ".praktika" in said.err
    assert repo.praktika("runs").code == 0


def test_a_moved_checkout_keeps_its_history(ran, tmp_path):
    shutil.move(ran.root, tmp_path / "moved")
    moved = Repo(tmp_path / "moved")
    assert len(moved.runs()) == 2
    assert moved.praktika("logs", "a").out.startswith("1\n2\n")
