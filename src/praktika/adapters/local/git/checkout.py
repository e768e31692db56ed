"""The repository on this machine: its facts, and a copy of its files to run from."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from praktika.adapters.local.git import changes
from praktika.adapters.local.git.call import STATE_DIR
from praktika.adapters.local.git.call import call as _git
from praktika.adapters.local.git.call import text as _text
from praktika.errors import OperatorError
from praktika.model.facts import Facts

_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A folder to run from: a git work tree, or a plain folder.

    Attributes:
        root: its top.
        git_dir: the repository's own folder (shared by its work trees), None for a plain folder.
        facts: see `Facts`.
        notes: what is unusual about it, one sentence each, for people.
    """

    root: Path
    git_dir: Path | None
    facts: Facts
    notes: tuple[str, ...] = ()


def find(start: Path) -> Checkout:
    """The checkout around `start`.

    Raises:
        OperatorError: git is missing or refuses, or the repository is bare.
    """
    answer = _git(start, "rev-parse", "--is-bare-repository", "--git-common-dir", check=False)
    if answer.returncode != 0:
        return _plain(start, answer.stderr.decode("utf-8", "replace"))
    bare, common = _text(answer.stdout).split("\n")[:2]
    top = _git(start, "rev-parse", "--show-toplevel", check=False)
    if bare == "true" or top.returncode != 0:
        raise OperatorError(
            f"{start} is in a bare repository or inside .git: there are no files to run. "
            "Clone it (`git clone`), and run praktika in the clone."
        )
    root = Path(os.fsdecode(top.stdout.rstrip(b"\n")))
    return _describe(root, (start / common).resolve())


def snapshot(checkout: Checkout, target: Path, *, is_portable: bool = False) -> int:
    """Copy the checkout's files as they are now, changed and new ones too; how many there are.

    What git ignores is left out. In a git work tree the copy gets a small repository of its own
    that borrows the objects of the original, so that jobs can use git but not change the author's
    repository. A portable copy has the objects of its commit instead, but not of earlier ones, so
    that it can be used on another machine.
    """
    target.mkdir(parents=True)
    if checkout.git_dir is None:
        return _copy_plain(checkout.root, target)
    listed = _git(
        checkout.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    ).stdout
    names = {os.fsdecode(name) for name in listed.split(b"\0") if name}
    links: dict[str, bool] = {}
    for name in sorted(names):
        if name.split("/", 1)[0] != STATE_DIR and not _is_behind_link(checkout.root, name, links):
            _copy(checkout.root / name, target / name)
    _make_repository(checkout, checkout.git_dir, target)
    if is_portable and checkout.facts.sha:
        _cut_loose(checkout, target)
    return len(names)


def published_at(checkout: Checkout) -> str:
    """The URL of `origin`, which has the commit of this checkout.

    Raises:
        OperatorError: it does not, as far as is known here, or not everything is in the commit.
    """
    facts, root = checkout.facts, checkout.root
    if not facts.sha:
        raise OperatorError("there is no commit yet that could be fetched")
    changed, _ = _differing(root)
    if changed:
        raise OperatorError(
            f"{changed} changed files are in no commit that could be fetched; commit and push"
            " them, or let git ignore them"
        )
    # As the author's configuration rewrites it, which runners do not have.
    url = os.fsdecode(_git(root, "remote", "get-url", "origin", check=False).stdout)
    if not url.strip():
        raise OperatorError("this checkout has no remote 'origin' that could be fetched from")
    known = ("for-each-ref", "--count=1", f"--contains={facts.sha}", "refs/remotes/origin")
    if not _git(root, *known).stdout:
        raise OperatorError(
            f"no branch of 'origin' is known to have the commit {facts.sha[:10]}; push it first"
            " (`git push`), or look again (`git fetch`)"
        )
    return _absolute(root, url.removesuffix("\n"))


