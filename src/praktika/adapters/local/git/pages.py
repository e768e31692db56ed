"""Files of an artifact as a folder of a branch from which pages are served.

The commit is made beside whatever else is on the branch: other folders stay, byte for byte. Nothing
is ever forced. Where somebody else was quicker, it is made again on top of theirs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from praktika.adapters.disk import os_fault
from praktika.adapters.local.git.mirrors.command import authorization, git, git_dir
from praktika.adapters.local.git.mirrors.remote import Remote
from praktika.adapters.local.git.mirrors.remote import remote as remote_of
from praktika.adapters.local.git.mirrors.work_tree import is_branch
from praktika.errors import Conflict, OperatorError
from praktika.model.routes import PAGES
from praktika.patience import patiently

LIMIT = 1 << 30
"""Bytes of one publication; GitHub serves no larger site."""

_TRIES = 8
_NOBODY = "praktika <praktika@localhost>"
_NO_JEKYLL = b".nojekyll"
"""Without this file, GitHub leaves out what begins with an underscore."""

_PUSH = ("-c", "advice.pushUpdateRejected=false", "push", "--quiet")
"""Without advice, the reason of a refusal is among the last lines."""

_LOST_RACE = re.compile(
    r"fetch first|non-fast-forward|cannot lock ref|incorrect old value|failed to update ref"
    r"|reference already exists"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is to be on the branch.

    Attributes:
        files: folder of the files.
        target: folder on the branch, which will have these files and no others.
        message: of the commit.
        at: its time, in seconds since the epoch.
    """

    files: Path
    target: str
    message: str
    at: float


def publish(
    url: str,
    publication: Publication,
    *,
    login: str = "",
    branch: str = PAGES,
    confirm: Callable[[], None] = lambda: None,
) -> str:
    """The id of the commit that has the files, on the branch by now.

    If they are there already, nothing is committed. The branch begins with this commit if need be.

    Args:
        url: of the repository.
        publication: what is to be there.
        login: `USER:PASSWORD`, with which the repository may be written.
        branch: which one.
        confirm: called after the branch was read and before it is written; raises if that is not
            to be any more. What others write to the branch after it, is never overwritten.

    Raises:
        OperatorError: something in the folder cannot be published, or the remote refuses.
        Conflict: others were quicker, again and again.
        TransientError: the remote did not answer for too long.
    """
    if not is_branch(branch):
        raise OperatorError(f"'{branch[:80]}' is no name of a branch")
    target = folder_of(publication.target)
    files = sorted(_files(publication.files))
    if not files:
        raise OperatorError(f"there is nothing to publish in '{target}': no files")
    size = sum(path.stat().st_size for _, path in files)
    if size > LIMIT:
        raise OperatorError(f"{size:,} bytes are too many for pages in '{target}': {LIMIT:,}")
    source = remote_of(url)
    with _scratch() as place:
        pages = _Pages(place, source, login or source.login, branch)
        for _ in range(_TRIES):
            made = pages.commit(publication, target, files)
            if made == pages.tip:
                return made
            confirm()
            if pages.push(made):
                return made
    raise Conflict(f"branch '{branch}' of {source.url} moved {_TRIES} times while it was written")


def folder_of(target: str) -> str:
    """The folder that a text names on the branch, in its plainest form.

    Raises:
        OperatorError: it names none, or leads out.
    """
    parts = [part for part in target.split("/") if part not in {"", "."}]
    is_bad = target.startswith("/") or not parts or parts == [_NO_JEKYLL.decode()]
    if is_bad or any(part == ".." or not _may_be(part) for part in parts):
        raise OperatorError(f"'{target[:80]}' is no folder in which pages can be published")
    return "/".join(parts)


