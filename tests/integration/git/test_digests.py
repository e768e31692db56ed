"""Real git: digests of footprints, of commits and of files as they are now."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from praktika.adapters.local.git import content as contents
from praktika.adapters.local.git import find, snapshot
from praktika.adapters.local.git.changes import changed_between, changed_files, merge_base
from praktika.adapters.local.git.commits import commit_id
from praktika.adapters.local.git.trees import LocalTrees
from praktika.engine.files.digests import Digests
from praktika.errors import Absent, AuthorError, OperatorError
from praktika.model.plan import Footprint

NOBODY = 65_534
ALL = Footprint(include=("",))
EACH = Footprint(include=("",), submodules=True)
IDENTITY = [
    *("-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"),
    *("-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"),
]


def git(cwd: Path, *arguments: str, **more: object) -> str:
    env = {**os.environ, **more.pop("env", {})}
    answer = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=cwd, check=True, capture_output=True, env=env, **more
    )
    return answer.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())


def save(root: Path) -> str:
    """Commit everything as it is."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")
    return git(root, "rev-parse", "HEAD")


def digest(root: Path, footprint: Footprint = EACH, sha: str | None = None) -> str:
    """The digest for a commit."""
    with LocalTrees(root) as trees:
        content = contents.committed(trees, sha or git(root, "rev-parse", "HEAD"))
        return Digests(trees.read, trees.algorithm).of(content, [footprint])[0]


def digest_now(
    root: Path, footprint: Footprint = EACH, sha: str | None = None, copy: Path | None = None
) -> str:
    """The digest for the files as they are now."""
    with LocalTrees(root) as trees:
        head = git(root, "rev-parse", "HEAD") if sha is None else sha
        content = contents.work_tree(trees, head, copy)
        return Digests(trees.read, trees.algorithm).of(content, [footprint])[0]


def differing(root: Path) -> set[str]:
    with LocalTrees(root) as trees:
        return set(contents.work_tree(trees, git(root, "rev-parse", "HEAD")).changes)


def written_tree(root: Path, kind: str, *paths: str) -> str:
    """What git says of an index that holds exactly these files of HEAD."""
    listed = git(root, "ls-tree", "-r", "-z", "HEAD", "--", *paths) if paths else ""
    env = {"GIT_INDEX_FILE": str(root / ".git" / "other-index")}
    git(
        root,
        "update-index",
        "-z",
        "--index-info",
        input=listed.encode("utf-8", "surrogateescape"),
        env=env,
    )
    tree = git(root, "write-tree", env=env)
    (root / ".git" / "other-index").unlink()
    return f"{kind}:{tree}"


FILES = {
    "a.txt": "a",
    "src/x.c": "x",
    "src/deep/er/y.c": "y",
    "src/deep/z.md": "z",
    "src.d/w": "w",
    "docs/é.md": "d",
    "docs/e\u0301.md": "other",
    "empty": "",
    "crlf.txt": b"1\r\n2\r\n",
}


@pytest.fixture(params=["sha1", "sha256"])
def kind(request):
    return request.param


@pytest.fixture
def repo(tmp_path, kind):
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q", "--object-format", kind)
    write(repo, FILES)
    write(repo, {".gitignore": "ignored/\n", "run": "#!/bin/sh\n"})
    (repo / "run").chmod(0o755)
    (repo / "link").symlink_to("src/x.c")
    os.symlink(b"nowhere\xff", os.fsencode(repo / "broken"))
    (repo / os.fsdecode(b"raw\xff\xfe")).write_text("r")
    save(repo)
    return repo


@pytest.mark.parametrize(
    ("include", "exclude", "paths"),
    [
        (("src",), (), ("src",)),
        (("src", "run", "link", "./docs/"), (), ("src", "run", "link", "docs")),
        (("**/*.c",), (), ("src/x.c", "src/deep/er/y.c")),
        (("src",), ("**/*.md",), ("src/x.c", "src/deep/er")),
        (("src", "a.*"), ("./src/deep",), ("a.txt", "src/x.c")),
        (("src/?.c", "docs/?.md"), (), ("src/x.c", "docs/é.md")),
        ((os.fsdecode(b"raw\xff*"), "broken"), (), (os.fsdecode(b"raw\xff\xfe"), "broken")),
        (("nothing",), (), ()),
    ],
)
def test_the_digest_is_what_git_writes_for_exactly_these_files(repo, kind, include, exclude, paths):
    footprint = Footprint(include=include, exclude=exclude)
    assert digest(repo, footprint) == written_tree(repo, kind, *paths)


