"""What is in a checkout, for digests: a commit's tree, and what differs from it in the files.

Files are hashed as git would add them, with its filters, so that line ends which git converts are
no difference. A submodule that is at a commit and unchanged is that commit; one with changes is
named by the digest of all its files. So is one whose files came without its repository, as in the
archived code of a run; one that is not checked out is as recorded.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from praktika.adapters.local.git import changes
from praktika.adapters.local.git.call import STATE_DIR, call, text
from praktika.adapters.local.git.trees import LocalTrees
from praktika.engine.files.digests import Content, Digests
from praktika.engine.files.tree_objects import (
    EXECUTABLE,
    PLAIN,
    SUBMODULE,
    SYMLINK,
    Algorithm,
    Leaf,
    object_id,
)
from praktika.errors import OperatorError
from praktika.model.plan import Footprint

_MODULES = ".gitmodules"
_PATHS = ("--get-regexp", r"^submodule\..*\.path$")
_EVERYTHING = Footprint(include=("",), submodules=True)


def committed(trees: LocalTrees, sha: str) -> Content:
    """What is in a commit; git is not asked about the files.

    Raises:
        Absent: the commit is not here.
    """
    tree = trees.root(sha)
    has_modules = any(b" .gitmodules\0" in raw for raw in trees.read([tree]))
    listed = _listed(trees.folder, f"--blob={sha}:{_MODULES}") if has_modules else ()
    return Content(tree=tree, listed=listed)


def work_tree(trees: LocalTrees, sha: str, content: Path | None = None) -> Content:
    """What is in the files as they are now.

    Args:
        trees: of the top of a work tree.
        sha: a commit that they may differ from; "" if there is none.
        content: a copy of these files, to hash in their place.

    Raises:
        Absent: the commit is not here.
        OperatorError: a file cannot be read, or git fails.
    """
    base = committed(trees, sha) if sha else Content(tree=b"")
    files = _Files(trees.folder, content or trees.folder, trees.algorithm)
    differing = files.differing(sha or object_id("tree", b"", trees.algorithm).hex())
    listed = base.listed
    if _MODULES in differing:
        own = files.content / _MODULES
        listed = _listed(trees.folder, f"--file={own}") if own.is_file() else ()
    return Content(tree=base.tree, changes=differing, listed=listed)


def plain_folder(root: Path) -> Content:
    """What is in a folder that is no repository.

    Raises:
        OperatorError: a file cannot be read.
    """
    found: dict[str, Leaf | None] = {}
    for path in _walk(root):
        name = str(path.relative_to(root))
        try:
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                found[name] = _link(path, "sha1")
            elif stat.S_ISREG(status.st_mode):
                found[name] = Leaf(_mode(status), _blob(path, status.st_size))
        except OSError as error:
            raise _unreadable(error) from error
    return Content(tree=b"", changes=found)


class _Files:
    """The files of one work tree.

    Args:
        root: its top.
        content: where its files are, or a copy of them.
        algorithm: of its ids.
    """

    def __init__(self, root: Path, content: Path, algorithm: Algorithm) -> None:
        self.root = root
        self.content = content
        self._algorithm: Algorithm = algorithm

    def differing(self, commit: str) -> dict[str, Leaf | None]:
        """What differs from a commit (or tree)."""
        tracked = {change.path: change for change in changes.differences(self.root, commit)}
        new = set(self._files_of(changes.untracked(self.root)))
        modules = {path for path, change in tracked.items() if change.mode == SUBMODULE}
        other = self._other() if self.content != self.root else set()
        gone = {path for path, change in tracked.items() if change.is_gone} - new - other
        looked_at = new.union(tracked, other, changes.unwatched(self.root)) - modules - gone
        found: dict[str, Leaf | None] = dict.fromkeys(gone)
        found |= self._leaves(sorted(looked_at), tracked)
        found |= {path: self._submodule(tracked[path]) for path in sorted(modules)}
        found |= {path: self._loose(path) for path in self._loose_submodules() if path not in found}
        same = {path for path, change in tracked.items() if found[path] == Leaf(*change.was)}
        return {path: leaf for path, leaf in found.items() if path not in same}

    def _other(self) -> set[str]:
        """Files of the copy that are others by now: somebody works on where it was made from."""
        copied = set(
            _files_below(os.fspath(self.content), {STATE_DIR, *changes.submodules(self.root)})
        )
        tracked = set(changes.tracked(self.root))
        return {path for path in copied if self._is_other(path)} | (tracked - copied)

    def _is_other(self, path: str) -> bool:
        """Whether a file is not the one of which the copy was made, as far as its facts tell."""
        try:
            now = os.lstat(f"{self.root}/{path}")
        except OSError:
            return True
        was = os.lstat(f"{self.content}/{path}")
        if stat.S_ISLNK(was.st_mode):
            return now.st_mode != was.st_mode or now.st_size != was.st_size
        facts = (now.st_mode, now.st_size, now.st_mtime_ns)
        return facts != (was.st_mode, was.st_size, was.st_mtime_ns)

    def _leaves(
        self, paths: Iterable[str], tracked: Mapping[str, changes.Change]
    ) -> dict[str, Leaf | None]:
        found: dict[str, Leaf | None] = {}
        modes: dict[str, bytes] = {}
        for path in paths:
            status = _status(self.content / path)
            if status is not None and stat.S_ISREG(status.st_mode):
                modes[path] = _mode(status)
            elif status is not None and stat.S_ISLNK(status.st_mode):
                found[path] = _link(self.content / path, self._algorithm)
            elif status is None or not stat.S_ISDIR(status.st_mode) or path in tracked:
                found[path] = None
        if modes and not self._has_modes():
            modes = {path: tracked[path].mode if path in tracked else PLAIN for path in modes}
        blobs = self._blobs(modes)
        return found | {path: Leaf(modes[path], blob) for path, blob in blobs.items()}

    def _blobs(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The ids that git would give to files, after its filters."""
        listed = list(paths)
        if not listed:
            return {}
        more: dict[str, str] = {}
        if self.content != self.root:
            own = text(call(self.root, "rev-parse", "--absolute-git-dir").stdout)
            more = {"GIT_DIR": own, "GIT_WORK_TREE": str(self.content)}
        given = b"".join(map(_line, listed))
        said = call(self.content, "hash-object", "--stdin-paths", given=given, more=more).stdout
        ids = [bytes.fromhex(line) for line in said.decode().split()]
        return dict(zip(listed, ids, strict=True))

    def _files_of(self, names: Iterable[str]) -> Iterator[str]:
        """The names of files; those below where a name is another repository's."""
        for name in names:
            if name.endswith("/"):
                for path in _walk(self.content / name):
                    yield str(path.relative_to(self.content))
            else:
                yield name

    def _submodule(self, change: changes.Change) -> Leaf | None:
        """What is named in place of the commit of a submodule."""
        path = change.path
        if not (self.root / path / ".git").exists():
            return Leaf(SUBMODULE, change.id) if any(change.id) else None
        answer = call(self.root / path, "rev-parse", "--verify", "--quiet", "HEAD", check=False)
        head = text(answer.stdout)
        with LocalTrees(self.root / path) as trees:
            inner = work_tree(trees, head, self.content / path)
            if head and not inner.changes:
                return Leaf(SUBMODULE, bytes.fromhex(head))
            (digest,) = Digests(trees.read, trees.algorithm).of(inner, [_EVERYTHING])
        return Leaf(SUBMODULE, object_id("changed", digest.encode(), self._algorithm))

    def _loose_submodules(self) -> Iterator[str]:
        """Submodules whose files are there without a repository."""
        for path in changes.submodules(self.root):
            folder = self.content / path
            if not (self.root / path / ".git").exists() and folder.is_dir() and any(_walk(folder)):
                yield path

    def _loose(self, path: str) -> Leaf:
        """What is named in place of the commit of such a submodule, which is not known."""
        held = plain_folder(self.content / path)
        (digest,) = Digests(lambda _: (), "sha1").of(held, [_EVERYTHING])
        return Leaf(SUBMODULE, object_id("changed", digest.encode(), self._algorithm))

    def _has_modes(self) -> bool:
        """Whether it can be told from a file whether it is executable."""
        options = ("--type=bool", "--default=true", "core.fileMode")
        return text(call(self.root, "config", *options).stdout) == "true"


