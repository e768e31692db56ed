"""A bare repository that has some commits of a remote, for all runners of this machine.

    <slug>-<digest>.git/refs/commits/<sha>   a commit that is all there; last used at its mtime
    <slug>-<digest>.git/uses/<token>         a commit in use; locked for as long as it is
    <slug>-<digest>.fetching                 locked while git changes the mirror
    <slug>-<digest>.tidying                  locked, by many, while a use begins; by one, while
                                             commits are forgotten

The system lets go of locks however a process ends. That of fetching is passed on to git, so that
it holds until the git of a killed runner has ended, too; what that git left half done is then
swept away by whoever fetches next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from praktika.adapters.disk import os_fault
from praktika.adapters.local.git.mirrors.command import Damaged, authorization, git, git_dir
from praktika.adapters.local.git.mirrors.remote import Remote
from praktika.errors import Absent, OperatorError, PraktikaError
from praktika.patience import patiently

KEPT = 20
"""Commits that are kept although nobody uses them."""

PACKS = 40
"""Fetches after which commits are forgotten and the rest is put together."""

IDLE = 30 * 24 * 3600.0
"""Seconds after which a mirror that nobody uses is removed."""

_DEPTH = "50"
"""Commits of a branch that are looked at where a server does not hand out single ones."""

_COMMITS = "refs/commits"
_ASIDE = "refs/aside"

# Objects are checked as they come in. What old tools have written and does no harm may stay.
_HISTORIC = (
    "badTimezone",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
)
_FETCH = (
    *("-c", "transfer.fsckObjects=true", "-c", "fetch.unpackLimit=1", "-c", "gc.auto=0"),
    *(word for name in _HISTORIC for word in ("-c", f"fetch.fsck.{name}=ignore")),
    *("-c", "maintenance.auto=false", "-c", "core.logAllRefUpdates=false", "fetch", "--quiet"),
    *("--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
)


class Mirror:
    """The mirror of one remote.

    Args:
        folder: of all mirrors.
        remote: what is mirrored.
        login: credentials for it, or "".
        digest: how the repository names objects, "sha1" or "sha256".
    """

    def __init__(self, folder: Path, remote: Remote, login: str, digest: str) -> None:
        self._folder = folder
        self._remote = remote
        self._login = login
        self._digest = digest
        named = hashlib.sha256(f"{remote.url}\0{digest}".encode()).hexdigest()[:24]
        self.place = folder / f"{remote.slug}-{named}.git"
        self._held: list[BinaryIO] = []

    @property
    def objects(self) -> Path:
        """The folder that work trees borrow from."""
        return self.place / "objects"

    @contextmanager
    def lent(self, sha: str, branch: str = "") -> Iterator[None]:
        """The commit is in the mirror in the block, and stays.

        Raises:
            PraktikaError: it cannot be fetched.
        """
        try:
            self._held.append(self._taken(sha) or patiently(lambda: self._fetched(sha, branch)))
        except OSError as error:
            raise os_fault(error, f"cannot use {self.place}") from error
        try:
            yield
        finally:
            for use in self._held:
                with suppress(OSError):
                    Path(use.name).unlink()
                use.close()
            self._tidy()

    def repair(self, sha: str) -> None:
        """Fetch the commit anew, whatever of it seems to be there.

        Raises:
            PraktikaError: as `lent`.
        """
        with _locked(self._lock("fetching")) as lock:
            self._sweep()
            try:
                self._fetch(f"+{sha}:{_COMMITS}/{sha}", lock, "--depth=1", "--refetch")
            except Damaged:
                self._held.append(self._made_anew(sha, "", lock))

    def _lock(self, name: str) -> Path:
        return self.place.with_suffix(f".{name}")

    def _ref(self, sha: str) -> Path:
        return self.place / _COMMITS / sha

    def _has(self, sha: str) -> bool:
        """Whether the commit is there whole: git writes the name after all that it means."""
        try:
            return self._ref(sha).read_text().strip() == sha
        except OSError:
            return False

    def _taken(self, sha: str) -> BinaryIO | None:
        """A use of the commit, if it is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._lock("tidying"), fcntl.LOCK_SH):
            if not self._has(sha):
                return None
            try:
                os.utime(self._ref(sha))
                use = (self.place / "uses" / secrets.token_hex(8)).open("xb")
            except FileNotFoundError:  # somebody has removed a part of the mirror
                return None
            fcntl.flock(use, fcntl.LOCK_EX)
            use.write(sha.encode())
            use.flush()
            return use

    def _fetched(self, sha: str, branch: str) -> BinaryIO:
        with _locked(self._lock("fetching")) as lock:
            use = self._taken(sha)
            if use is not None:
                return use
            try:
                return self._made(sha, branch, lock)
            except Damaged:
                return self._made_anew(sha, branch, lock)

    def _made(self, sha: str, branch: str, lock: BinaryIO) -> BinaryIO:
        """A use of the commit, which is fetched."""
        self._make()
        self._sweep()
        self._fetch_commit(sha, branch, lock)
        use = self._taken(sha)
        if use is None:
            raise OperatorError(f"git has fetched {sha}, and it is not in {self.place}")
        return use

    def _made_anew(self, sha: str, branch: str, lock: BinaryIO) -> BinaryIO:
        """The same, from nothing: not even git can mend every damage."""
        self._drop()
        return self._made(sha, branch, lock)

    def _drop(self) -> None:
        """Remove a mirror that is broken.

        Raises:
            Damaged: others work with it.
        """
        with _locked(self._lock("tidying")):
            if _in_use(self.place, {Path(use.name).name for use in self._held}):
                raise Damaged(f"{self.place} is broken, and jobs work with it")
            aside = self.place.with_name(f"~{secrets.token_hex(8)}")
            self.place.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def _make(self) -> None:
        if (self.place / "HEAD").exists():
            (self.place / "uses").mkdir(exist_ok=True)
            return
        if self.place.exists():
            self._drop()
        _forget_idle(self._folder)
        draft = self._folder / f"~{secrets.token_hex(8)}"
        try:
            form = f"--object-format={self._digest}"
            git("init", "--quiet", "--bare", "--template=", form, str(draft))
            (draft / "uses").mkdir()
            draft.rename(self.place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what a git that was killed has left: nobody else changes the mirror now."""
        left = [*self.place.glob("*.lock"), *(self.place / "refs").rglob("*.lock")]
        left += [*self.objects.glob("pack/tmp_*"), *self.objects.glob("pack/.tmp*")]
        left += self.objects.glob("??/tmp_obj_*")
        for path in left:
            path.unlink(missing_ok=True)

    def _fetch(self, what: str, lock: BinaryIO, *options: str) -> None:
        env, words = authorization(self._remote, self._login)
        arguments = (*_FETCH, *options, "--end-of-options", self._remote.url, what)
        git(git_dir(self.place), *arguments, env=env, keep=[lock.fileno()], secrets=words)

    def _fetch_commit(self, sha: str, branch: str, lock: BinaryIO) -> None:
        try:
            self._fetch(f"+{sha}:{_COMMITS}/{sha}", lock, "--depth=1")
        except Absent as error:
            if "unadvertised object" not in str(error):
                raise Absent(
                    f"{self._remote.url} does not have the commit {sha}, or not any more ({error});"
                    " push it, or start a new run"
                ) from error
            self._fetch_branch(sha, branch, lock)

    def _fetch_branch(self, sha: str, branch: str, lock: BinaryIO) -> None:
        """For servers that hand out branches only."""
        what = f"+refs/heads/{branch or '*'}:{_ASIDE}/{branch or '*'}"
        self._fetch(what, lock, f"--depth={_DEPTH}")
        here = git_dir(self.place)
        try:
            git(here, "cat-file", "-e", f"{sha}^{{commit}}")
            git(here, "update-ref", f"{_COMMITS}/{sha}", sha)
        except OperatorError:
            where = f"the branch '{branch}'" if branch else "any branch"
            raise Absent(
                f"{self._remote.url} hands out branches only, and the commit {sha} is not among"
                f" the latest {_DEPTH} of {where}"
            ) from None
        finally:
            names = git(here, "for-each-ref", "--format=delete %(refname)", _ASIDE)
            git(here, "update-ref", "--stdin", given=names)

    def _tidy(self) -> None:
        """After many fetches: forget commits that were not used lately, and their objects."""
        if len(list(self.objects.glob("pack/*.pack"))) <= PACKS:
            return
        # Whoever is busy here, or the next one, will see to it.
        with (
            suppress(OSError, PraktikaError),
            _locked(self._lock("fetching"), fcntl.LOCK_EX | fcntl.LOCK_NB) as fetching,
            _locked(self._lock("tidying"), fcntl.LOCK_EX | fcntl.LOCK_NB) as tidying,
        ):
            self._sweep()
            self._forget_commits()
            keep = [fetching.fileno(), tidying.fileno()]
            # Of packs that are here already, the compression is good enough.
            pack = ("-c", "pack.window=0", "repack", "-a", "-d", "-q")
            git(git_dir(self.place), *pack, keep=keep)
            git(git_dir(self.place), "prune", "--expire=now", keep=keep)

    def _forget_commits(self) -> None:
        used = _in_use(self.place)
        refs = sorted(
            (self.place / _COMMITS).iterdir(), key=lambda path: path.stat().st_mtime, reverse=True
        )
        for ref in refs[KEPT:]:
            if ref.name not in used:
                ref.unlink()


def _in_use(place: Path, own: Collection[str] = ()) -> set[str]:
    """The commits that somebody else works with; uses of those who were killed are removed."""
    found = set()
    for path in (place / "uses").glob("*"):
        if path.name in own:
            continue
        with suppress(FileNotFoundError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                path.unlink()
            except BlockingIOError:
                found.add(file.read().decode())
    return found


def _forget_idle(folder: Path) -> None:
    """Remove mirrors that nobody has used for long, and what killed processes left half made."""
    for place in folder.iterdir():
        with suppress(OSError):
            if time.time() - _last_used(place) < IDLE:
                continue
            if place.name.startswith("~"):
                shutil.rmtree(place)
            elif place.suffix == ".git":
                _forget(place)


def _last_used(place: Path) -> float:
    uses, times = place / "uses", [place.stat().st_mtime]
    if uses.is_dir():  # a use that begins or ends changes the folder
        times.append(uses.stat().st_mtime)
    return max(times)


def _forget(place: Path) -> None:
    at_once = fcntl.LOCK_EX | fcntl.LOCK_NB
    with (
        _locked(place.with_suffix(".fetching"), at_once),
        _locked(place.with_suffix(".tidying"), at_once),
    ):
        if not _in_use(place):
            aside = place.with_name(f"~{secrets.token_hex(8)}")
            place.rename(aside)
            shutil.rmtree(aside)


@contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[BinaryIO]:
    """The file, locked in the block, and for as long as a child that got it lives."""
    with path.open("ab") as file:
        fcntl.flock(file, how)
        yield file