def test_everything_is_the_tree_of_the_commit(repo, kind):
    assert digest(repo) == f"{kind}:{git(repo, 'rev-parse', 'HEAD^{tree}')}" == digest_now(repo)
    assert differing(repo) == set()
    assert changed_files(repo, "HEAD") == ()


def edit(repo):
    write(repo, {"a.txt": "changed", "new/file ü": "n", "new\nline": "n", '"quoted"': "q"})
    (repo / os.fsdecode(b"more\xff")).write_text("m")


def retype(repo):
    (repo / "empty").unlink()
    write(repo, {"empty/now/a folder": ""})
    shutil.rmtree(repo / "src.d")
    write(repo, {"src.d": "a file now"})
    (repo / "link").unlink()
    write(repo, {"link": "src/x.c"})
    (repo / "a.txt").unlink()
    (repo / "a.txt").symlink_to("run")
    shutil.rmtree(repo / "docs")
    (repo / "docs").symlink_to("src")


def rename(repo):
    git(repo, "mv", "src/x.c", "src/new.c")
    (repo / "src/deep/z.md").rename(repo / "src/z.md")


def change_modes(repo):
    (repo / "run").chmod(0o644)
    (repo / "a.txt").chmod(0o755)
    write(repo, {"tool": ""})
    (repo / "tool").chmod(0o755)


def stage(repo):
    write(repo, {"staged": "1", "src/x.c": "staged"})
    git(repo, "add", "staged", "src/x.c")
    write(repo, {"src/x.c": "and changed again"})
    git(repo, "rm", "-q", "--cached", "a.txt")
    git(repo, "rm", "-q", "empty")
    write(repo, {"intended": "i"})
    git(repo, "add", "-N", "intended")


def delete(repo):
    shutil.rmtree(repo / "src" / "deep")
    git(repo, "rm", "-q", "run")


def ignore(repo):
    write(repo, {"ignored/x": "1", ".gitignore": "ignored/\n*.tmp\n", "b.tmp": ""})
    write(repo, {".praktika/praktika.db": "ours"})


@pytest.mark.parametrize("change", [edit, retype, rename, change_modes, stage, delete, ignore])
@pytest.mark.parametrize("hashes_a_copy", [False, True])
def test_files_have_the_digest_of_the_commit_that_would_hold_them(
    repo, tmp_path, change, hashes_a_copy
):
    before, parts = digest(repo), Footprint(include=("**/[!r]*",), exclude=("docs",))
    change(repo)
    copy = tmp_path / "copy" if hashes_a_copy else None
    if copy:
        snapshot(find(repo), copy)
        write(repo, {"src/deep/late": "after the copy"})
        (repo / "src/deep/late").unlink()
    now = digest_now(repo, EACH, copy=copy), digest_now(repo, parts, copy=copy)
    changed = changed_files(repo, "HEAD")
    old = git(repo, "rev-parse", "HEAD")
    shutil.rmtree(repo / ".praktika", ignore_errors=True)
    new = save(repo)
    assert now == (digest(repo), digest(repo, parts))
    assert now[0] != before
    unchanged = {"a.txt"} if change is stage else set()
    assert set(changed) - unchanged == set(changed_between(repo, old, new))
    assert now[0] == digest_now(repo, EACH, sha=old)


def test_what_is_hashed_is_the_copy(repo, tmp_path):
    write(repo, {"a.txt": "before", "new": "1"})
    snapshot(find(repo), tmp_path / "copy")
    now = digest_now(repo)
    write(repo, {"a.txt": "after", "new": "2"})
    assert digest_now(repo, copy=tmp_path / "copy") == now != digest_now(repo)


def test_files_that_are_only_newer_are_no_difference(repo):
    os.utime(repo / "a.txt", (1, 1))
    assert differing(repo) == set()
    assert changed_files(repo, "HEAD") == ()


