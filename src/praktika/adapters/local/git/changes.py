"""What differs between commits, and between a commit and the files as they are now.

Renames are two paths. A submodule is its path, whatever differs in it. What cannot be known, as a
commit that a shallow clone does not have, is None.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from praktika.adapters.local.git.call import STATE_DIR, call, names, text

_FLAGGED = re.compile(r"[a-zS] ")


class Change(NamedTuple):
    """One path that differs, in git's words.

    Attributes:
        path: where.
        was: the mode and the id in the commit, zeros if nothing was there.
        mode: what git sees there now, zeros if nothing is.
        id: of what is there now, zeros if git would have to look.
        is_gone: whether it is no tracked file any more.
    """

    path: str
    was: tuple[bytes, bytes]
    mode: bytes
    id: bytes
    is_gone: bool


def changed_files(root: Path, base: str) -> tuple[str, ...] | None:
    """The paths at which a commit and the files differ as they are now, new ones too, sorted.

    What git ignores is left out. A file that was taken out of the index counts, changed or not.

    Args:
        root: top of a work tree.
        base: a commit.
    """
    if not _has_commit(root, base):
        return None
    paths = {change.path for change in differences(root, base)}
    paths |= {path.rstrip("/") for path in untracked(root)}
    return tuple(sorted(paths))


def changed_between(root: Path, old: str, new: str) -> tuple[str, ...] | None:
    """The paths at which two commits differ, sorted."""
    if not (_has_commit(root, old) and _has_commit(root, new)):
        return None
    options = ("-r", "-z", "--no-renames", "--name-only", "--no-commit-id")
    return tuple(sorted(names(call(root, "diff-tree", *options, old, new).stdout)))


def merge_base(root: Path, one: str, other: str) -> str | None:
    """The commit from which two went apart, as far as their history is here."""
    if not (_has_commit(root, one) and _has_commit(root, other)):
        return None
    answer = call(root, "merge-base", one, other, check=False)
    return text(answer.stdout) if answer.returncode == 0 else None


def differences(root: Path, commit: str) -> Iterator[Change]:
    """What differs between a commit (or tree) and the tracked files as they are now."""
    options = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv")
    said = call(root, "diff", *options, "--ignore-submodules=none", commit, "--").stdout
    parts = iter(said.split(b"\0"))
    for head, path in zip(parts, parts, strict=False):
        old_mode, mode, old_id, new_id, kind = head.decode().lstrip(":").split()
        name = names(path)[0]
        if not _is_ours(name):
            was = (old_mode.encode(), bytes.fromhex(old_id))
            yield Change(name, was, mode.encode(), bytes.fromhex(new_id), kind == "D")


def untracked(root: Path) -> list[str]:
    """Files that git neither knows nor ignores; other repositories as `folder/`."""
    found = names(call(root, "ls-files", "-z", "--others", "--exclude-standard").stdout)
    return [name for name in found if not _is_ours(name)]


def tracked(root: Path) -> list[str]:
    """The files and links in the index."""
    lines = names(call(root, "ls-files", "-z", "--stage").stdout)
    found = (line.partition("\t")[2] for line in lines if not line.startswith("160000 "))
    return [path for path in found if not _is_ours(path)]


def unwatched(root: Path) -> list[str]:
    """Tracked files that git does not look at, as in a sparse checkout."""
    lines = names(call(root, "ls-files", "-z", "-v").stdout)
    return [line[2:] for line in lines if _FLAGGED.match(line) and not _is_ours(line[2:])]


def submodules(root: Path) -> list[str]:
    """The paths at which the index has submodules."""
    lines = names(call(root, "ls-files", "-z", "--stage").stdout)
    return [line.partition("\t")[2] for line in lines if line.startswith("160000 ")]


class Hidden(NamedTuple):
    """How many tracked files differ from the index although git does not look at them."""

    changed: int
    absent: int


def hidden(root: Path) -> Hidden:
    """See `Hidden`; `git status` tells of none of these files."""
    paths = unwatched(root)
    if not paths:
        return Hidden(0, 0)
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    place = call(root, "rev-parse", "--path-format=absolute", "--git-path", "index").stdout
    with tempfile.TemporaryDirectory(prefix="praktika-index-") as folder:
        index = Path(folder) / "index"
        shutil.copyfile(os.fsdecode(place.removesuffix(b"\n")), index)
        more = {"GIT_INDEX_FILE": str(index)}
        for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
            call(root, "update-index", flag, "-z", "--stdin", given=given, more=more)
        options = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
        heads = names(call(root, "diff", *options, "--", more=more).stdout)
    found = dict(zip(heads[1::2], (head[-1] for head in heads[::2]), strict=True))
    kinds = [found[path] for path in paths if path in found]
    return Hidden(len(kinds) - kinds.count("D"), kinds.count("D"))


def _is_ours(name: str) -> bool:
    return name.split("/", 1)[0] == STATE_DIR


def _has_commit(root: Path, commit: str) -> bool:
    options = ("--verify", "--quiet", "--end-of-options")
    return call(root, "rev-parse", *options, f"{commit}^{{commit}}", check=False).returncode == 0
