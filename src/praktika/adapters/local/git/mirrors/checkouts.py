"""See `ports.checkouts`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from praktika.adapters.disk import os_fault
from praktika.adapters.local.git.mirrors import work_tree
from praktika.adapters.local.git.mirrors.command import Damaged, git, git_dir, is_object_id
from praktika.adapters.local.git.mirrors.gitmodules import submodules
from praktika.adapters.local.git.mirrors.mirror import Mirror, Wanted
from praktika.adapters.local.git.mirrors.remote import Credentials, Remote
from praktika.adapters.local.git.mirrors.remote import remote as source_of
from praktika.errors import AuthorError, OperatorError, PraktikaError
from praktika.model.facts import Merge
from praktika.patience import patiently
from praktika.ports.checkouts import Commit, Description

SUBMODULES_LIMIT = 1000
DEPTH_LIMIT = 20


def no_credentials(_url: str) -> str:
    """For remotes that everybody may read."""
    return ""


class MirroredCheckouts:
    """Work trees that borrow from mirrors on this machine.

    Args:
        folder: of the mirrors.
        credentials: `USER:PASSWORD` for a URL that has none itself, or ""; asked when something
            has to be fetched.
    """

    def __init__(self, folder: Path, credentials: Credentials = no_credentials) -> None:
        self._folder = folder
        self._credentials = credentials

    @contextmanager
    def checkout(self, commit: Commit, place: Path) -> Iterator[None]:
        """See the port."""
        source = source_of(commit.remote)
        wanted = Wanted(commit.sha, commit.branch, _real(commit.merge, commit.sha))
        with ExitStack() as uses:
            self._put(uses, source, wanted, place)
            if commit.submodules:
                _Submodules(self._put, uses).fill(place, source, commit.sha)
            yield

    def merged(self, remote: str, merge: Merge) -> str:
        """See the port."""
        _check_ids(merge.base, merge.head)
        if not merge.common:
            raise AuthorError(
                text=f"{merge.head[:12]} and its base {merge.base[:12]} have no commit in common:"
                " rebase it onto the base branch, and push"
            )
        _check_ids(merge.common)
        mirror = self._mirror(source_of(remote), merge.base)
        if merge.common == merge.head:  # nothing of it is not in the base
            with mirror.lent(Wanted(merge.base)):
                return merge.base
        return mirror.merged(merge)

    def changed(self, remote: str, old: str, new: str, merge: Merge | None = None) -> Sequence[str]:
        """See the port."""
        _check_ids(old, new)
        mirror = self._mirror(source_of(remote), new)
        options = ("-r", "-z", "--no-renames", "--name-only", "--no-commit-id")
        known = (Wanted(new, merge=_real(merge, new)), Wanted(old))
        said = _said(mirror, known, "diff-tree", *options, old, new)
        return sorted(os.fsdecode(name) for name in said.split(b"\0") if name)

    def described(self, remote: str, sha: str) -> Description:
        """See the port."""
        _check_ids(sha)
        mirror = self._mirror(source_of(remote), sha)
        options = ("--no-walk", "--format=%an <%ae>%n%B", "--encoding=UTF-8", "--no-show-signature")
        said = _said(mirror, (Wanted(sha),), "log", *options, sha).decode("utf-8", "replace")
        author, _, message = said.partition("\n")
        return Description(message=message.rstrip("\n"), author=author)

    def _mirror(self, source: Remote, sha: str) -> Mirror:
        def login() -> str:
            return source.login or self._credentials(source.url)

        return Mirror(self._folder, source, login, "sha256" if len(sha) == 64 else "sha1")

    def _put(self, uses: ExitStack, source: Remote, wanted: Wanted, place: Path) -> None:
        """Check a commit out, and keep it in its mirror until the end of `uses`."""
        _check_ids(wanted.sha, *wanted.parents)
        mirror = self._mirror(source, wanted.sha)
        branch = wanted.branch if work_tree.is_branch(wanted.branch) else ""
        wanted = replace(wanted, branch=branch)
        uses.enter_context(mirror.lent(wanted))

        def make() -> None:
            work_tree.make(place, mirror.objects, wanted, branch=branch, url=source.url)

        try:
            try:
                make()
            except Damaged:
                patiently(lambda: mirror.repair(wanted))
                make()
        except OSError as error:
            raise os_fault(error, f"cannot check out {source.url}") from error


def _real(merge: Merge | None, sha: str) -> Merge | None:
    """The merge, or None if there is nothing to merge: then it is the base itself."""
    if merge is None or merge.common != merge.head:
        return merge
    if sha != merge.base:
        raise OperatorError(f"{sha} is not the merge of {merge.head} into {merge.base}")
    return None


def _said(mirror: Mirror, known: Sequence[Wanted], *arguments: str) -> bytes:
    """What git says of commits, which are fetched or made if they are not there."""
    with mirror.lent(*known):
        try:
            return git(git_dir(mirror.place), *arguments)
        except Damaged:
            for each in known:
                patiently(partial(mirror.repair, each))
            return git(git_dir(mirror.place), *arguments)


def _check_ids(*shas: str) -> None:
    for sha in shas:
        if not is_object_id(sha):
            raise OperatorError(f"'{sha[:80]}' is no full id of a commit")


class _Submodules:
    """Fills the folders of submodules, and of those within them."""

    def __init__(
        self, put: Callable[[ExitStack, Remote, Wanted, Path], None], uses: ExitStack
    ) -> None:
        self._put = put
        self._uses = uses
        self._left = SUBMODULES_LIMIT

    def fill(self, place: Path, parent: Remote, sha: str, depth: int = 0) -> None:
        """Fill those of the work tree at `place`.

        Raises:
            PraktikaError: one of them is refused or cannot be fetched; the text says which.
        """
        recorded = work_tree.recorded_submodules(place)
        if not recorded:
            return
        if not (place / ".gitmodules").is_file():
            first = min(recorded)
            raise OperatorError(f"the submodule '{first}' has no URL: there is no .gitmodules")
        if depth >= DEPTH_LIMIT:
            raise OperatorError(f"submodules are nested more than {DEPTH_LIMIT} deep")
        for module in submodules(work_tree.module_settings(place, sha), recorded, parent):
            self._left -= 1
            if self._left < 0:
                raise OperatorError(f"there are more than {SUBMODULES_LIMIT} submodules")
            folder = work_tree.submodule_folder(place, module.path)
            try:
                self._put(self._uses, module.remote, Wanted(module.sha), folder)
                self.fill(folder, module.remote, module.sha, depth + 1)
            except PraktikaError as error:
                raise type(error)(f"submodule '{module.path}': {error}") from error


def granted(words: str) -> Credentials:
    """Credentials from URLs with `USER:PASSWORD@` in them, parted by spaces.

    Each is for what begins with the same scheme, host and port and is below its path. The
    longest that fits counts.

    Raises:
        OperatorError: one is no such URL. Its text is not shown.
    """
    known: dict[str, str] = {}
    for number, word in enumerate(words.split(), 1):
        try:
            found = source_of(word)
        except OperatorError:
            found = None
        if found is None or not found.login or not urlsplit(found.url).hostname:
            raise OperatorError(f"credential number {number} is no https://USER:PASSWORD@HOST")
        known[found.url] = found.login

    def credentials(url: str) -> str:
        fitting = [one for one in known if url == one or url.startswith(f"{one}/")]
        return known[max(fitting, key=len)] if fitting else ""

    return credentials
