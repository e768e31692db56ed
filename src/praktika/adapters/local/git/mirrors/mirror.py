"""A bare repository that has some commits of a remote, for all runners of this machine.

    <slug>-<digest>.git/refs/commits/<sha>   a commit that is all there; last used at its mtime
    <slug>-<digest>.git/merges/<digest>      id of the commit that a merge comes to
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from praktika.adapters.disk import os_fault
from praktika.adapters.local.git.mirrors.command import Damaged, authorization, git, git_dir
from praktika.adapters.local.git.mirrors.merging import merged
from praktika.adapters.local.git.mirrors.remote import Remote
from praktika.adapters.local.git.mirrors.uses import forget_idle, in_use, locked
from praktika.errors import Absent, OperatorError, PraktikaError
from praktika.model.facts import Merge
from praktika.patience import patiently

KEPT = 40
"""Commits that are kept although nobody uses them; a merge and what it is made from are four."""

PACKS = 40
"""Fetches after which commits are forgotten and the rest is put together."""

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A commit that is to be in a mirror.

    Attributes:
        sha: full id.
        branch: that it is on, or "".
        merge: what it is made from, if the remote does not have it.
    """

    sha: str
    branch: str = ""
    merge: Merge | None = None

    @property
    def parents(self) -> tuple[str, ...]:
        """Those of a merge; of other commits they are not known."""
        return (self.merge.base, self.merge.head) if self.merge else ()


