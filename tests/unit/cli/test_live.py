"""The view of a terminal, drawn on a screen in memory."""

import errno
import io
import re
import threading

import pytest
from rich.console import Console as Screen
from tests.unit.cli.sample import Story, Terminal, console, plan

from praktika.cli.view.live import LiveView
from praktika.model.events import CancelRequested, JobLost
from praktika.model.plan import job_key
from praktika.model.result import Status


def drawn(view: LiveView) -> list[str]:
    screen = Screen(file=io.StringIO(), width=view._screen.width, force_terminal=False)
    screen.print(view._picture())
    return screen.file.getvalue().splitlines()


def kept(view: LiveView) -> list[str]:
    return [line.plain for line in view._lines]


def watched(*names: str, width: int = 80, height: int = 24, encoding: str = "utf-8", out=None):
    it, _, _ = console(out or Terminal(is_terminal=True, encoding=encoding))
    clock = [1000.0]
    view = LiveView(it, lambda: clock[0], (width, height))
    declared = plan(*names, workflow="Pull request")
    view.begins("run-1", declared, 4)
    return view, Story(declared, view), clock


def test_the_picture_shows_what_runs_and_how_far_it_is():
    view, story, clock = watched("Build", "Tests", "Lint")
    story.start("Build")
    story.finish("Build")
    story.start("Tests")
    clock[0] = 1003.5
    bar, *rows = drawn(view)
    assert bar == "━" * 10 + "─" * 20 + " 1/3  3.5s"
    assert rows == ["  Tests  3.5s"]
    assert kept(view) == ["Pull request  run run-1: 3 jobs, 4 at a time"]


def test_only_what_went_wrong_stays_on_the_screen():
    view, story, _ = watched("a", "b", "c")
    for name, status in (("a", Status.OK), ("b", Status.FAIL), ("c", Status.ERROR)):
        story.start(name)
        story.finish(name, status, f"because of {name}")
    assert kept(view)[1:] == ["FAIL    b  0.0s  because of b", "ERROR   c  0.0s  because of c"]
    assert drawn(view)[0].endswith("3/3  1 FAIL  1 ERROR  0.0s")


def test_a_cancel_takes_one_line_and_not_one_for_each_job():
    view, story, _ = watched(*(f"job {number}" for number in range(100)))
    story.start("job 0")
    story.tell(CancelRequested(at=1000.0, by="Ctrl-C"))
    story.finish("job 0", Status.DROPPED, "cancelled by Ctrl-C")
    assert len(kept(view)) == 3
    assert kept(view)[1].startswith("cancelled by Ctrl-C: waiting for 1 job to end")
    assert kept(view)[2] == "DROPPED job 0  0.0s  cancelled by Ctrl-C"


def test_a_lost_runner_is_told():
    view, story, _ = watched("a")
    story.start("a")
    story.tell(JobLost(at=1001, job=job_key("a"), attempt=1, reason="runner-1 died"))
    assert kept(view)[1:] == ["a: attempt 1 was lost: runner-1 died; it is run again"]


@pytest.mark.parametrize("width", [1, 8, 20, 40, 200])
def test_nothing_is_wider_or_higher_than_the_terminal(width):
    names = ["日本語" * 30, "x" * 300, "🎉 'quotes'"] + [f"job {number}" for number in range(40)]
    view, story, _ = watched(*names, width=width, height=10)
    for name in names:
        story.start(name)
    screen = Screen(file=io.StringIO(), width=width, force_terminal=False)
    lines = screen.render_lines(view._picture(), pad=False)
    assert len(lines) <= 10
    assert all(sum(piece.cell_length for piece in line) <= width for line in lines)


def test_many_running_jobs_are_cut_with_their_number():
    view, story, _ = watched(*(f"job {number}" for number in range(50)), height=50)
    for number in range(50):
        story.start(f"job {number}")
    lines = drawn(view)
    assert lines[1] == "  job 0  0.0s"
    assert lines[-1] == "  and 38 more"


def test_an_encoding_without_lines_gets_a_bar_of_signs():
    view, story, _ = watched("a", "b", encoding="ascii")
    story.start("a")
    story.finish("a")
    assert drawn(view)[0] == "#" * 15 + "-" * 15 + " 1/2  0.0s"


def test_hostile_names_cannot_steer_the_terminal():
    view, story, _ = watched("\x1b[2Jboo\u202e")
    story.start("\x1b[2Jboo\u202e")
    assert drawn(view)[1] == "  \\x1b[2Jboo\\u202e  0.0s"


def test_events_draw_nothing_themselves():
    out = Terminal(is_terminal=True)
    _, story, _ = watched(*(f"job {number}" for number in range(500)), out=out)
    for number in range(500):
        story.start(f"job {number}")
        story.finish(f"job {number}", Status.FAIL)
    assert out.text == ""


def test_it_takes_back_what_moves_and_leaves_what_counts():
    out = Terminal(is_terminal=True)
    view, story, _ = watched("a", out=out)
    with view:
        story.start("a")
        story.finish("a", Status.FAIL, "broken")
    text = out.text
    assert "broken" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor is back
    assert not [thread for thread in threading.enumerate() if thread.name == "live view"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE, errno.ENOSPC])
def test_a_terminal_that_goes_away_ends_the_drawing_and_nothing_else(number):
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(number, "gone")

    view, story, _ = watched("a", out=Gone(is_terminal=True))
    with view:
        story.start("a")
        story.finish("a")
    assert view._tally.done == 1


def test_without_colours_it_still_moves():
    out = Terminal(is_terminal=True)
    it, _, _ = console(out, NO_COLOR="1")
    view = LiveView(it, lambda: 1000.0, (80, 24))
    with view:
        story = Story(plan("a"), view)
        story.start("a")
        story.finish("a", Status.FAIL)
    assert "FAIL" in out.text
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", out.text)