@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.txt text eol=crlf\n"])
def test_ends_of_lines_that_git_converts_are_no_difference(repo, tmp_path, attributes):
    write(repo, {".gitattributes": attributes, "lf.txt": "1\n2\n"})
    save(repo)
    git(repo, "config", "core.autocrlf", "true")
    git(repo, "config", "core.safecrlf", "false")
    (repo / "lf.txt").unlink()
    git(repo, "checkout", "-q", "lf.txt")
    assert (repo / "lf.txt").read_bytes() == b"1\r\n2\r\n"
    assert differing(repo) == set()
    os.utime(repo / "lf.txt", (1, 1))
    write(repo, {"lf.txt": b"1\r\n2\r\n3\r\n", "sub/new.txt": b"n\r\n"})
    snapshot(find(repo), tmp_path / "copy")
    now = digest_now(repo), digest_now(repo, copy=tmp_path / "copy")
    save(repo)
    assert now == (digest(repo), digest(repo))


def test_filters_of_git_are_applied(repo):
    git(repo, "config", "filter.upper.clean", "tr a-z A-Z")
    write(repo, {".gitattributes": "*.up filter=upper\n", "a.up": "small"})
    now = digest_now(repo)
    save(repo)
    assert now == digest(repo)
    assert git(repo, "cat-file", "-p", "HEAD:a.up") == "SMALL"


def test_modes_are_gits_where_the_file_system_has_none(repo):
    git(repo, "config", "core.fileMode", "false")
    (repo / "run").chmod(0o644)
    (repo / "a.txt").chmod(0o755)
    assert differing(repo) == set()
    write(repo, {"run": "changed"})
    now = digest_now(repo)
    save(repo)
    assert now == digest(repo)


def test_files_that_git_does_not_look_at_are_seen(repo):
    git(repo, "update-index", "--assume-unchanged", "a.txt")
    git(repo, "update-index", "--skip-worktree", "src/x.c")
    write(repo, {"a.txt": "changed"})
    (repo / "src/x.c").unlink()
    now = digest_now(repo)
    git(repo, "update-index", "--no-assume-unchanged", "a.txt")
    git(repo, "update-index", "--no-skip-worktree", "src/x.c")
    save(repo)
    assert now == digest(repo)


def test_a_conflict_is_taken_as_it_lies_there(repo):
    git(repo, "checkout", "-q", "-b", "other")
    write(repo, {"a.txt": "theirs"})
    save(repo)
    git(repo, "checkout", "-q", "main")
    write(repo, {"a.txt": "ours"})
    save(repo)
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "other")
    now = digest_now(repo)
    assert changed_files(repo, "HEAD") == ("a.txt",)
    save(repo)
    assert now == digest(repo)


def test_another_repository_that_lies_there_counts_with_its_files(repo):
    before = digest_now(repo)
    write(repo, {"other/x": "1"})
    git(repo / "other", "init", "-q")
    one = digest_now(repo)
    write(repo, {"other/x": "2"})
    assert len({before, one, digest_now(repo)}) == 3
    assert changed_files(repo, "HEAD") == ("other",)


def test_a_repository_without_commits(tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, FILES)
    now = digest_now(tmp_path, sha="")
    save(tmp_path)
    assert now == digest(tmp_path)
    assert changed_files(tmp_path, "0" * 40) is None


def test_a_folder_that_is_no_repository(tmp_path):
    write(tmp_path, FILES)
    (tmp_path / "link").symlink_to("src")
    (tmp_path / "a.txt").chmod(0o755)
    write(tmp_path, {".praktika/praktika.db": "ours"})
    os.mkfifo(tmp_path / "pipe")
    found = Digests(lambda ids: iter(()), "sha1").of(contents.plain_folder(tmp_path), [ALL])
    shutil.rmtree(tmp_path / ".praktika")
    git(tmp_path, "init", "-q")
    save(tmp_path)
    assert found == [digest(tmp_path)]
    with pytest.raises(OperatorError, match="git"), LocalTrees(Path("/")) as trees:
        trees.root("1" * 40)


@pytest.fixture
def parent(repo, tmp_path, kind):
    """A repository with two submodules."""
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q", "--object-format", kind)
    write(other, {"lib.c": "1", ".gitignore": "*.o\n"})
    save(other)
    for path in ("contrib/lib", "sub"):
        git(repo, "submodule", "add", "-q", str(other), path)
    save(repo)
    return repo


