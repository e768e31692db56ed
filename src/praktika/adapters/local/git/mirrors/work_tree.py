"""The files of a commit, and a small repository around them that borrows a mirror's objects.

Jobs may do with that repository what they like: git never writes to where it borrows from.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from praktika.adapters.local.git.mirrors.command import git, git_dir
from praktika.adapters.local.git.mirrors.mirror import Wanted
from praktika.errors import OperatorError

_LINK = "160000"
_SYMLINK = "120000"

# What `git check-ref-format` allows, and a bit less.
_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\@]+")
_PART_OF_BRANCH = re.compile(r"(?![.-])(?!.*\.\.)[^/]*[^/.](?<!\.lock)")


def is_branch(name: str) -> bool:
    """Whether a branch may have this name."""
    return bool(_BRANCH.fullmatch(name)) and all(
        _PART_OF_BRANCH.fullmatch(part) for part in name.split("/")
    )


def make(place: Path, objects: Path, wanted: Wanted, *, branch: str, url: str) -> None:
    """Make the work tree.

    Args:
        place: an empty folder, or nothing yet.
        objects: the folder to borrow from; it has the commit and, of a merge, its parents; not
            those before them.
        wanted: the commit.
        branch: that the work tree is on, or "".
        url: what the repository calls its origin, without credentials.

    Raises:
        OperatorError: git refuses; `Damaged`, if it is the mirror's fault.
    """
    own, sha = place / ".git", wanted.sha
    (own / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (own / "refs").mkdir(exist_ok=True)
    (own / "objects" / "info" / "alternates").write_bytes(os.fsencode(objects) + b"\n")
    (own / "shallow").write_text("".join(f"{one}\n" for one in wanted.parents or (sha,)))
    (own / "config").write_text(_config(url, sha))
    on_branch = is_branch(branch)
    refs = f"{sha} refs/heads/{branch}\n" if on_branch else ""
    if on_branch and not wanted.merge:  # which no remote has
        refs += f"{sha} refs/remotes/origin/{branch}\n"
    (own / "packed-refs").write_text(f"# pack-refs with: \n{refs}")
    (own / "HEAD").write_text(f"ref: refs/heads/{branch}\n" if on_branch else f"{sha}\n")
    here = (git_dir(own), f"--work-tree={place}")
    git(*here, "read-tree", "-u", "--reset", sha)
    if (own / "CONFIG").exists():  # a file system where case makes no difference
        changed = git(*here, "diff-files", "--name-only").decode("utf-8", "replace").split("\n")
        if changed[0]:
            raise OperatorError(f"here '{changed[0]}' and another name of the commit are the same")


def recorded_submodules(place: Path) -> dict[str, str]:
    """The commits of submodules that a fresh work tree names, by path.

    Raises:
        OperatorError: `.gitmodules` is a symbolic link.
    """
    found = {}
    listed = git(git_dir(place / ".git"), "ls-files", "--stage", "-z")
    for entry in listed.split(b"\0"):
        facts, _, name = entry.partition(b"\t")
        mode, sha = facts.decode().split(" ")[:2] if facts else ("", "")
        if mode == _LINK:
            found[os.fsdecode(name)] = sha
        if mode == _SYMLINK and name.lower() == b".gitmodules":
            raise OperatorError(".gitmodules is a symbolic link: its submodules are refused")
    return found


def module_settings(place: Path, sha: str) -> list[tuple[str, str]]:
    """What `.gitmodules` says in this commit, in order.

    Raises:
        OperatorError: there is no such file, or it is none that git can read.
    """
    here = git_dir(place / ".git")
    listed = git(here, "config", "--blob", f"{sha}:.gitmodules", "--no-includes", "-z", "--list")
    entries = [os.fsdecode(entry).partition("\n") for entry in listed.split(b"\0") if entry]
    return [(key, value) for key, _, value in entries]


def submodule_folder(place: Path, path: str) -> Path:
    """The empty folder that git has made for a submodule.

    Raises:
        OperatorError: something else is there.
    """
    here = place
    for part in path.split("/"):
        here /= part
        if here.is_symlink() or not here.is_dir():
            raise OperatorError(f"the submodule '{path}' is refused: {here.name} is no folder")
    if any(here.iterdir()):
        raise OperatorError(f"the submodule '{path}' is refused: its folder is not empty")
    return here


def _config(url: str, sha: str) -> str:
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    lines = ["[core]", "\trepositoryformatversion = 1", "\tbare = false"]
    # What the mirror has beside this commit is not ours: a fetch must not take it for known.
    lines += ["\talternateRefsPrefixes = refs/none"]
    lines += ["[gc]", "\tauto = 0"]
    if len(sha) == 64:
        lines += ["[extensions]", "\tobjectFormat = sha256"]
    lines += ['[remote "origin"]', f'\turl = "{quoted}"']
    lines += ["\tfetch = +refs/heads/*:refs/remotes/origin/*"]
    return "\n".join(lines) + "\n"