class Mirror:
    """The mirror of one remote.

    Args:
        folder: of all mirrors.
        remote: what is mirrored.
        login: gives credentials for it, or "", when something has to be fetched.
        digest: how the repository names objects, "sha1" or "sha256".
    """

    def __init__(self, folder: Path, remote: Remote, login: Callable[[], str], digest: str) -> None:
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
    def lent(self, *wanted: Wanted) -> Iterator[None]:
        """The commits are in the mirror in the block, and stay.

        Raises:
            PraktikaError: they cannot be fetched or made.
        """
        try:
            self._held += self._taken(wanted) or patiently(lambda: self._fetched(wanted))
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

    def merged(self, merge: Merge) -> str:
        """The id of the merge commit, which is in the mirror then.

        Raises:
            PraktikaError: the commits conflict, or cannot be fetched.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            sha = self._known(merge) or patiently(lambda: self._merged(merge))
        except OSError as error:
            raise os_fault(error, f"cannot use {self.place}") from error
        self._tidy()
        return sha

    def repair(self, wanted: Wanted) -> None:
        """Fetch the commit anew, whatever of it seems to be there.

        Raises:
            PraktikaError: as `lent`.
        """
        with locked(self._lock("fetching")) as lock:
            self._sweep()
            shas = _parts(wanted.merge) if wanted.merge else (wanted.sha,)
            try:
                self._fetch([_named(sha) for sha in shas], lock, "--depth=1", "--refetch")
                if wanted.merge:
                    self._merge(wanted.merge, lock)
            except Damaged:
                self._held += self._made_anew((wanted,), lock)

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

    def _known(self, merge: Merge) -> str:
        """The id of a merge that was made before and is still there, or ""."""
        try:
            sha = self._note(merge).read_text()
            if not self._has(sha):
                return ""
            os.utime(self._ref(sha))
        except (OSError, ValueError):
            return ""
        return sha

    def _note(self, merge: Merge) -> Path:
        named = hashlib.sha256("\n".join(_parts(merge)).encode()).hexdigest()
        return self.place / "merges" / named

    def _taken(self, wanted: Sequence[Wanted]) -> list[BinaryIO]:
        """Uses of the commits, if all are there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        uses: list[BinaryIO] = []
        with locked(self._lock("tidying"), fcntl.LOCK_SH):
            if not all(self._has(one.sha) for one in wanted):
                return []
            try:
                for one in wanted:
                    os.utime(self._ref(one.sha))
                    uses.append((self.place / "uses" / secrets.token_hex(8)).open("xb"))
                    fcntl.flock(uses[-1], fcntl.LOCK_EX)
                    uses[-1].write(one.sha.encode())
                    uses[-1].flush()
            except FileNotFoundError:  # somebody has removed a part of the mirror
                for use in uses:
                    use.close()
                return []
        return uses

    def _fetched(self, wanted: Sequence[Wanted]) -> list[BinaryIO]:
        with locked(self._lock("fetching")) as lock:
            uses = self._taken(wanted)
            if uses:
                return uses
            try:
                return self._made(wanted, lock)
            except Damaged:
                return self._made_anew(wanted, lock)

    def _made(self, wanted: Sequence[Wanted], lock: BinaryIO) -> list[BinaryIO]:
        """Uses of the commits, which are fetched or made."""
        self._make()
        self._sweep()
        self._fetch_commits([one for one in wanted if not one.merge], lock)
        for one in wanted:
            if one.merge and not self._has(one.sha):
                _check(one, self._merge(one.merge, lock))
        uses = self._taken(wanted)
        if not uses:
            shas = " and ".join(one.sha for one in wanted)
            raise OperatorError(f"git has fetched {shas}, and it is not in {self.place}")
        return uses

    def _made_anew(self, wanted: Sequence[Wanted], lock: BinaryIO) -> list[BinaryIO]:
        """The same, from nothing: not even git can mend every damage."""
        self._drop()
        return self._made(wanted, lock)

    def _merged(self, merge: Merge) -> str:
        """The id of a merge, which is made."""
        with locked(self._lock("fetching")) as lock:
            for attempt in range(2):
                try:
                    self._make()
                    self._sweep()
                    return self._known(merge) or self._merge(merge, lock)
                except Damaged:
                    if attempt:
                        raise
                    self._drop()
        raise AssertionError("not reached")

    def _merge(self, merge: Merge, lock: BinaryIO) -> str:
        self._fetch_commits([Wanted(sha) for sha in _parts(merge)], lock)
        sha = merged(self.place, merge, [lock.fileno()])
        # What somebody else has made of the same commits has the same id, and is there whole.
        _write(self._ref(sha), f"{sha}\n")
        _write(self._note(merge), sha)
        return sha

    def _drop(self) -> None:
        """Remove a mirror that is broken.

        Raises:
            Damaged: others work with it.
        """
        with locked(self._lock("tidying")):
            if in_use(self.place, {Path(use.name).name for use in self._held}):
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
        forget_idle(self._folder)
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
        left += [*self.objects.glob("??/tmp_obj_*"), *self.place.glob("merges/*.lock")]
        for path in left:
            path.unlink(missing_ok=True)

    def _fetch(self, what: Sequence[str], lock: BinaryIO, *options: str) -> None:
        env, words = authorization(self._remote, self._login())
        arguments = (*_FETCH, *options, "--end-of-options", self._remote.url, *what)
        git(git_dir(self.place), *arguments, env=env, keep=[lock.fileno()], secrets=words)

    def _fetch_commits(self, wanted: Sequence[Wanted], lock: BinaryIO) -> None:
        """Fetch those that are not there, all at once."""
        missing = {one.sha: one.branch for one in wanted if not self._has(one.sha)}
        for sha in {one.sha for one in wanted} - missing.keys():
            os.utime(self._ref(sha))
        if not missing:
            return
        try:
            self._fetch([_named(sha) for sha in missing], lock, "--depth=1")
        except Absent as error:
            if "unadvertised object" not in str(error):
                lacking = [sha for sha in missing if sha in str(error)] or missing
                raise Absent(
                    f"{self._remote.url} does not have the commit {' or '.join(lacking)}, or not"
                    f" any more ({error}); push it, or start a new run"
                ) from error
            for sha, branch in missing.items():
                self._fetch_branch(sha, branch, lock)

    def _fetch_branch(self, sha: str, branch: str, lock: BinaryIO) -> None:
        """For servers that hand out branches only."""
        what = f"+refs/heads/{branch or '*'}:{_ASIDE}/{branch or '*'}"
        self._fetch([what], lock, f"--depth={_DEPTH}")
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
            locked(self._lock("fetching"), fcntl.LOCK_EX | fcntl.LOCK_NB) as fetching,
            locked(self._lock("tidying"), fcntl.LOCK_EX | fcntl.LOCK_NB) as tidying,
        ):
            self._sweep()
            self._forget_commits()
            keep = [fetching.fileno(), tidying.fileno()]
            # Of packs that are here already, the compression is good enough.
            pack = ("-c", "pack.window=0", "repack", "-a", "-d", "-q")
            git(git_dir(self.place), *pack, keep=keep)
            git(git_dir(self.place), "prune", "--expire=now", keep=keep)

    def _forget_commits(self) -> None:
        used = in_use(self.place)
        refs = sorted(
            (self.place / _COMMITS).iterdir(), key=lambda path: path.stat().st_mtime, reverse=True
        )
        for ref in refs[KEPT:]:
            if ref.name not in used:
                ref.unlink()
        for note in (self.place / "merges").glob("*"):
            if not self._has(note.read_text()):
                note.unlink()


def _named(sha: str) -> str:
    """What to ask a remote for, and the name that git gives it."""
    return f"+{sha}:{_COMMITS}/{sha}"


def _check(wanted: Wanted, made: str) -> None:
    if made != wanted.sha:
        raise OperatorError(
            f"the merge that was to be {wanted.sha} comes to {made} on this machine: all"
            " machines need the same version of git and of praktika"
        )


def _parts(merge: Merge) -> tuple[str, ...]:
    return tuple(dict.fromkeys((merge.base, merge.head, merge.common)))


def _write(path: Path, text: str) -> None:
    """Put a small file in its place whole, as git does."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f"{path.name}.lock")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