def submodule_states(checkout: Checkout) -> list[str]:
    """The submodules whose files are in the checkout, each with its commit; sorted."""
    return sorted(_submodules(checkout.root, "")) if checkout.git_dir else []


def _submodules(root: Path, prefix: str) -> Iterator[str]:
    for entry in _git(root, "ls-files", "--stage", "-z").stdout.split(b"\0"):
        facts, _, name = entry.partition(b"\t")
        path = root / os.fsdecode(name)
        if facts.startswith(b"160000 ") and (path / ".git").exists():
            shown = prefix + os.fsdecode(name)
            head = _git(path, "rev-parse", "HEAD", check=False).stdout
            yield f"{shown}\0{_text(head)}"
            yield from _submodules(path, f"{shown}/")


def _absolute(root: Path, url: str) -> str:
    """The URL; the path of a folder on this machine as one that holds everywhere on it."""
    is_folder = "://" not in url and (url.startswith(".") or (root / url).is_dir())
    return os.path.normpath(root / url) if is_folder else url


def _describe(root: Path, git_dir: Path) -> Checkout:
    notes: list[str] = []
    log = _git(root, "log", "-1", "--format=%H%x00%an <%ae>%x00%B", check=False)
    sha = author = message = ""
    if log.returncode == 0:
        sha, author, message = _text(log.stdout).split("\0", 2)
    else:
        notes.append("there is no commit yet; the files are taken as they are")
    head = _git(root, "symbolic-ref", "-q", "HEAD", check=False).stdout
    branch = _text(head).removeprefix("refs/heads/")
    if not branch:
        notes.append(f"the head is detached at {sha[:10]}")
    changed, absent = _differing(root)
    if changed and sha:
        notes.append(f"{changed} changed files are included as they are")
    if absent:
        notes.append(f"{absent} files are not checked out, and jobs will not have them")
    facts = Facts(
        repository=_repository(root),
        sha=sha,
        branch=branch,
        dirty=changed + absent,
        message=message.strip(),
        author=author,
    )
    return Checkout(root=root, git_dir=git_dir, facts=facts, notes=tuple(notes))


def dirty(root: Path) -> int:
    """How many files of a checkout are not as in its commit, also where git does not look."""
    return sum(_differing(root))


def _differing(root: Path) -> tuple[int, int]:
    """How many files are not as in the commit; how many are left out by a sparse checkout."""
    options = ("--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none")
    status = _git(root, "status", *options).stdout
    hidden = changes.hidden(root)
    return sum(1 for entry in status.split(b"\0") if entry) + hidden.changed, hidden.absent


def _plain(start: Path, complaint: str) -> Checkout:
    if "not a git repository" not in complaint:
        raise OperatorError(f"git refuses this folder: {complaint.strip()}")
    root = next((up for up in (start, *start.parents) if (up / "ci" / "workflows").is_dir()), start)
    return Checkout(
        root=root,
        git_dir=None,
        facts=Facts(repository=root.name),
        notes=("this is no git repository: there is no commit, and all files are taken",),
    )


def _repository(root: Path) -> str:
    """`owner/name` of the remote, or the folder's name."""
    url = _text(_git(root, "config", "--get", "remote.origin.url", check=False).stdout)
    parts = [part for part in re.split(r"[/:]", url.removesuffix(".git")) if part]
    return "/".join(parts[-2:]) if "://" in url or "@" in url else root.name


def _make_repository(checkout: Checkout, git_dir: Path, target: Path) -> None:
    own = target / ".git"
    (own / "objects" / "info").mkdir(parents=True)
    (own / "refs").mkdir()
    (own / "objects" / "info" / "alternates").write_bytes(os.fsencode(git_dir / "objects") + b"\n")
    (own / "config").write_bytes(_config(checkout.root))
    facts = checkout.facts
    # As git has it: a branch's name is bytes, and may also be that of a tag.
    branch = _git(checkout.root, "symbolic-ref", "-q", "HEAD", check=False).stdout
    (own / "HEAD").write_bytes(b"ref: " + branch if branch else facts.sha.encode() + b"\n")
    refs = _git(checkout.root, "show-ref", check=False).stdout
    (own / "packed-refs").write_bytes(b"# pack-refs with: \n" + refs)
    if (git_dir / "shallow").exists():
        shutil.copyfile(git_dir / "shallow", own / "shallow")
    if facts.sha:
        _git(target, "read-tree", "HEAD")


