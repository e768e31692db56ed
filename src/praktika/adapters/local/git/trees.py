"""Trees of a git repository, read by one process of git that stays."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import IO, Literal, Self, cast

from praktika.adapters.local.git.call import call, command, environment, no_git, text
from praktika.errors import Absent, OperatorError

_AT_ONCE = 100
"""Requests that are sent together; twice as many fit into any pipe, so that nobody waits."""

OPTIONS = ("--batch-command", "--batch")
"""How git may be asked; the first is newer (2.36), and need not write each answer on its own."""

_BUFFER = 1 << 18

_NO_OPTION = 129
"""How git ends that does not know an option."""


class LocalTrees:
    """A `Trees` of the repository around a folder. Close it, or use it in a `with`.

    Args:
        root: a folder of the repository.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root
        self._algorithm: Literal["sha1", "sha256"] | None = None
        self._git: _Git | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End git, if it runs."""
        git, self._git = self._git, None
        if git is not None:
            git.close()

    @property
    def algorithm(self) -> Literal["sha1", "sha256"]:
        """The kind of ids."""
        if self._algorithm is None:
            said = text(call(self.folder, "rev-parse", "--show-object-format").stdout)
            self._algorithm = "sha256" if said == "sha256" else "sha1"
        return self._algorithm

    def root(self, commit: str) -> bytes:
        """The id of a commit's tree; see the port."""
        ((name, _, _),) = self._answers([commit.encode() + b"^{tree}"])
        if name:
            self._algorithm = "sha256" if len(name) == 64 else "sha1"
            return bytes.fromhex(name.decode())
        raise Absent(
            f"commit {commit} is not in {self.folder}. In a shallow clone, `git fetch --unshallow` "
            "brings it."
        )

    def read(self, ids: Sequence[bytes]) -> Iterator[bytes]:
        """The bytes of trees; see the port."""
        answers = self._answers([each.hex().encode() for each in ids])
        for each, (_, kind, content) in zip(ids, answers, strict=True):
            if kind != b"tree":
                answers.close()
                raise Absent(
                    f"tree {each.hex()} is not in {self.folder}: the repository is damaged, or not "
                    "all of it was fetched. `git fsck` tells more."
                )
            yield content

    def _answers(self, requests: Sequence[bytes]) -> Generator[tuple[bytes, bytes, bytes]]:
        """Ids, kinds and bytes of objects; empty for those that are not there."""
        git = self._git = self._git or _started(self.folder)
        is_whole = False
        try:
            git.ask(requests[:_AT_ONCE])
            for at in range(0, len(requests), _AT_ONCE):
                git.ask(requests[at + _AT_ONCE : at + 2 * _AT_ONCE])
                yield from git.answers(len(requests[at : at + _AT_ONCE]))
            is_whole = True
        finally:
            if not is_whole:
                self.close()


class _Git:
    """`git cat-file`, with requests that it has to answer in order.

    Args:
        folder: where.
        option: one of `OPTIONS`.
    """

    def __init__(self, folder: Path, option: str) -> None:
        self._verb, self._end = (b"", b"") if option == "--batch" else (b"contents ", b"flush\n")
        options = [option] if option == "--batch" else [option, "--buffer"]
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with it
        try:
            self._process = subprocess.Popen(
                command(["cat-file", *options]),
                cwd=folder,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                bufsize=_BUFFER,
            )
        except FileNotFoundError:
            self._complaints.close()
            raise no_git() from None
        assert self._process.stdin is not None
        self._input = self._process.stdin
        self._rest = b""
        self._output = cast(BufferedReader, self._process.stdout)

    def ask(self, requests: Sequence[bytes]) -> None:
        """Send requests for objects by name; not more than fit into a pipe before an answer."""
        if requests:
            try:
                self._input.write(b"".join([b"%b%b\n" % (self._verb, each) for each in requests]))
                self._input.write(self._end)
                self._input.flush()
            except BrokenPipeError:
                return

    def answers(self, count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
        """The ids, kinds and bytes of the next objects; empty for those that are not there.

        Raises:
            OperatorError: git has ended, or says something else.
        """
        have, at = self._rest, 0
        for _ in range(count):
            while (line := have.find(b"\n", at)) < 0:
                have, at = have[at:] + self._more(), 0
            fields = have[at:line].split(b" ")
            at = line + 1
            if len(fields) == 3:
                end = at + int(fields[2])
                while len(have) <= end:
                    have, at, end = have[at:] + self._more(), 0, end - at
                yield fields[0], fields[1], have[at:end]
                at = end + 1
            elif fields[-1] in {b"missing", b"ambiguous"}:
                yield b"", b"", b""
            else:
                raise OperatorError(f"git cat-file failed: {b' '.join(fields).decode()}")
        self._rest = have[at:]

    def is_able(self) -> bool:
        """Whether it is there and knows its options; waits until it is."""
        self.ask([b"^{tree}"])
        try:
            return bool(list(self.answers(1)))
        except OperatorError:
            return self._process.wait() != _NO_OPTION

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._output.close()
        with suppress(BrokenPipeError):
            self._input.close()
        self._complaints.close()

    def _more(self) -> bytes:
        data = self._output.read1(_BUFFER)
        if not data:
            raise OperatorError(f"git cat-file failed: {self._complaint()}")
        return data

    def _complaint(self) -> str:
        self._process.wait()
        self._complaints.seek(0)
        return self._complaints.read().decode("utf-8", "replace").strip() or "it ended too early"


def _started(folder: Path) -> _Git:
    for option in OPTIONS[:-1]:
        git = _Git(folder, option)
        if git.is_able():
            return git
        git.close()
    return _Git(folder, OPTIONS[-1])