def test_a_submodule_is_the_commit_that_is_recorded(parent, kind):
    assert digest(parent) == f"{kind}:{git(parent, 'rev-parse', 'HEAD^{tree}')}"
    assert digest_now(parent) == digest(parent)
    without = Footprint(include=("contrib", "sub*", "src"))
    assert digest(parent, without) == written_tree(parent, kind, "src")
    named = Footprint(include=("contrib/lib/", "src"))
    assert digest(parent, named) == written_tree(parent, kind, "src", "contrib/lib")
    asked = Footprint(include=("src",), submodules=True)
    assert digest(parent, asked) == written_tree(parent, kind, "src", "contrib/lib", "sub")


def test_a_submodule_that_is_at_another_commit_is_that_commit(parent):
    before = digest(parent)
    write(parent / "sub", {"lib.c": "2"})
    save(parent / "sub")
    now = digest_now(parent)
    assert changed_files(parent, "HEAD") == ("sub",)
    save(parent)
    assert now == digest(parent) != before


def test_what_is_changed_in_a_submodule_counts(parent, tmp_path):
    found = [digest(parent)]
    write(parent / "sub", {"lib.c": "2"})
    found.append(digest_now(parent))
    write(parent / "sub", {"new.c": "3"})
    found.append(digest_now(parent))
    assert changed_files(parent, "HEAD") == ("sub",)
    write(parent / "sub", {"made.o": "ignored"})
    assert digest_now(parent) == found[-1]
    assert len(set(found)) == 3
    (parent / "sub/made.o").unlink()
    snapshot(find(parent), tmp_path / "copy")
    assert digest_now(parent, copy=tmp_path / "copy") == found[-1]
    only = Footprint(include=("src", "contrib/lib"))
    assert digest_now(parent, only) == digest(parent, only)


def test_submodules_that_are_new_or_gone(parent, tmp_path):
    git(parent, "submodule", "add", "-q", str(tmp_path / "other"), "third")
    git(parent, "rm", "-q", "-f", "sub")
    now = [digest_now(parent, each) for each in (EACH, ALL, Footprint(include=("third",)))]
    save(parent)
    assert now == [digest(parent, each) for each in (EACH, ALL, Footprint(include=("third",)))]


def test_a_submodule_that_is_not_checked_out_is_as_recorded(parent, tmp_path):
    old = git(parent, "rev-parse", "HEAD")
    write(parent / "sub", {"lib.c": "2"})
    save(parent / "sub")
    save(parent)
    git(tmp_path, "clone", "-q", str(parent), "clone")
    assert digest_now(tmp_path / "clone") == digest(parent)
    assert digest_now(tmp_path / "clone", sha=old) == digest(parent)


def test_a_submodule_of_a_submodule_counts(parent, tmp_path):
    git(parent / "sub", "submodule", "add", "-q", str(tmp_path / "other"), "inner")
    save(parent / "sub")
    save(parent)
    before = digest_now(parent)
    assert before == digest(parent)
    write(parent / "sub/inner", {"lib.c": "changed"})
    assert changed_files(parent, "HEAD") == ("sub",)
    assert digest_now(parent) != before


def test_a_submodule_that_became_a_folder(parent):
    git(parent, "rm", "-q", "-f", "sub")
    write(parent, {"sub/lib.c": "1"})
    now = digest_now(parent, ALL)
    save(parent)
    assert now == digest(parent, ALL)


def test_modules_that_cannot_be_read_are_said_to_be_so(repo):
    write(repo, {".gitmodules": "[submodule"})
    with pytest.raises(OperatorError, match="gitmodules cannot be read"):
        digest_now(repo, sha="")
    save(repo)
    with pytest.raises(OperatorError, match="gitmodules cannot be read"):
        digest(repo)


def test_a_shallow_clone_does_not_know_older_commits(repo, tmp_path):
    old = git(repo, "rev-parse", "HEAD")
    write(repo, {"a.txt": "2"})
    new = save(repo)
    git(tmp_path, "clone", "-q", "--depth=1", repo.as_uri(), "clone")
    clone = tmp_path / "clone"
    assert changed_files(clone, old) is None
    assert changed_between(clone, old, new) is None
    assert merge_base(clone, old, new) is None
    assert digest_now(clone) == digest(repo)
    with pytest.raises(Absent, match="unshallow"):
        digest(clone, sha=old)


