"""The merge of two commits, the same on every machine.

Git finds out from history where two commits went apart; a mirror has no history. So it is shown
some: commits of the same files, of which one is the parent of the other two. Their merge has the
files of the real one.

Who merges, when, and with which words is the same everywhere, and so is the id. What
`.gitattributes` says of merging does not count: git reads none in a bare repository, and a forge
does not, either. Renamed files are followed, renamed folders are not: a new file stays where its
author has put it.

Commits are written here, not by git: five calls would take longer than the merge.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from praktika.adapters.local.git.mirrors.command import Damaged, asked, git, git_dir
from praktika.errors import AuthorError, OperatorError
from praktika.model.facts import Merge

_NOBODY = "praktika <praktika@localhost>"
_SHOWN = 20
_RULES = (
    *("-c", "merge.renames=true", "-c", "merge.directoryRenames=false"),
    *("-c", "merge.renameLimit=1000", "-c", "merge.conflictStyle=merge"),
)
_TIME = re.compile(rb"^committer [^\n]*> (\d+) [+-]\d+$", re.MULTILINE)
_TREE = re.compile(rb"tree ([0-9a-f]+)\n")


class _Side(NamedTuple):
    """What counts of a commit: the id of its files, and when it was made, in seconds."""

    tree: str
    time: int


def merged(place: Path, merge: Merge, keep: Collection[int] = ()) -> str:
    """The id of the merge commit, which is in the repository then; nothing refers to it yet.

    Args:
        place: of a bare repository that has the three commits. Nobody else changes it.
        merge: what to merge. Its head is not where the two went apart.
        keep: file descriptors that stay open in git.

    Raises:
        AuthorError: the two conflict; the text names the files.
        Damaged: a commit is missing or broken.
    """
    base, head, common = _sides(place, (merge.base, merge.head, merge.common))
    if merge.common == merge.base:
        tree = head.tree
    else:
        start = _commit(place, common.tree, (), 0, "common")
        ours = _commit(place, base.tree, (start,), 0, "base")
        theirs = _commit(place, head.tree, (start,), 0, "head")
        options = ("--write-tree", "-z", "--name-only", "--no-messages")
        is_clean, said = asked(
            git_dir(place), *_RULES, "merge-tree", *options, ours, theirs, keep=keep
        )
        first, *names = (name for name in said.split(b"\0") if name)
        if not is_clean:
            raise _conflict(merge, names)
        tree = first.decode()
    told = f"Merge {merge.head} into {merge.base}\n"
    return _commit(place, tree, (merge.base, merge.head), max(base.time, head.time), told)


def _sides(place: Path, shas: Sequence[str]) -> list[_Side]:
    given = "".join(f"{sha}\n" for sha in shas).encode()
    said = git(git_dir(place), "cat-file", "--batch", given=given)
    return [_side(sha, each) for sha, each in zip(shas, _objects(said), strict=True)]


def _objects(said: bytes) -> list[bytes]:
    """The commits that `git cat-file --batch` tells of; of anything else, what it says."""
    found = []
    while said:
        line, _, rest = said.partition(b"\n")
        words = line.split()
        size = int(words[2]) if len(words) == 3 else -1
        found.append(rest[:size] if words[1] == b"commit" else line)
        said = rest[size + 1 :]
    return found


def _side(sha: str, commit: bytes) -> _Side:
    tree, time = _TREE.match(commit), _TIME.search(commit.partition(b"\n\n")[0])
    if tree is None:
        said = commit.decode("utf-8", "replace")
        kind = Damaged if said.endswith("missing") else OperatorError
        raise kind(f"{sha} is no commit here: {said}")
    return _Side(tree[1].decode(), int(time[1]) if time else 0)


def _commit(place: Path, tree: str, parents: Sequence[str], time: int, message: str) -> str:
    """The id of a commit, which is written."""
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"{who} {_NOBODY} {time} +0000" for who in ("author", "committer")]
    text = "\n".join([*lines, "", message]).encode()
    data = b"commit %d\0%s" % (len(text), text)
    digest = hashlib.sha256 if len(tree) == 64 else hashlib.sha1
    sha = digest(data, usedforsecurity=False).hexdigest()
    folder = place / "objects" / sha[:2]
    folder.mkdir(exist_ok=True)
    draft = folder / f"tmp_obj_{secrets.token_hex(8)}"  # as git calls them, and we sweep them
    with draft.open("xb") as file:
        file.write(zlib.compress(data, 1))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / sha[2:])
    return sha


def _conflict(merge: Merge, names: Sequence[bytes]) -> AuthorError:
    shown = ", ".join(f"'{_printable(name)}'" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return AuthorError(
        text=f"{merge.head[:12]} conflicts with its base {merge.base[:12]} in {shown}{more};"
        " merge the base branch into it, or rebase it onto that, and push"
    )


def _printable(name: bytes) -> str:
    text = name.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else "?" for char in text)
