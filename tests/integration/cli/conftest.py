"""The command line as people use it: real repositories, `python -m praktika`, real terminals."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

PRAKTIKA = [sys.executable, "-m", "praktika"]


@dataclass
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


class Repo:
    """A repository with pipelines, and the command in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.terminals: list[Terminal] = []
        root.mkdir(parents=True, exist_ok=True)
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in {"NO_COLOR", "FORCE_COLOR", "CI", "PRAKTIKA_DEBUG", "PRAKTIKA"}
            and not name.startswith("PRAKTIKA_SERVER")
        }
        self.env = clean | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(root.parent / "cache"),
            "XDG_CONFIG_HOME": str(root.parent / "config"),
            "TMPDIR": str(root.parent),
            "TERM": "xterm",
        }

    def git(self, *arguments: str) -> Repo:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, env=self.env)
        return self

    def init(self) -> Repo:
        return self.git("init", "-q", "-b", "main")

    def file(self, name: str, text: str) -> Repo:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return self

    def workflow(self, name: str, jobs: str, **fields: object) -> Repo:
        """A workflow file whose `jobs` is the given Python text, `job(name, command, …)` each."""
        fields = {"event": "pull_request"} | fields
        more = "".join(f", {key}={value!r}" for key, value in fields.items())
        number = len(list(self.root.glob("ci/workflows/*.py")))
        return self.file(
            f"ci/workflows/w{number}.py",
            "from praktika import Artifact, Job, Workflow\n"
            "def job(name, command='true', **more):\n"
            "    return Job(name=name, runs_on=['here'], command=command, **more)\n"
            f"WORKFLOWS = [Workflow(name={name!r}, jobs={jobs.strip()}{more})]\n",
        )

    def commit(self) -> Repo:
        return self.git("add", "-A").git("commit", "-q", "--allow-empty", "-m", "one")

    def start(self, *arguments: str, cwd: str = ".", **options) -> subprocess.Popen[str]:
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | options
        return subprocess.Popen(
            [*PRAKTIKA, *arguments],
            cwd=self.root / cwd,
            env=self.env | options.pop("env", {}),
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **options,
        )

    def praktika(self, *arguments: str, answers: str | None = None, **options) -> Said:
        if answers is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*arguments, **options)
        out, err = process.communicate(input=answers, timeout=60)
        assert "Traceback" not in (out or "") + err
        return Said(process.returncode, out, err)

    def terminal(self, *arguments: str, columns: int = 80, **env: str) -> Terminal:
        terminal = Terminal([*PRAKTIKA, *arguments], self.root, self.env | env, columns)
        self.terminals.append(terminal)
        return terminal

    def runs(self) -> list[dict]:
        return self.praktika("runs", "--json").json["runs"]

    def folder(self) -> Path:
        """Of the newest run."""
        return self.root / ".praktika" / "runs" / self.runs()[0]["run"]

    def processes(self) -> list[str]:
        """Command lines of what this repository's runs have left."""
        found = []
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                if str(self.root.parent) in line + process.cwd():
                    found.append(line)
            except psutil.Error:
                continue
        return found


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str], columns: int) -> None:
        self.output = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:  # the child: nothing here may return
            try:
                os.chdir(cwd)
                os.execvpe(command[0], command, env)
            finally:
                os._exit(99)
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def until(self, text: str, seconds: float = 30.0) -> Terminal:
        """Read until the text was shown."""
        return self.until_true(lambda: text.encode() in self.output, text, seconds)

    def until_true(self, holds, what: str, seconds: float = 30.0) -> Terminal:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"no {what} in {self.output[-500:]!r}"
            assert self._read(), f"it ended without {what}: {self.output[-500:]!r}"
        return self

    def type(self, text: str) -> Terminal:
        os.write(self.master, text.encode())
        return self

    def press_ctrl_c(self) -> Terminal:
        os.write(self.master, b"\x03")
        return self

    def end(self, seconds: float = 60.0) -> int:
        """The exit code, after everything was read."""
        deadline = time.monotonic() + seconds
        while self._read():
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"it does not end: {self.output[-500:]!r}")
        os.close(self.master)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """End what a failed test has left."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.master)
        except OSError:
            return  # it has ended, as it should

    @property
    def text(self) -> str:
        return self.output.decode("utf-8", "replace")

    def _read(self) -> bool:
        ready, _, _ = select.select([self.master], [], [], 0.1)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)


@pytest.fixture
def repo(tmp_path) -> Iterator[Repo]:
    repo = Repo(tmp_path / "repo").init()
    yield repo
    for terminal in repo.terminals:
        terminal.kill()


@pytest.fixture
def folder(tmp_path) -> Repo:
    """Without git."""
    return Repo(tmp_path / "folder")
