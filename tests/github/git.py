"""The repositories behind the fake GitHub: real ones, on disk.

Forks share the folder of objects with what they were forked from. So a commit of a fork can be
fetched from the base repository by its id, as on GitHub.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ID = 40
NOTHING = "0" * ID
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
WHO = ("Ada", "ada@example.com")
SETTINGS = """
[uploadpack]
    allowAnySHA1InWant = true
    allowFilter = true
[http]
    receivepack = true
[gc]
    auto = 0
[receive]
    autogc = false
"""

Files = Mapping[str, "str | bytes | None"]


class GitFailed(Exception):
    """git has refused."""


@dataclass(frozen=True)
class ChangedFile:
    """A file that two commits have differently."""

    path: str
    status: str
    blob: str
    additions: int
    deletions: int
    before: str = ""


class Repositories:
    """Bare repositories below a folder, named `owner/name`."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.folder = folder
        self._now = now
        self._answers: dict[tuple[str, ...], str] = {}

    def place(self, name: str) -> Path:
        return self.folder / f"{name}.git"

    def create(self, name: str, branch: str) -> None:
        place = self.place(name)
        self._git(None, "init", "-q", "--bare", "-b", branch, str(place))
        with (place / "config").open("a") as config:
            config.write(SETTINGS)

    def fork(self, name: str, fork: str) -> None:
        """Make a fork, with the branches that there are now."""
        branch = self._git(name, "symbolic-ref", "--short", "HEAD")
        self.create(fork, branch)
        objects = self.place(fork) / "objects"
        for folder in (objects / "info", objects / "pack", objects):
            folder.rmdir()
        objects.symlink_to((self.place(name) / "objects").resolve())
        for known, sha in self.branches(name).items():
            self.move(fork, f"refs/heads/{known}", sha)

    def commit(self, name: str, branch: str, files: Files, *, message: str, onto: str) -> str:
        """Make a commit on top of another ("" for none) and let the branch be there."""
        stream = [f"commit refs/heads/{branch}\nmark :1\n".encode()]
        who = f"{WHO[0]} <{WHO[1]}> {int(self._now())} +0000"
        stream.append(f"author {who}\ncommitter {who}\n".encode())
        stream.append(_data(message.encode()))
        if onto:
            stream.append(f"from {onto}\n".encode())
        else:
            self.move(name, f"refs/heads/{branch}", NOTHING)
        for path, content in files.items():
            stream.append(_file(path, content))
        stream.append(b"\nget-mark :1\ndone\n")
        command = ("fast-import", "--quiet", "--force", "--done", "--date-format=raw")
        return self._git(name, *command, given=b"".join(stream))

    def branches(self, name: str) -> dict[str, str]:
        return {
            ref.removeprefix("refs/heads/"): sha
            for ref, sha in self.refs(name).items()
            if ref.startswith("refs/heads/")
        }

    def refs(self, name: str) -> dict[str, str]:
        """All of them, sorted by name."""
        lines = self._git(name, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ") for line in lines)

    def move(self, name: str, ref: str, sha: str) -> None:
        """Let a ref be at a commit; NOTHING removes it."""
        if sha == NOTHING:
            self._git(name, "update-ref", "-d", ref)
        else:
            self._git(name, "update-ref", ref, sha)

    def resolve(self, name: str, revision: str) -> str:
        """The commit that a branch, tag, ref or id means, or "" if there is none."""
        branch = self.place(name) / "refs/heads" / revision.removeprefix("heads/")
        if ".." not in revision and branch.is_file():
            return branch.read_text().strip()
        asked = ("rev-parse", "-q", "--verify", "--end-of-options")
        with suppress(GitFailed):
            if len(revision) == ID and _is_id(revision):
                return self._fixed(name, *asked, f"{revision}^{{commit}}")
        kinds = ["refs/tags/", "refs/", *([""] if _is_id(revision) else [])]
        for kind in kinds:
            with suppress(GitFailed):
                return self._git(name, *asked, f"{kind}{revision}^{{commit}}")
        return ""

    def common(self, name: str, one: str, other: str) -> str:
        """The best commit that both come from, or "" if there is none."""
        try:
            return self._fixed(name, "merge-base", one, other)
        except GitFailed:
            return ""

    def between(self, name: str, since: str, until: str) -> list[str]:
        """The commits that are in one and not in the other, oldest first."""
        return self._fixed(name, "rev-list", "--reverse", f"{since}..{until}").splitlines()

    def changed(self, name: str, before: str, after: str) -> list[ChangedFile]:
        """What is different in `after`, by path."""
        counts = self._fixed(name, "diff-tree", "-r", "-z", "-M", "--numstat", before, after)
        raw = self._fixed(name, "diff-tree", "-r", "-z", "-M", "--raw", before, after)
        return _changed(raw.split("\0"), _counted(counts.split("\0")))

    def about(self, name: str, sha: str) -> dict[str, str]:
        """tree, parents, author, mail, date, message of a commit."""
        form = "%T%x00%P%x00%an%x00%ae%x00%aI%x00%B"
        parts = self._fixed(name, "show", "-s", f"--format={form}", sha).split("\0")
        return dict(
            zip(("tree", "parents", "author", "mail", "date", "message"), parts, strict=True)
        )

    def merge(self, name: str, base: str, head: str, message: str) -> str:
        """A commit that merges both, which no branch has yet, or "" if they conflict."""
        try:
            tree = self._git(name, "merge-tree", "--write-tree", base, head)
        except GitFailed:
            return ""
        return self._git(
            name, "commit-tree", tree, "-p", base, "-p", head, given=message.encode() + b"\n"
        )

    def _fixed(self, name: str, *arguments: str) -> str:
        """What git says of commits named by id: the same for ever."""
        asked = (name, *arguments)
        if asked not in self._answers:
            self._answers[asked] = self._git(*asked)
        return self._answers[asked]

    def _git(self, name: str | None, *arguments: str, given: bytes = b"") -> str:
        when = f"{int(self._now())} +0000"
        env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {
                f"GIT_{role}_NAME": WHO[0],
                f"GIT_{role}_EMAIL": WHO[1],
                f"GIT_{role}_DATE": when,
            }
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        where = ["--git-dir", str(self.place(name))] if name else []
        ran = subprocess.run(
            ["git", *where, *arguments], input=given, capture_output=True, env=env, check=False
        )
        if ran.returncode:
            raise GitFailed(f"git {' '.join(arguments)}: {ran.stderr.decode()}")
        return ran.stdout.decode(errors="replace").rstrip("\n")


def _is_id(text: str) -> bool:
    return 7 <= len(text) <= ID and not set(text) - set("0123456789abcdef")


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _file(path: str, content: str | bytes | None) -> bytes:
    if content is None:
        return f"D {path}\n".encode()
    data = content.encode() if isinstance(content, str) else content
    mode = "100755" if data.startswith(b"#!") else "100644"
    return f"M {mode} inline {path}\n".encode() + _data(data)


def _counted(fields: list[str]) -> dict[str, tuple[int, int]]:
    """Added and removed lines by new path, of `--numstat -z`."""
    counts = {}
    left = iter(fields)
    for entry in left:
        if not entry:
            continue
        added, removed, path = entry.split("\t")
        if not path:
            next(left)
            path = next(left)
        counts[path] = (int(added) if added != "-" else 0, int(removed) if removed != "-" else 0)
    return counts


def _changed(fields: list[str], counts: Mapping[str, tuple[int, int]]) -> list[ChangedFile]:
    """Of `--raw -z`."""
    words = {
        "A": "added",
        "D": "removed",
        "M": "modified",
        "R": "renamed",
        "C": "copied",
        "T": "changed",
    }
    found = []
    left = iter(fields)
    for entry in left:
        if not entry.startswith(":"):
            continue
        _, _, old, new, status = entry.split(" ")
        path, before = next(left), ""
        if status[0] in "RC":
            before, path = path, next(left)
        added, removed = counts.get(path, (0, 0))
        blob = old if status[0] == "D" else new
        found.append(ChangedFile(path, words[status[0]], blob, added, removed, before))
    return found
