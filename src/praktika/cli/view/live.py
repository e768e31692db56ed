"""The view for a person at a terminal: what runs, and how far it is.

Events only change counts. A thread of its own draws, at most ten times a second, so that quick
jobs cost nothing; what failed is written above the moving part and stays.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self, cast

from rich.cells import cell_len, set_cell_size
from rich.console import Console as Screen
from rich.console import Group
from rich.live import Live
from rich.text import Text

from praktika.cli.console import Console, Ink, one_line, visible
from praktika.cli.view.tally import Settled, Tally
from praktika.cli.view.view import Silent, cancel_line, going_on, headline, retry_line, settled_line
from praktika.cli.view.words import seconds
from praktika.engine.run import Run
from praktika.model.events import AnyEvent, CancelRequested, JobFinished, JobLost
from praktika.model.plan import Plan
from praktika.model.result import Status

_PERIOD = 0.1
_MAX_ROWS = 12
_MAX_BAR = 30


class _Canvas(io.TextIOBase):
    """What rich takes for a terminal: the console, which knows what to do when that is gone."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def encoding(self) -> str:  # type: ignore[override] # a plain attribute there
        return getattr(self._console.out, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        self._console.draw(text)
        return len(text)

    def flush(self) -> None:
        """Nothing: the console has done it."""


class LiveView(Silent):
    """Draws over its own last lines, and leaves none of them.

    Args:
        console: is drawn on, and says whether there are colours.
        now: seconds since the epoch.
        size: columns and rows, for tests; None to ask the terminal each time.
    """

    def __init__(
        self,
        console: Console,
        now: Callable[[], float],
        size: tuple[int | None, int | None] = (None, None),
    ) -> None:
        self._now = now
        self._screen = Screen(
            file=cast("IO[str]", _Canvas(console)),
            width=size[0],
            height=size[1],
            force_terminal=True,
            no_color=not console.has_colour,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._live = Live(
            console=self._screen,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self._lock = threading.Lock()
        self._tally = Tally()
        self._names: dict[str, str] = {}
        self._lines: list[Text] = []
        self._began = now()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, name="live view", daemon=True)

    def begins(self, run_id: str, plan: Plan, workers: int) -> None:
        """Write the headline and start drawing."""
        with self._lock:
            self._names = {job.key: visible(one_line(job.name)) for job in plan.jobs}
            self._tally.total = sum(job.decision == "run" for job in plan.jobs)
            self._lines.append(_text(headline(run_id, plan, workers)))

    def goes_on(self, run_id: str, run: Run, jobs: int, workers: int) -> None:
        """Write the headline of a run that goes on, and start drawing."""
        with self._lock:
            self._names = {key: visible(one_line(job.name)) for key, job in run.graph.jobs.items()}
            self._tally.total = jobs
            self._lines.append(_text(going_on(run_id, run, jobs, workers)))

    def saw(self, run: Run, event: AnyEvent) -> None:
        """Count; keep a line for what went wrong."""
        with self._lock:
            for settled in self._tally.take(run, event):
                if not settled.state.status.is_ok and not _is_told_by_cancel(run, settled):
                    self._lines.append(_text(settled_line(settled)))
            match event:
                case CancelRequested():
                    self._lines.append(Text(visible(cancel_line(run, event)), "yellow"))
                case JobLost() | JobFinished():
                    told = retry_line(run, event, self._names.get(event.job, event.job))
                    if told:
                        self._lines.append(Text(visible(told), "yellow"))
                case _:
                    pass

    def __enter__(self) -> Self:
        self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._write_lines()
        self._live.stop()

    def _draw_on(self) -> None:
        while not self._over.is_set():
            self._write_lines()
            self._live.update(self._picture(), refresh=True)
            self._over.wait(_PERIOD)

    def _write_lines(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        if lines:
            self._screen.print(Text("\n").join(lines), soft_wrap=True)

    def _picture(self) -> Group:
        with self._lock:
            running = list(self._tally.running.items())
            counts, done, total = self._tally.counts.copy(), self._tally.done, self._tally.total
        width, height = self._screen.size
        rows = max(0, min(_MAX_ROWS, height - 4))
        now = self._now()
        lines = [self._bar(counts, done, total, width)]
        lines += [_row(self._names[key], now - began, width) for key, began in running[:rows]]
        if len(running) > rows:
            lines.append(Text(f"  and {len(running) - rows} more", "dim"))
        for line in lines:
            line.truncate(max(width - 1, 1), overflow="ellipsis")
            line.no_wrap = True
        return Group(*lines)

    def _bar(self, counts: dict[Status, int], done: int, total: int, width: int) -> Text:
        length = max(0, min(_MAX_BAR, width - 40))
        filled = length * done // total if total else 0
        full, empty = ("#", "-") if self._screen.options.ascii_only else ("━", "─")
        line = Text(full * filled, "green").append(empty * (length - filled), "dim")
        line.append(" " if length else "").append(f"{done}/{total}", "bold")
        bad = {word: n for word, n in counts.items() if not word.is_ok}
        for word in Status:
            if word in bad:
                line.append(f"  {bad[word]} {word}", _COLOURS.get(word, "yellow"))
        return line.append(f"  {seconds(self._now() - self._began)}", "dim")


_COLOURS = {Status.FAIL: "bold red", Status.XPASS: "bold red", Status.ERROR: "bold magenta"}


def _row(name: str, elapsed: float, width: int) -> Text:
    time_taken = seconds(elapsed)
    room = max(4, width - 5 - len(time_taken))
    if cell_len(name) > room:
        name = set_cell_size(name, room - 3) + "..."
    return Text(f"  {name}").append(f"  {time_taken}", "dim")


def _is_told_by_cancel(run: Run, settled: Settled) -> bool:
    """Whether the job never ran because of a cancel, which has a line already."""
    return bool(run.cancelled_by) and settled.seconds is None


def _text(parts: tuple[str | Ink, ...]) -> Text:
    line = Text()
    for part in parts:
        if isinstance(part, Ink):
            line.append(visible(part.text), part.style)
        else:
            line.append(visible(part))
    return line