def _cut_loose(checkout: Checkout, target: Path) -> None:
    """Give the copy the objects of its one commit, so that it needs the original no more."""
    own, sha = target / ".git", checkout.facts.sha
    packs = own / "objects" / "pack"
    packs.mkdir(parents=True, exist_ok=True)
    listed = _git(checkout.root, "rev-list", "--objects", "--no-walk", sha).stdout
    _git(checkout.root, "pack-objects", "-q", str(packs / "pack"), given=listed)
    (own / "shallow").write_text(f"{sha}\n")
    head = (own / "HEAD").read_bytes().removeprefix(b"ref: ").strip()
    refs = b"" if head == sha.encode() else sha.encode() + b" " + head + b"\n"
    (own / "packed-refs").write_bytes(b"# pack-refs with: \n" + refs)
    (own / "objects" / "info" / "alternates").unlink()


def _config(root: Path) -> bytes:
    url = _git(root, "config", "--get", "remote.origin.url", check=False).stdout.rstrip(b"\n")
    lines = [b"[core]", b"\trepositoryformatversion = 1", b"\tbare = false", b"[gc]", b"\tauto = 0"]
    digest = _text(_git(root, "rev-parse", "--show-object-format", check=False).stdout)
    if digest == "sha256":
        lines += [b"[extensions]", b"\tobjectFormat = sha256"]
    if url:
        clean = _CREDENTIALS.sub("", os.fsdecode(url))
        quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
        lines += [
            b'[remote "origin"]',
            b'\turl = "' + os.fsencode(quoted) + b'"',
            b"\tfetch = +refs/heads/*:refs/remotes/origin/*",
        ]
    return b"\n".join(lines) + b"\n"


def _copy_plain(root: Path, target: Path) -> int:
    count = 0
    for here, folders, files in os.walk(root):
        if Path(here) == root and STATE_DIR in folders:
            folders.remove(STATE_DIR)
        for name in [*files, *(name for name in folders if (Path(here) / name).is_symlink())]:
            path = Path(here) / name
            _copy(path, target / path.relative_to(root))
            count += 1
    return count


def _is_behind_link(root: Path, name: str, known: dict[str, bool]) -> bool:
    """Whether a folder of this name is a symbolic link now: what git lists there is elsewhere."""
    folder = name.rstrip("/").rpartition("/")[0]
    if not folder:
        return False
    if folder not in known:
        is_link = (root / folder).is_symlink()
        known[folder] = is_link or _is_behind_link(root, folder, known)
    return known[folder]


def _copy(source: Path, target: Path) -> None:
    """Copy one entry; what was deleted meanwhile, or is a socket or device, is left out.

    Raises:
        OperatorError: it cannot be read, or there is no room for it.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.is_dir():
            # Another repository: a submodule or one that lies here. Other folders' files are
            # listed one by one.
            if (source / ".git").exists():
                _copy_repository(source, target)
        elif source.is_file():
            shutil.copy2(source, target)
    except (FileNotFoundError, FileExistsError):
        return
    except OSError as error:
        raise OperatorError(
            f"{source} cannot be copied: {error.strerror}. Make it readable, or let git ignore it."
        ) from error


def _copy_repository(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.name == ".git":
            continue
        if entry.is_dir() and not entry.is_symlink() and not (entry / ".git").exists():
            _copy_repository(entry, target / entry.name)
        else:
            _copy(entry, target / entry.name)
