"""`praktika run` in a terminal: the live view, Ctrl-C, and a terminal that goes away."""

import json
import os
import re
import signal
import time

import pytest
from tests.integration.cli.conftest import Repo, Terminal

STUBBORN = """[
    job("stubborn", "trap '' INT HUP; (setsid sleep 97 &); echo begun; sleep 98"),
    job("always", "sleep 96", run_after=["stubborn"], always_run=True),
    job("after", run_after=["stubborn"]),
]"""


@pytest.fixture
def stubborn(repo) -> Repo:
    return repo.workflow("W", STUBBORN).commit()


def begun(terminal: Terminal, repo: Repo) -> Terminal:
    """Until the job runs."""
    return terminal.until_true(
        lambda: any(
            path.stat().st_size for path in repo.root.glob(".praktika/runs/*/jobs/*/*/job.log")
        ),
        "output of the job",
    )


def status(repo: Repo) -> dict[str, str]:
    result = json.loads((repo.folder() / "result.json").read_text())
    return {job["name"]: job["status"] for job in result["results"]}


def screen(text: str) -> str:
    """The text without what moves the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_live_view_shows_what_runs_and_leaves_the_summary(repo):
    repo.workflow("W", '[job("quick"), job("broken", "exit 1"), job("slow", "sleep 1")]').commit()
    terminal = repo.terminal("run", "-j", "2")
    assert terminal.end() == 1
    assert "\x1b[?25l" in terminal.text
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex(
        "\x1b[?25l"
    )  # the cursor is back
    shown = screen(terminal.text)
    assert re.search(r"━+─+ [12]/3", shown)
    assert re.search(r"  slow  0\.\d+s", shown)
    assert "FAIL    broken" in shown
    assert "OK      quick" not in shown
    assert shown.rstrip().splitlines()[-1].startswith("report: .praktika/runs/")


def test_a_narrow_terminal(repo):
    repo.workflow(
        "W", f"[job({'x' * 300!r}, 'sleep 0.5'), job('日本語' * 20, 'sleep 0.5')]"
    ).commit()
    terminal = repo.terminal("run", columns=20)
    assert terminal.end() == 0
    moving = terminal.text[: terminal.text.rindex("\x1b[?25h")]
    rows = [line for line in screen(moving).splitlines() if line.startswith("  ")]
    assert rows
    assert max(map(len, rows)) <= 20


@pytest.mark.parametrize("env", [{"CI": "true"}, {"TERM": "dumb"}])
def test_plain_lines_where_a_live_view_would_disturb(repo, env):
    repo.workflow("W", "[job('a')]").commit()
    terminal = repo.terminal("run", **env)
    assert terminal.end() == 0
    assert "\x1b[?25l" not in terminal.text
    assert "[1/1] " in terminal.text


def test_no_colours_but_still_alive(repo):
    repo.workflow("W", "[job('a', 'sleep 0.3')]").commit()
    terminal = repo.terminal("run", NO_COLOR="1")
    assert terminal.end() == 0
    assert "\x1b[?25l" in terminal.text
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.text)


def test_ctrl_c_cancels_ends_every_process_and_leaves_a_true_report(repo):
    jobs = STUBBORN.replace("sleep 96", "echo cleaned up")
    repo.workflow("W", jobs).commit()
    terminal = begun(repo.terminal("run"), repo)
    began = time.monotonic()
    assert terminal.press_ctrl_c().end() == 1
    assert time.monotonic() - began < 30
    assert "cancelled by Ctrl-C" in terminal.text
    assert repo.processes() == []
    assert status(repo) == {"stubborn": "DROPPED", "always": "OK", "after": "DROPPED"}
    assert b"cancelled by Ctrl-C" in (repo.folder() / "report.html").read_bytes()
    assert list((repo.root.parent / "cache" / "praktika").iterdir()) == []
    assert "interrupted" not in repo.praktika("runs").out


def test_ctrl_c_twice_stops_what_runs_always_too(stubborn):
    terminal = begun(stubborn.terminal("run"), stubborn).press_ctrl_c()
    terminal.until("once more stops").press_ctrl_c()
    assert terminal.end() == 1
    assert status(stubborn) == dict.fromkeys(("stubborn", "always", "after"), "DROPPED")
    assert stubborn.processes() == []


def test_ctrl_c_three_times_leaves_at_once(stubborn):
    path = stubborn.root / "ci/workflows/w0.py"
    path.write_text(path.read_text().replace("INT HUP", "INT HUP TERM"))
    terminal = begun(stubborn.terminal("run"), stubborn)
    began = time.monotonic()
    terminal.press_ctrl_c().until("once more stops")
    terminal.press_ctrl_c().until("once more leaves")
    assert terminal.press_ctrl_c().end() == 1
    assert time.monotonic() - began < 8
    assert "left at once" in terminal.text
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")
    assert stubborn.processes() == []
    assert stubborn.runs()[0]["status"] == "interrupted"


@pytest.mark.parametrize("seconds", [0, 0.1, 0.2, 0.4])
def test_ctrl_c_at_any_early_moment_is_quiet_and_complete(stubborn, seconds):
    mark = stubborn.root.parent / "compiling"
    path = stubborn.root / "ci/workflows/w0.py"
    path.write_text(f"open({str(mark)!r}, 'w').close()\n" + path.read_text())
    terminal = stubborn.terminal("run").until_true(mark.exists, "compilation")
    time.sleep(seconds)
    terminal.press_ctrl_c()
    time.sleep(0.3)
    if _alive(terminal):
        terminal.press_ctrl_c()
    assert terminal.end() in {1, 130}
    assert "Traceback" not in terminal.text
    assert stubborn.processes() == []


def _alive(terminal: Terminal) -> bool:
    return os.waitid(os.P_PID, terminal.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_end_while_the_declaration_compiles_leaves_nothing(repo, number):
    repo.file("ci/workflows/w.py", "import time\ntime.sleep(95)\nWORKFLOWS = []\n").commit()
    mark = repo.root.parent / "compiling"
    path = repo.root / "ci/workflows/w.py"
    path.write_text(f"open({str(mark)!r}, 'w').close()\n" + path.read_text())
    for command in ("run", "check", "plan"):
        mark.unlink(missing_ok=True)
        terminal = repo.terminal(command).until_true(mark.exists, "compilation")
        os.kill(terminal.pid, number)
        assert terminal.end() == 130
        assert "praktika: interrupted" in terminal.text
        assert repo.processes() == []


def test_a_closed_terminal_cancels(repo):
    repo.workflow("W", STUBBORN.replace("sleep 96", "true")).commit()
    terminal = begun(repo.terminal("run"), repo)
    os.close(terminal.master)
    _, code = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(code) == 1
    assert repo.processes() == []
    assert status(repo)["stubborn"] == "DROPPED"
    assert b"a closed terminal" in (repo.folder() / "report.html").read_bytes()


def test_a_cancel_leaves_out_the_workflows_that_follow(stubborn):
    stubborn.workflow("Next", "[job('never')]").commit()
    terminal = begun(stubborn.terminal("run"), stubborn)
    terminal.press_ctrl_c().until("once more stops").press_ctrl_c()
    assert terminal.end() == 1
    assert [run["workflow"] for run in stubborn.runs()] == ["W"]


def test_a_job_can_be_interrupted_by_itself_as_anywhere_else(repo):
    show = "import signal; print([signal.getsignal(n) for n in (2, 1, 15)])"
    repo.workflow("W", f"[job('a', {f'python3 -c {show!r}'!r})]").commit()
    repo.terminal("run").end()
    log = repo.praktika("logs", "a").out
    assert "SIG_IGN" not in log
    assert "1" not in re.sub(r"<.*?>", "", log)


def test_init_asks_in_a_terminal(repo):
    terminal = repo.terminal("init").until("Name of the workflow [Pull request]: ")
    os.write(terminal.master, b"Checks\n")
    terminal.until("Command that runs the tests")
    os.write(terminal.master, b"\n")
    assert terminal.end() == 0
    assert repo.praktika("plan", "--json").json["workflows"][0]["name"] == "Checks"
