"""The sandbox on one machine: a child process with its own session, limits and few variables.

It keeps mistakes in: an endless loop, a crash, a gigabyte of output, a process left behind. It is
no prison where the child is the same user and sees the same files. Where root gives it a user of
its own, as on machines of a cloud, it has no network and no rights either (fault 4).
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO

import praktika
from praktika import process_tree
from praktika.errors import OperatorError
from praktika.model.facts import Facts
from praktika.model.plan import Compilation
from praktika.model.problem import Problem
from praktika.model.wire import WireError, decode, encode
from praktika.pipeline import codes

_ALLOWED = frozenset(
    ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "VIRTUAL_ENV")
)
_REFUSED = frozenset(("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT"))
_MARK = "PRAKTIKA_SANDBOX"
_NO_CHANNEL, _TOO_LARGE = 71, 72  # the exit codes of praktika.pipeline.child
_ANSWER_LIMIT = 64 * 1024 * 1024
_TAIL = 2000


class LocalSandbox:
    """Compiles declarations in child processes of this one.

    Args:
        timeout: seconds that a declaration may take.
        memory: bytes of address space that it may use.
        user: who it is; "" is who this process is. It takes root, `unshare` and `setpriv`.
    """

    def __init__(self, timeout: float = 60.0, memory: int = 4 * 1024**3, *, user: str = "") -> None:
        self._timeout = timeout
        self._memory = memory
        self._user = user

    def compile(self, root: Path, facts: Facts | None = None) -> Compilation:
        """See `ports.sandbox.Sandbox`."""
        root = root.resolve()
        if not root.is_dir():
            raise OperatorError(f"There is no folder {root}.")
        if facts is None:
            return self._compile(root, ())
        with TemporaryDirectory(prefix="praktika-facts-") as folder:
            Path(folder, "environment.json").write_bytes(encode(facts.environment))
            if self._user:
                Path(folder).chmod(0o755)
            return self._compile(root, (folder,))

    def _compile(self, root: Path, more: Sequence[str]) -> Compilation:
        with _file() as channel, _file() as output:
            code = self._run(root, channel, output, more)
            channel.seek(0)
            data = channel.read()
            if code == 0 and data.startswith(b"{"):
                return _decoded(data)
            return self._vanished(root, data, code, _tail(output))

    def _run(
        self, root: Path, channel: BinaryIO, output: BinaryIO, more: Sequence[str]
    ) -> int | None:
        """Run the child to its end, and all that it started; its exit code, None if out of time."""
        mark = uuid.uuid4().hex
        command = [*self._confined(root), sys.executable]
        command += ["-P", "-m", "praktika.pipeline.child", str(root)]
        command += [str(channel.fileno()), str(self._memory), *more]
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(channel.fileno(),),
                env={**_environment(), **({"HOME": "/"} if self._user else {}), _MARK: mark},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise OperatorError(f"Cannot start {command[0]}: {error}.") from error
        late = threading.Event()
        timer = threading.Timer(self._timeout, _stop, (child, late))
        timer.start()
        try:
            _await(child)
        finally:
            timer.cancel()
            timer.join()
            _end_all(child.pid, mark)
            code = child.wait()
        return None if late.is_set() else code

    def _confined(self, root: Path) -> list[str]:
        """What the command begins with that takes the child's network and rights away.

        Nor does it see other processes: those of other declarations have the same user. What it
        leaves behind ends with it.
        """
        if not self._user:
            return []
        try:
            known = pwd.getpwnam(self._user)
        except KeyError:
            raise OperatorError(f"There is no user {self._user} for the sandbox.") from None
        for folder in (root, *root.parents):  # praktika's own folders, which are private
            if folder.name.startswith("praktika-") and folder.stat().st_uid == os.geteuid():
                folder.chmod(folder.stat().st_mode | 0o011)
        who = [f"--reuid={known.pw_uid}", f"--regid={known.pw_gid}", "--clear-groups"]
        rights = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        alone = ["--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]
        return ["unshare", *alone, "setpriv", *who, *rights, "--"]

    def _vanished(self, root: Path, data: bytes, code: int | None, tail: str) -> Compilation:
        """What to say of a child that has not answered."""
        if not data:
            raise OperatorError(f"The sandbox did not start. {tail}".strip())
        path = Path(os.fsdecode(data)) if data.startswith(b"/") else root
        file = str(path.relative_to(root)) if path.is_relative_to(root) else "ci"
        file = "ci" if path == root else file
        kind, text = codes.LOAD_ENDED, ""
        if code is None:
            kind = codes.LOAD_TIMEOUT
            text = f"Loading it took longer than {self._timeout:g} seconds."
        elif code == _TOO_LARGE:
            kind = codes.LOAD_OUTPUT
            text = f"The declaration comes to more than {_ANSWER_LIMIT >> 20} MiB."
        elif code == _NO_CHANNEL:
            text = "Loading it closed a file descriptor of praktika's."
        elif code < 0:
            text = f"Loading it ended Python by {_signal_name(-code)}."
        else:
            text = f"Loading it ended Python with exit code {code}."
        return _failed(file, kind, text, f"It printed last: {tail}" if tail else "")


def _decoded(data: bytes) -> Compilation:
    try:
        return decode(data, Compilation, limit=_ANSWER_LIMIT)
    except WireError as error:
        text = f"The declaration gave no readable plan: {error}."
        return _failed("ci", codes.LOAD_OUTPUT, text)


def _failed(file: str, code: str, text: str, hint: str = "") -> Compilation:
    problem = Problem(file=file, line=0, code=code, text=text, hint=hint)
    return Compilation(plans=(), problems=(problem,))


def _file() -> BinaryIO:
    """An unnamed file, in memory where that is possible."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("praktika"), "w+b")
    return TemporaryFile()


def _environment() -> dict[str, str]:
    """The few variables that a declaration may see; no secret is among them."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name in _ALLOWED
        or name.startswith("LC_")
        or (name.startswith("PYTHON") and name not in _REFUSED)
    }
    home = Path(praktika.__file__).parent.parent
    given = env.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(Path(path).absolute()) for path in given if path]
    if home.name not in ("site-packages", "dist-packages") and str(home) not in paths:
        paths.insert(0, str(home))
    env["PYTHONPATH"] = os.pathsep.join(paths)
    env.setdefault("PYTHONHASHSEED", "0")  # one declaration, one plan, also where it uses sets
    return env


def _await(child: subprocess.Popen[bytes]) -> None:
    """Wait for the end of the child, and leave its number taken where the system allows that."""
    if sys.platform == "darwin":
        child.wait()
    else:
        with suppress(ChildProcessError):  # somebody else in this process has reaped it
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill_group(child.pid)


def _end_all(leader: int, mark: str) -> None:
    """End what the child has left behind: its process group, and whoever carries its mark."""
    _kill_group(leader)
    process_tree.kill_marked(f"{_MARK}={mark}")


def _kill_group(leader: int) -> None:
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)


def _tail(output: BinaryIO) -> str:
    """The last lines that the child printed, in one line."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _TAIL))
    lines = output.read(_TAIL).decode("utf-8", "replace").split("\n")
    kept = [line.strip() for line in lines if line.strip()][-5:]
    return " | ".join("".join(c for c in line if c.isprintable())[:200] for line in kept)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