class _Pages:
    """A small repository of its own, with the tip of the branch."""

    def __init__(self, place: Path, source: Remote, login: str, branch: str) -> None:
        self._source = source
        self._branch = branch
        self._place = place
        self._here = git_dir(place)
        self._env, self._secrets = authorization(source, login)
        git("init", "-q", "--bare", "--template=", str(place))
        self.tip = ""

    def commit(self, publication: Publication, target: str, files: list[tuple[bytes, Path]]) -> str:
        """The commit with the files on top of the branch as it is now, made here."""
        self.tip = patiently(self._fetched)
        with TemporaryFile(dir=self._place) as script:  # there may be more than memory has room for
            script.writelines(self._script(publication, target, files))
            script.seek(0)
            said = git(self._here, "fast-import", "--quiet", "--force", given=script)
        made = said.decode().strip()
        return self.tip if self.tip and self._tree(made) == self._tree(self.tip) else made

    def push(self, made: str) -> bool:
        """Whether the branch is the commit now; no if somebody else was quicker.

        A push that is not forced is refused if the branch has what the commit was not made from.
        """
        line = (*_PUSH, self._source.url, f"{made}:refs/heads/{self._branch}")
        try:
            patiently(partial(self._remotely, *line))
        except OperatorError as error:
            if _LOST_RACE.search(str(error)):
                return False
            raise
        return True

    def _fetched(self) -> str:
        """The tip of the branch, which is here; "" if there is no branch."""
        name = f"refs/heads/{self._branch}"
        listed = self._remotely("ls-remote", "-q", self._source.url, name)
        if not any(line.endswith(b"\t" + name.encode()) for line in listed.splitlines()):
            return ""
        self._remotely("fetch", "--quiet", "--depth=1", "--no-tags", self._source.url, name)
        return git(self._here, "rev-parse", "FETCH_HEAD").decode().strip()

    def _remotely(self, *arguments: str) -> bytes:
        return git(self._here, *arguments, env=self._env, secrets=self._secrets)

    def _tree(self, commit: str) -> bytes:
        return git(self._here, "rev-parse", f"{commit}^{{tree}}")

    def _script(
        self, publication: Publication, target: str, files: list[tuple[bytes, Path]]
    ) -> Iterator[bytes]:
        """For fast-import, which reads no attributes, runs no filters and needs no work tree."""
        yield b"commit refs/heads/new\nmark :1\n"
        yield f"committer {_NOBODY} {int(publication.at)} +0000\n".encode()
        yield _data(publication.message.encode("utf-8", "replace"))
        if self.tip:
            yield f"from {self.tip}\n".encode()
            yield b"D " + _quoted(target.encode()) + b"\n"
        yield b"M 100644 inline " + _NO_JEKYLL + b"\n" + _data(b"")
        for name, path in files:
            yield b"M 100644 inline " + _quoted(target.encode() + b"/" + name) + b"\n"
            yield _data(path.read_bytes())
        yield b"\nget-mark :1\n"


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that is gone after the block, in which a disk that is full is an error of ours."""
    try:
        with TemporaryDirectory(prefix="praktika-pages-") as place:
            yield Path(place)
    except OSError as error:
        raise os_fault(error, "cannot prepare the pages") from error


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _quoted(path: bytes) -> bytes:
    for raw, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        path = path.replace(raw, escaped)
    return b'"' + path + b'"'


def _may_be(name: str) -> bool:
    """Whether a file or folder of a repository may have this name."""
    return name.lower().rstrip(". ") != ".git" and "\0" not in name


def _files(folder: Path) -> Iterator[tuple[bytes, Path]]:
    """Names relative to the folder, with where their content is.

    Raises:
        OperatorError: one is no file, leads out of the folder, or has a name that git refuses.
    """
    top = folder.resolve()
    for place, folders, names in os.walk(folder):
        here = Path(place)
        for name in [*names, *(each for each in folders if (here / each).is_symlink())]:
            path = here / name
            shown = path.relative_to(folder)
            if not all(map(_may_be, shown.parts)):
                raise OperatorError(f"'{shown}' cannot be published: git allows no such name")
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(top):
                raise OperatorError(f"'{shown}' cannot be published: it leads out of its folder")
            if real.is_symlink() or not real.is_file():
                raise OperatorError(f"'{shown}' cannot be published: it is no file")
            yield os.fsencode(shown), real
