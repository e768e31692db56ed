"""Real git: what a run starts from, in every state that a repository can be in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from praktika.adapters.local.git import find, snapshot
from praktika.errors import OperatorError
from praktika.wiring.runs.source import source_key


def git(cwd: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"]
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    (repo / ".gitignore").write_text("ignored/\n")
    (repo / "a.txt").write_text("a")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "First ünïcode commit")
    return repo


def copy_of(repo: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    snapshot(find(repo), target)
    return target


def test_the_facts_of_a_clean_checkout(repo):
    place = find(repo)
    assert place.root == repo
    assert place.facts.branch == "main"
    assert place.facts.sha == git(repo, "rev-parse", "HEAD").strip()
    assert place.facts.message == "First ünïcode commit"
    assert place.facts.author == "Ann <ann@example.invalid>"
    assert place.facts.dirty == 0
    assert place.notes == ()


def test_a_subfolder_leads_to_the_root(repo):
    (repo / "deep/er").mkdir(parents=True)
    assert find(repo / "deep/er").root == repo


def test_a_dirty_tree_is_taken_as_it_is(repo, tmp_path):
    (repo / "a.txt").write_text("changed")
    (repo / "new file ü.txt").write_text("new")
    (repo / "ignored").mkdir()
    (repo / "ignored/x").touch()
    place = find(repo)
    assert place.facts.dirty == 2
    assert "2 changed files" in place.notes[0]
    copy = copy_of(repo, tmp_path)
    assert (copy / "a.txt").read_text() == "changed"
    assert (copy / "new file ü.txt").exists()
    assert not (copy / "ignored").exists()


def test_a_deleted_file_is_not_there(repo, tmp_path):
    (repo / "a.txt").unlink()
    assert not (copy_of(repo, tmp_path) / "a.txt").exists()


def test_git_works_in_the_copy_and_does_not_touch_the_original(repo, tmp_path):
    git(repo, "tag", "v1")
    copy = copy_of(repo, tmp_path)
    before = git(repo, "for-each-ref"), git(repo, "rev-parse", "HEAD")
    assert git(copy, "status", "--porcelain") == ""
    assert git(copy, "describe", "--tags").strip() == "v1"
    git(copy, "commit", "-q", "--allow-empty", "-m", "in the copy")
    git(copy, "tag", "v2")
    assert (git(repo, "for-each-ref"), git(repo, "rev-parse", "HEAD")) == before


def test_attack_12_credentials_of_the_remote_are_not_in_the_copy(repo, tmp_path):
    git(repo, "remote", "add", "origin", "https://ann:t0ken@example.invalid/o/r.git")
    git(repo, "config", "http.extraHeader", "Authorization: Basic t0ken")
    copy = copy_of(repo, tmp_path)
    assert find(repo).facts.repository == "o/r"
    assert git(copy, "remote", "get-url", "origin").strip() == "https://example.invalid/o/r.git"
    for path in (copy / ".git").rglob("*"):
        assert not path.is_file() or b"t0ken" not in path.read_bytes()


def test_a_detached_head(repo, tmp_path):
    git(repo, "checkout", "-q", "--detach")
    place = find(repo)
    assert place.facts.branch == ""
    assert "detached" in place.notes[0]
    assert git(copy_of(repo, tmp_path), "rev-parse", "HEAD").strip() == place.facts.sha


def test_no_commit_yet(tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    (repo / "a.txt").touch()
    place = find(repo)
    assert place.facts.sha == ""
    assert "no commit yet" in place.notes[0]
    assert (copy_of(repo, tmp_path) / "a.txt").exists()


def test_no_repository_at_all(tmp_path):
    folder = tmp_path / "plain"
    (folder / "ci/workflows").mkdir(parents=True)
    (folder / ".praktika").mkdir()
    (folder / ".praktika/old").touch()
    place = find(folder / "ci")
    assert (place.root, place.git_dir) == (folder, None)
    assert "no git repository" in place.notes[0]
    copy = tmp_path / "copy"
    snapshot(place, copy)
    assert not (copy / ".praktika").exists()


def test_a_bare_repository_is_refused_with_what_to_do(repo, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    with pytest.raises(OperatorError, match=r"bare.*Clone it"):
        find(tmp_path / "bare.git")


def test_inside_the_git_folder_is_refused(repo):
    with pytest.raises(OperatorError, match=r"inside \.git"):
        find(repo / ".git")


def test_another_work_tree_of_a_repository(repo, tmp_path):
    git(repo, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    (tmp_path / "tree" / "only-here").touch()
    place = find(tmp_path / "tree")
    assert place.facts.branch == "other"
    copy = tmp_path / "copy"
    snapshot(place, copy)
    assert git(copy, "log", "--format=%s").strip() == "First ünïcode commit"
    assert (copy / "only-here").exists()


def test_a_shallow_clone(repo, tmp_path):
    git(repo, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    copy = tmp_path / "copy"
    snapshot(find(tmp_path / "shallow"), copy)
    assert git(copy, "log", "--format=%s").strip() == "second"


def test_submodules_come_with_their_files(repo, tmp_path):
    git(
        repo,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        f"file://{repo}",
        "sub",
    )
    copy = copy_of(repo, tmp_path)
    assert (copy / "sub/a.txt").read_text() == "a"
    assert not (copy / "sub/.git").exists()


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_names_that_are_no_text(repo, tmp_path):
    odd = os.fsencode(repo) + b"/\xff\xfe new\nline"
    Path(os.fsdecode(odd)).touch()
    copy = copy_of(repo, tmp_path)
    assert os.path.lexists(os.fsencode(copy) + b"/\xff\xfe new\nline")


def test_without_git_the_message_says_what_to_install(repo, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OperatorError, match="git was not found"):
        find(repo)


def test_run_from_a_git_hook_the_repository_is_that_of_the_folder(repo, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    place = find(repo)
    assert (place.root, place.facts.branch) == (repo, "main")
    copy = tmp_path / "copy"
    assert snapshot(place, copy) == 2
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git(copy, "status", "--porcelain") == ""


def test_a_tag_of_the_branch_s_name(repo, tmp_path):
    git(repo, "tag", "main")
    assert find(repo).facts.branch == "main"
    assert git(copy_of(repo, tmp_path), "symbolic-ref", "HEAD").strip() == "refs/heads/main"


def test_a_branch_whose_name_is_no_text(repo, tmp_path):
    command = [b"git", b"symbolic-ref", b"HEAD", b"refs/heads/b\xff"]
    sha = git(repo, "rev-parse", "HEAD").strip().encode()
    subprocess.run([b"git", b"update-ref", b"refs/heads/b\xff", sha], cwd=repo, check=True)
    subprocess.run(command, cwd=repo, check=True)
    assert git(copy_of(repo, tmp_path), "status", "--porcelain") == ""


def test_a_repository_with_sha_256(tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q", "--object-format=sha256")
    (repo / "a").touch()
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "long")
    assert git(copy_of(repo, tmp_path), "log", "--format=%s").strip() == "long"


def test_a_tracked_folder_that_is_a_link_now(repo, tmp_path):
    (repo / "folder").mkdir()
    (repo / "folder/inner").write_text("tracked")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "folder")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/inner").write_text("not ours")
    (repo / "folder/inner").unlink()
    (repo / "folder").rmdir()
    (repo / "folder").symlink_to(tmp_path / "outside")
    copy = copy_of(repo, tmp_path)
    assert (copy / "folder").is_symlink()
    assert (tmp_path / "outside/inner").read_text() == "not ours"


def test_a_tracked_file_that_is_a_folder_now(repo, tmp_path):
    (repo / "a.txt").unlink()
    (repo / "a.txt").mkdir()
    (repo / "a.txt/new").touch()
    (repo / "a.txt/link").symlink_to("new")
    copy = copy_of(repo, tmp_path)
    assert (copy / "a.txt/new").exists()
    assert (copy / "a.txt/link").is_symlink()


def test_a_pipe_in_another_repository_is_left_out(repo, tmp_path):
    inner = repo / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "file").touch()
    git(inner, "add", ".")
    git(inner, "commit", "-q", "-m", "inner")
    os.mkfifo(inner / "pipe")
    copy = copy_of(repo, tmp_path)
    assert (copy / "inner/file").exists()
    assert not (copy / "inner/pipe").exists()


def test_changes_that_git_was_told_to_overlook_count(repo, tmp_path):
    for flag, changed in (("assume-unchanged", 1), ("skip-worktree", 1)):
        git(repo, "update-index", f"--{flag}", "a.txt")
        assert find(repo).facts.dirty == 0

        (repo / "a.txt").write_text("changed, unseen\n")
        place = find(repo)
        assert git(repo, "status", "--short") == ""
        assert place.facts.dirty == changed
        assert "1 changed files are included as they are" in place.notes
        assert source_key(place, copy_of(repo, tmp_path / flag), "r1") == "sources/r1.tar"

        git(repo, "update-index", f"--no-{flag}", "a.txt")
        git(repo, "checkout", "-q", "a.txt")


def test_what_a_sparse_checkout_leaves_out_makes_it_another_code(repo, tmp_path):
    whole = source_key(find(repo), copy_of(repo, tmp_path / "whole"), "r1")
    git(repo, "sparse-checkout", "set", "--no-cone", "/b.txt")

    place = find(repo)
    assert any("are not checked out" in note for note in place.notes)
    assert source_key(place, copy_of(repo, tmp_path / "part"), "r1") == "sources/r1.tar" != whole


def test_code_that_is_changed_while_it_is_copied_is_not_taken_for_the_commit(repo, tmp_path):
    place = find(repo)
    (repo / "a.txt").write_text("changed just now\n")

    assert place.facts.dirty == 0
    assert source_key(place, copy_of(repo, tmp_path), "r1") == "sources/r1.tar"
