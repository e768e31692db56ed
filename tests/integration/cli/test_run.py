"""`praktika run` through pipes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Repo


@pytest.fixture
def flows(repo) -> Repo:
    """Three workflows; a job named "same" in each, two of them started by a pull request."""
    repo.workflow("One", '[job("a"), job("same"), job("b", run_after=["a"])]')
    repo.workflow("Two", '[job("c", "exit 3")]', base_branches=["ma*"])
    repo.workflow(
        "Other", '[job("same"), job("d")]', event="schedule", cron_schedules=["0 1 * * *"]
    )
    repo.workflow("Dev", '[job("e")]', base_branches=["dev"])
    return repo.commit()


def statuses(repo: Repo) -> dict[str, dict[str, int]]:
    return {run["workflow"]: run["counts"] for run in repo.runs()}


def test_without_names_what_a_pull_request_starts_and_the_worst_exit_code(flows):
    said = flows.praktika("run")
    assert said.code == 1
    assert statuses(flows) == {"One": {"OK": 3}, "Two": {"FAIL": 1}}
    assert said.out.index("One  run ") < said.out.index("Two  run ")


def test_the_main_branch_comes_from_the_settings(flows):
    flows.file("ci/settings/settings.py", 'MAIN_BRANCH = "dev"\n')
    flows.praktika("run")
    assert set(statuses(flows)) == {"One", "Dev"}


def test_nothing_for_a_pull_request_says_what_there_is(repo):
    repo.workflow("Nightly", '[job("a")]', event="push")
    said = repo.praktika("run")
    assert said.code == 2
    assert "there are the workflows 'Nightly'" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Other"], {"Other": {"OK": 2}}),
        (["b"], {"One": {"OK": 1, "SKIPPED": 2}}),
        (["same"], {"One": {"OK": 1, "SKIPPED": 2}}),
        (["same", "--workflow", "other"], {"Other": {"OK": 1, "SKIPPED": 1}}),
        (["--workflow", "Dev"], {"Dev": {"OK": 1}}),
        (["a", "d"], {"One": {"OK": 1, "SKIPPED": 2}, "Other": {"OK": 1, "SKIPPED": 1}}),
    ],
)
def test_by_name(flows, arguments, expected):
    assert flows.praktika("run", *arguments).code == 0
    assert statuses(flows) == expected


def test_unknown_names(flows):
    said = flows.praktika("run", "smae")
    assert said.code == 2
    assert "Did you mean 'same'?" in said.err
    assert flows.runs() == []


def test_a_person_reads_a_line_a_job_and_in_the_end_where_the_report_is(flows):
    said = flows.praktika("run", "-j", "1", "One")
    lines = said.out.splitlines()
    assert re.fullmatch(r"One  run \S+: 3 jobs, 1 at a time", lines[0])
    assert sorted(re.sub(r"  [\d.]+s$", "", line)[6:] for line in lines[1:4]) == [
        "OK      a",
        "OK      b",
        "OK      same",
    ]
    assert [line[:6] for line in lines[1:4]] == ["[1/3] ", "[2/3] ", "[3/3] "]
    path, url = lines[-1].removeprefix("report: ").split()
    assert (flows.root / path).read_bytes().startswith(b"<!")
    assert url == (flows.root / path).as_uri()
    assert "\x1b" not in said.out + said.err


def test_what_is_unusual_about_the_checkout_is_noted(flows):
    flows.file("new.txt", "x").git("checkout", "-q", "--detach")
    said = flows.praktika("run", "a")
    assert "note: the head is detached at " in said.err
    assert "note: 1 changed files are included as they are" in said.err


def test_without_a_commit_and_without_git(repo, folder):
    for place, note in ((repo, "no commit yet"), (folder, "no git repository")):
        place.workflow("W", '[job("a")]')
        said = place.praktika("run")
        assert said.code == 0
        assert note in said.err


def test_events_for_programs(flows):
    said = flows.praktika("run", "--json")
    assert said.code == 1
    events = said.events
    assert [event["event"] for event in events if event["event"].startswith("run.")] == [
        "run.started", "run.concluded", "run.started", "run.concluded",
    ]  # fmt: skip
    *_, last = events
    assert last["status"] == "FAIL"
    assert last["counts"] == {"FAIL": 1}
    assert json.loads(Path(last["result"]).read_text())["status"] == "FAIL"
    assert Path(last["report"]).exists()
    finished = [event for event in events if event["event"] == "job.finished"]
    assert sorted(event["job"] for event in finished) == ["a", "b", "c", "same"]
    assert [event["reason"] for event in finished if event["job"] == "c"] == [
        "the command exited with 3"
    ]


def test_quiet_says_only_the_end(flows):
    lines = flows.praktika("run", "-q", "One").out.splitlines()
    assert [line.split()[0] for line in lines if line] == ["OK", "report:"]


def test_fault_29_a_red_run_is_never_neutral(flows):
    assert flows.praktika("run", "Two").code == 1
    assert flows.praktika("run", "Two", "--json").events[-1]["status"] == "FAIL"


def test_fault_56_jobs_run_side_by_side_and_need_no_tool_but_git(repo):
    # Each waits for the other: one after another they would never end.
    meet = (
        "touch {0}/{1}; for i in $(seq 200); do [ -e {0}/{2} ] && exit 0; sleep 0.05; done; exit 1"
    )
    place = repo.root.parent
    one, two = meet.format(place, "one", "two"), meet.format(place, "two", "one")
    repo.workflow("W", f"[job('one', {one!r}), job('two', {two!r})]")
    assert repo.praktika("run", "-j", "2").code == 0


@pytest.mark.parametrize(
    "name", ["🎉 'q' \"d\" \\ / ..", "x" * 300, "-1", "--json", "$(touch pwned)", "日本語 name"]
)
def test_strange_names_run_and_are_found_again(repo, name):
    repo.workflow("W", f"[job({name!r}, 'echo said')]")
    said = repo.praktika("run", "--", name)
    assert said.code == 0
    if not name.startswith("-"):
        assert repo.praktika("logs", name).out == "said\n"
        assert repo.praktika("why", name, "--json").json["job"] == name
    assert not (repo.root / "pwned").exists()


class TestOutput:
    """Closed, full, narrow and odd standard output."""

    def run(self, repo: Repo, shell: str, **env: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {shell}"],
            cwd=repo.root,
            env=repo.env | {"PRAKTIKA_PYTHON": sys.executable} | env,
            capture_output=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")

    P = '"$PRAKTIKA_PYTHON" -m praktika'

    @pytest.mark.parametrize("closing", [">&-", ">&- 2>&-", "0<&- >&- 2>&-"])
    def test_closed_from_the_beginning(self, flows, closing):
        assert self.run(flows, f"{self.P} run Two {closing}") == (1, "")
        assert statuses(flows) == {"Two": {"FAIL": 1}}
        assert flows.praktika("runs").code == 0  # nobody wrote into the database

    def test_a_reader_that_leaves_loses_text_and_not_the_outcome(self, flows):
        code, text = self.run(flows, f"{self.P} run | head -1")
        assert code == 1
        assert len(text.splitlines()) == 1
        assert statuses(flows) == {"One": {"OK": 3}, "Two": {"FAIL": 1}}

    @pytest.mark.parametrize(
        "command", ["check", "plan", "runs", "logs same", "why same", "report"]
    )
    def test_every_command_bears_it(self, flows, command):
        flows.praktika("run", "One")
        code, text = self.run(flows, f"{self.P} {command} | true")
        assert (code, text) == (0, "")

    def test_a_full_disk_is_told_and_does_not_hide_a_failure(self, flows):
        code, text = self.run(flows, f"{self.P} check > /dev/full")
        assert code == 3
        assert text == "praktika: standard output could not be written: No space left on device\n"
        assert self.run(flows, f"{self.P} run Two > /dev/full")[0] == 1

    def test_a_locale_without_the_signs_spells_them_out(self, repo):
        repo.workflow("W", "[job('Ünï 🎉')]")
        plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        code, text = self.run(repo, f"{self.P} run 'Ünï 🎉'", **plain)
        assert code == 0
        assert "OK      \\xdcn\\xef \\U0001f389" in text

    def test_colours_where_they_are_forced_and_not_where_they_are_refused(self, flows):
        assert "\x1b[32mOK\x1b[0m" in self.run(flows, f"{self.P} check", FORCE_COLOR="1")[1]
        assert "\x1b" not in self.run(flows, f"{self.P} check", FORCE_COLOR="1", NO_COLOR="1")[1]