def _listed(root: Path, source: str) -> tuple[str, ...]:
    """The paths of submodules, as `.gitmodules` has them.

    Raises:
        OperatorError: it cannot be read.
    """
    answer = call(root, "config", "-z", source, *_PATHS, check=False)
    complaint = answer.stderr.decode("utf-8", "replace").strip()
    if answer.returncode and complaint:
        raise OperatorError(f"{_MODULES} cannot be read: {complaint}")
    entries = [entry.split(b"\n", 1) for entry in answer.stdout.split(b"\0") if entry]
    return tuple(sorted(os.fsdecode(entry[1]) for entry in entries if len(entry) == 2))


def _walk(folder: Path) -> Iterator[Path]:
    """All that is below a folder and is no folder, but for git's and praktika's own."""
    for here, folders, files in os.walk(folder, onerror=_refuse):
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        is_top = Path(here) == folder
        folders[:] = [
            name for name in folders if name != ".git" and not (is_top and name == STATE_DIR)
        ]
        for name in files + links:
            if name != ".git":
                yield Path(here) / name


def _files_below(root: str, without: Collection[str]) -> Iterator[str]:
    """The paths of all that is no folder, but for what is below some of them."""
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(f"{root}/{below}") as scan:
            for entry in scan:
                path = below + entry.name
                if path in without or entry.name == ".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                else:
                    yield path


def _refuse(error: OSError) -> None:
    raise _unreadable(error)


def _unreadable(error: OSError) -> OperatorError:
    return OperatorError(
        f"{error.filename} cannot be read: {error.strerror}. Make it readable, or remove it."
    )


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _mode(status: os.stat_result) -> bytes:
    return EXECUTABLE if status.st_mode & stat.S_IXUSR else PLAIN


def _blob(path: Path, size: int) -> bytes:
    """The id of a file as it is, without reading it into memory at once."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
        if file.tell() != size:
            raise OperatorError(f"{path} changed while it was read; run again when it is at rest")
    return digest.digest()


def _link(path: Path, algorithm: Algorithm) -> Leaf:
    return Leaf(SYMLINK, object_id("blob", os.fsencode(path.readlink()), algorithm))


def _line(path: str) -> bytes:
    """A path as git reads it from its input: quoted if a line could not hold it."""
    raw = os.fsencode(path)
    if b"\n" not in raw and not raw.startswith(b'"'):
        return raw + b"\n"
    return b'"' + b"".join(b"\\%03o" % byte for byte in raw) + b'"\n'