def test_what_changed_between_commits_has_both_names_of_a_rename(repo):
    old = git(repo, "rev-parse", "HEAD")
    rename(repo)
    write(repo, {os.fsdecode(b"\xff"): "1"})
    new = save(repo)
    wanted = ["src/x.c", "src/new.c", "src/deep/z.md", "src/z.md", os.fsdecode(b"\xff")]
    assert changed_between(repo, old, new) == tuple(sorted(wanted)) == changed_files(repo, old)


def test_the_commit_from_which_branches_went_apart(repo):
    old = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "-b", "other")
    write(repo, {"b": "1"})
    other = save(repo)
    git(repo, "checkout", "-q", "main")
    write(repo, {"c": "1"})
    save(repo)
    assert merge_base(repo, "main", other) == old
    git(repo, "checkout", "-q", "--orphan", "alone")
    assert merge_base(repo, save(repo), other) is None
    assert merge_base(repo, "nowhere", other) is None
    assert changed_files(repo, "--help") is None


def test_variables_of_a_hook_lead_nowhere_else(repo, tmp_path, monkeypatch):
    wanted = digest_now(repo)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with LocalTrees(repo) as trees:
        sha = (repo / ".git/refs/heads/main").read_text().strip()
        content = contents.work_tree(trees, sha)
        assert Digests(trees.read, trees.algorithm).of(content, [EACH]) == [wanted]


def test_git_is_not_asked_about_the_files_of_a_commit(repo):
    wanted = digest(repo)
    sha = git(repo, "rev-parse", "HEAD")
    (repo / ".git/index").write_text("damaged")
    assert digest(repo, sha=sha) == wanted
    with pytest.raises(OperatorError):
        digest_now(repo, sha=sha)


def test_git_ends_with_its_reader(repo):
    with LocalTrees(repo) as trees:
        trees.root(git(repo, "rev-parse", "HEAD"))
        process = trees._git._process
        assert process.poll() is None
    assert process.poll() is not None
    trees.close()


@pytest.fixture
def place_of_nobody(monkeypatch) -> Iterator[Path]:
    """A folder of a user who cannot read everything, as which this process goes on."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(place, NOBODY, NOBODY)
            monkeypatch.setenv("HOME", folder)
            os.seteuid(NOBODY)
        try:
            yield place
        finally:
            if is_root:
                os.seteuid(0)


def test_what_cannot_be_read_is_said(place_of_nobody):
    plain, repo = (place_of_nobody / name for name in ("plain", "repo"))
    for folder in (plain, repo):
        write(folder, {"secret": "1"})
        (folder / "secret").chmod(0)
    with pytest.raises(OperatorError, match="secret"):
        contents.plain_folder(plain)
    git(repo, "init", "-q")
    with pytest.raises(OperatorError, match="secret"):
        digest_now(repo, sha="")


def test_a_submodule_that_was_copied_with_changes_is_not_the_recorded_one(parent, tmp_path):
    write(parent / "sub", {"lib.c": "changed"})
    first, second = tmp_path / "first", tmp_path / "second"
    snapshot(find(parent), first)
    write(parent / "sub", {"lib.c": "changed again"})
    snapshot(find(parent), second)

    # As an orchestrator finds it: the copies have the files of the submodule, not its repository.
    assert len({digest(parent), digest_now(first), digest_now(second)}) == 3


def test_what_counts_is_the_copy_whatever_became_of_the_original(repo, tmp_path):
    write(repo, {"a.txt": "being edited", "new.txt": "new"})
    (repo / "src/x.c").unlink()
    (repo / "src/deep/z.md").chmod(0o755)
    snapshot(find(repo), tmp_path / "copy")
    before = digest_now(repo)
    (repo / "new.txt").unlink()
    git(repo, "checkout", "-q", ".")
    write(repo, {"later.txt": "l"})

    assert digest_now(repo, copy=tmp_path / "copy") == before
    (repo / "later.txt").unlink()
    assert digest_now(repo) == digest(repo) != before


def test_a_name_that_excludes_a_commit_is_none(repo):
    for name in ("^HEAD", "--all", "-x", "HEAD..HEAD", "HEAD:a.txt", "HEAD^{tree}"):
        with pytest.raises(AuthorError, match="no commit"):
            commit_id(repo, name)
