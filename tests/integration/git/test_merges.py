"""Merges that every machine makes for itself, and what they change."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.integration.git.conftest import Bench, Origin, run_git, tree

from praktika.adapters.local.git.mirrors import merging
from praktika.adapters.local.git.mirrors import mirror as mirrors
from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts
from praktika.errors import Absent, AuthorError, OperatorError
from praktika.model.facts import Merge

LINES = "".join(f"{number}\n" for number in range(20))


class Fork:
    """Two branches that went apart at a commit."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.common = origin.commit({"a": LINES, "b": "b\n", "gone": "x\n"}, "common")

    def on(self, branch: str, files: dict[str, str] | None = None, *gone: str) -> str:
        path = self.origin.path
        run_git(path, "checkout", "-q", "-B", branch, self.common)
        for name in gone:
            (path / name).unlink()
        return self.origin.commit(files, branch)

    def merge(self, base: str, head: str) -> Merge:
        return Merge(base=base, head=head, common=self.common)


@pytest.fixture
def fork(origin) -> Fork:
    return Fork(origin)


def checkouts(machine: Bench) -> MirroredCheckouts:
    return MirroredCheckouts(machine.folder / "mirrors")


def simple(fork: Fork) -> Merge:
    base = fork.on("main", {"a": f"{LINES}base\n", "new/b": "b\n"})
    return fork.merge(base, fork.on("change", {"a": f"head\n{LINES}", "h": "h\n"}, "gone"))


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_merge_is_what_git_merge_makes(tmp_path, machine, digest):
    fork = Fork(Origin(tmp_path / "repo", digest))
    merge = simple(fork)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge, branch="change") as place:
        assert run_git(place, "rev-parse", "HEAD^1", "HEAD^2").split() == [merge.base, merge.head]
        assert run_git(place, "status", "--porcelain") == ""
        assert run_git(place, "for-each-ref", "--format=%(refname)") == "refs/heads/change"
        assert run_git(place, "rev-list", "--count", "HEAD") == "3"
        assert run_git(place, "diff", "--name-only", "HEAD^1").split() == ["a", "gone", "h"]
        run_git(place, "fsck", "--full", "--strict")
        run_git(place, "fetch", "-q", "--unshallow", "origin")
        assert run_git(place, "merge-base", "HEAD^1", "HEAD^2") == fork.common
        found = tree(place)
    run_git(fork.origin.path, "checkout", "-q", "main")
    run_git(fork.origin.path, "merge", "-q", "--no-edit", "change")
    assert found == tree(fork.origin.path)


def test_two_machines_come_to_the_same_commit(fork, machine, tmp_path, monkeypatch):
    merge = simple(fork)
    one = checkouts(machine).merged(fork.origin.url, merge)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Somebody\n\temail = else@example.invalid\n"
        "[merge]\n\trenames = false\n[commit]\n\tgpgSign = true\n[i18n]\n\tcommitEncoding = latin1\n"
    )
    for key, value in {"HOME": str(home), "TZ": "Asia/Kathmandu", "LANG": "C"}.items():
        monkeypatch.setenv(key, value)
    for key in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{key}_NAME", "Mallory")
        monkeypatch.setenv(f"GIT_{key}_DATE", "2001-01-01T00:00:00")
    time.tzset()
    other = Bench(tmp_path / "other")
    with other.checkout(fork.origin.url, one, merge=merge) as place:
        said = run_git(place, "log", "-1", "--format=%an %ae %cn %ce %ai %s")
        dates = run_git(place, "log", "--format=%ct", "HEAD^1", "HEAD^2").split()
        assert int(run_git(place, "log", "-1", "--format=%ct")) == max(map(int, dates))
    monkeypatch.undo()
    time.tzset()
    assert said.startswith("praktika praktika@localhost praktika praktika@localhost ")
    assert said.endswith(f"+0000 Merge {merge.head} into {merge.base}")
    assert checkouts(other).merged(fork.origin.url, merge) == one


def test_three_commits_come_in_one_fetch_and_what_is_there_does_not(fork, machine, server):
    merge = simple(fork)
    url = server.url("owner/repo")
    assert checkouts(machine).merged(url, merge) == checkouts(machine).merged(url, merge)
    # One to ask for the protocol, which has no commits in it; one or two to get them.
    assert 1 <= len([line for line in server.requests if line.startswith("POST")]) <= 2
    server.requests.clear()
    later = Merge(base=merge.base, head=fork.on("later", {"z": "z"}), common=fork.common)
    sha = checkouts(machine).merged(url, later)
    with machine.checkout(url, sha, merge=later):
        pass
    assert 1 <= len([line for line in server.requests if line.startswith("POST")]) <= 2


def test_many_want_the_same_merge_at_once(fork, machine, server):
    merge = simple(fork)
    url = server.url("owner/repo")
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: checkouts(machine).merged(url, merge), range(8)))
    assert len(ids) == 1
    assert 1 <= len([line for line in server.requests if line.startswith("POST")]) <= 2


def test_a_merge_of_what_is_there_takes_two_calls_of_git_and_again_none(fork, machine, monkeypatch):
    """A call takes milliseconds, and a webhook's first command is to run within half a second."""
    merge = simple(fork)
    for number, sha in enumerate((merge.base, merge.head, merge.common)):
        with machine.checkout(fork.origin.url, sha, f"w{number}"):
            pass
    real, calls = subprocess.run, []
    monkeypatch.setattr(
        subprocess, "run", lambda command, **rest: calls.append(command) or real(command, **rest)
    )
    sha = checkouts(machine).merged(fork.origin.url, merge)
    assert [len({"cat-file", "merge-tree"} & {*call}) for call in calls] == [1, 1]
    assert checkouts(machine).merged(fork.origin.url, merge) == sha
    assert len(calls) == 2


def test_a_base_that_has_not_moved_is_merged_too(fork, machine):
    head = fork.on("change", {"h": "h\n"})
    merge = fork.merge(fork.common, head)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge) as place:
        assert run_git(place, "rev-parse", "HEAD^1", "HEAD^2").split() == [fork.common, head]
        assert run_git(place, "diff", "HEAD", "HEAD^2") == ""


def test_a_head_that_the_base_has_already_is_the_base(fork, machine):
    base = fork.on("main", {"b": "new\n"})
    merge = fork.merge(base, fork.common)
    assert checkouts(machine).merged(fork.origin.url, merge) == base
    with machine.checkout(fork.origin.url, base, merge=merge) as place:
        assert (place / "b").read_text() == "new\n"
    with (
        pytest.raises(OperatorError, match="is not the merge of"),
        machine.checkout(fork.origin.url, fork.common, "w2", merge=merge),
    ):
        pass
    assert checkouts(machine).changed(fork.origin.url, base, base, merge) == []


def test_a_merge_of_another_id_is_refused(fork, machine):
    merge = simple(fork)
    with (
        pytest.raises(OperatorError, match=f"to be {'a' * 40} comes to [0-9a-f]{{40}} on this"),
        machine.checkout(fork.origin.url, "a" * 40, merge=merge),
    ):
        pass
    assert not (machine.folder / "work").exists()


# What conflicts.


def conflict(fork: Fork, machine: Bench, base: str, head: str) -> str:
    with pytest.raises(AuthorError) as refused:
        checkouts(machine).merged(fork.origin.url, fork.merge(base, head))
    assert "merge the base branch into it, or rebase" in str(refused.value)
    return str(refused.value)


def test_a_conflict_names_the_files_and_no_more_than_20(fork, machine):
    names = [f"f{number:02}" for number in range(23)]
    base = fork.on("main", dict.fromkeys(names, "base\n"))
    head = fork.on("change", dict.fromkeys(names, "head\n"))
    text = conflict(fork, machine, base, head)
    assert head[:12] in text
    assert "'f00', 'f01'" in text
    assert "'f19' and 3 more" in text


def test_one_deletes_what_the_other_changes(fork, machine):
    base, head = fork.on("main", {"a": "new\n"}), fork.on("change", None, "a")
    assert "in 'a';" in conflict(fork, machine, base, head)


def test_a_name_that_is_no_text_is_shown_safely(fork, machine):
    path = os.fsencode(fork.origin.path) + b"/\xff\x1b[31m\n"

    def commit(branch: str) -> str:
        fork.on(branch)
        with open(path, "w") as file:
            file.write(branch)
        return fork.origin.commit()

    base = commit("main")
    text = conflict(fork, machine, base, commit("change"))
    assert r"'\xff?[31m?'" in text


@pytest.mark.parametrize("attribute", ["", "*.bin merge=union\n", "*.bin -merge\n"])
def test_binary_files_conflict_and_attributes_of_merging_do_not_count(fork, machine, attribute):
    common = fork.on("common", {"x.bin": "\0 1\n", ".gitattributes": attribute})
    fork.common = common
    base, head = fork.on("main", {"x.bin": "\0 2\n"}), fork.on("change", {"x.bin": "\0 3\n"})
    assert "'x.bin'" in conflict(fork, machine, base, head)


def test_no_driver_runs_and_union_is_no_exception(fork, machine, tmp_path, monkeypatch):
    home, ran = tmp_path / "home", tmp_path / "ran"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[merge "own"]\n\tdriver = touch {ran}; true\n')
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/attributes").write_text("* merge=own\n")
    monkeypatch.setenv("HOME", str(home))
    fork.common = fork.on("common", {".gitattributes": "b merge=own\nlist merge=union\n"})
    base = fork.on("main", {"b": "base\n", "list": "base\n"})
    head = fork.on("change", {"b": "head\n", "list": "head\n"})
    assert "'b', 'list'" in conflict(fork, machine, base, head)
    assert not ran.exists()


def test_modes_links_and_renames_are_merged(fork, machine):
    path = fork.origin.path
    fork.on("main")
    (path / "a").chmod(0o755)
    (path / "link").symlink_to("a")
    base = fork.origin.commit()
    fork.on("change", {"moved/a": f"{LINES}more\n"}, "a")
    head = fork.origin.commit()
    merge = fork.merge(base, head)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge) as place:
        assert os.access(place / "moved/a", os.X_OK)
        assert (place / "moved/a").read_text().endswith("more\n")
        assert os.readlink(place / "link") == "a"
        assert not (place / "a").exists()
    changed = checkouts(machine).changed(fork.origin.url, base, sha, merge)
    assert changed == ["a", "moved/a"]


def test_a_link_that_the_other_made_a_file_conflicts(fork, machine):
    fork.on("main", None, "b")
    (fork.origin.path / "b").symlink_to("a")
    base = fork.origin.commit()
    assert "'b'" in conflict(fork, machine, base, fork.on("change", {"b": "head\n"}))


def test_histories_with_nothing_in_common(fork, machine):
    merge = Merge(base=fork.common, head=fork.on("change", {"h": "h"}), common="")
    with pytest.raises(AuthorError, match="no commit in common"):
        checkouts(machine).merged(fork.origin.url, merge)


def test_of_two_commits_from_which_they_went_apart_the_given_one_counts(fork, machine):
    """Criss-cross: each branch has merged the other one's commit."""
    path = fork.origin.path
    one, other = fork.on("main", {"o": "1\n"}), fork.on("change", {"p": "1\n"})
    run_git(path, "merge", "-q", "--no-edit", one)
    head = fork.origin.commit({"h": "h\n"})
    run_git(path, "checkout", "-q", "main")
    run_git(path, "merge", "-q", "--no-edit", other)
    base = fork.origin.commit({"b2": "b\n"})
    ids = {
        checkouts(machine).merged(fork.origin.url, Merge(base=base, head=head, common=common))
        for common in (one, other)
    }
    assert len(ids) == 1


def test_what_is_no_id_or_no_commit(fork, machine):
    merge = simple(fork)
    for bad in ("main", "--upload-pack=x", "HEAD", ""):
        for field in ("base", "head"):
            given = Merge(**{"base": merge.base, "head": merge.head, "common": "x", field: bad})
            with pytest.raises(OperatorError, match="no full id"):
                checkouts(machine).merged(fork.origin.url, given)
    with pytest.raises(Absent, match=f"does not have the commit {'b' * 40}"):
        checkouts(machine).merged(
            fork.origin.url, Merge(base=merge.base, head="b" * 40, common=merge.common)
        )
    files = run_git(fork.origin.path, "rev-parse", f"{merge.head}^{{tree}}")
    with pytest.raises(OperatorError):
        checkouts(machine).merged(fork.origin.url, fork.merge(merge.base, files))


# Submodules.


def test_submodules_of_a_merge(fork, machine, tmp_path):
    library = Origin(tmp_path / "remotes/owner/library")
    old, new = library.commit({"l": "1"}), library.commit({"l": "2"})
    fork.on("common")
    fork.origin.submodule("../library", "lib", old)
    fork.common = fork.origin.commit()
    base = fork.on("main", {"b": "base\n"})
    fork.on("change")
    run_git(fork.origin.path, "update-index", "--cacheinfo", f"160000,{new},lib")
    run_git(fork.origin.path, "commit", "-q", "-m", "change")
    head = run_git(fork.origin.path, "rev-parse", "HEAD")
    merge = fork.merge(base, head)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge, submodules=True) as place:
        assert (place / "lib/l").read_text() == "2"
        assert run_git(place, "status", "--porcelain") == ""
    assert checkouts(machine).changed(fork.origin.url, base, sha, merge) == ["lib"]
    third = library.commit({"l": "3"})
    run_git(fork.origin.path, "reset", "-q", "--hard", base)
    run_git(fork.origin.path, "update-index", "--cacheinfo", f"160000,{third},lib")
    run_git(fork.origin.path, "commit", "-q", "-m", "base")
    moved = run_git(fork.origin.path, "rev-parse", "HEAD")
    assert "'lib'" in conflict(fork, machine, moved, head)


# What is kept, and what goes wrong.


def test_a_merge_is_kept_while_it_is_used_and_made_again_later(fork, machine, monkeypatch):
    merge = simple(fork)
    url = fork.origin.url
    sha = checkouts(machine).merged(url, merge)
    monkeypatch.setattr(mirrors, "KEPT", 1)
    monkeypatch.setattr(mirrors, "PACKS", 0)
    with machine.checkout(url, sha, merge=merge) as place:
        with machine.checkout(url, fork.on("later", {"z": "z"}), "w2"):
            pass
        run_git(place, "fsck", "--full")
        assert run_git(place, "diff", "--name-only", "HEAD^1").split() == ["a", "gone", "h"]
    (mirror,) = machine.mirrors
    with machine.checkout(url, fork.on("last", {"z": "y"}), "w3"):
        pass
    assert list((mirror / "merges").iterdir()) == []
    assert sha not in run_git(mirror, "cat-file", "--batch-all-objects", "--batch-check")
    with machine.checkout(url, sha, "w4", merge=merge) as place:
        assert run_git(place, "rev-parse", "HEAD") == sha


def _no_objects(mirror: Path) -> None:
    for path in mirror.glob("objects/??/*"):
        path.unlink()


DAMAGES = {
    "loose objects are gone": _no_objects,
    "packs are gone": lambda mirror: [path.unlink() for path in mirror.glob("objects/pack/*")],
    "everything is gone": shutil.rmtree,
    "notes are gone": lambda mirror: shutil.rmtree(mirror / "merges"),
    "notes are empty": lambda mirror: [path.write_text("") for path in mirror.glob("merges/*")],
    "names are gone": lambda mirror: shutil.rmtree(mirror / "refs/commits"),
    "drafts are left": lambda mirror: [
        (mirror / name).write_text("x")
        for name in ("merges/x.lock", "refs/commits/y.lock", "objects/pack/tmp_pack_z")
    ],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_missing_is_made_again(fork, machine, damage):
    merge = simple(fork)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge):
        pass
    DAMAGES[damage](machine.mirrors[0])
    with machine.checkout(fork.origin.url, sha, "again", merge=merge) as place:
        assert run_git(place, "status", "--porcelain") == ""
        run_git(place, "fsck", "--full")
    assert checkouts(machine).changed(fork.origin.url, merge.base, sha, merge) == ["a", "gone", "h"]
    assert checkouts(machine).merged(fork.origin.url, merge) == sha


CALLS = ("fetch", "cat-file", "merge-tree", "write 1", "write 2")


@pytest.mark.parametrize("call", CALLS)
def test_a_crash_at_any_point_heals(fork, machine, monkeypatch, call):
    merge = simple(fork)

    class Crash(BaseException):
        pass

    written = []

    def crashing(real, word):
        def crashed(*arguments, **rest):
            written.append(word)
            if word in arguments or f"write {written.count('write')}" == call:
                raise Crash
            return real(*arguments, **rest)

        return crashed

    with monkeypatch.context() as patch:
        patch.setattr(mirrors, "git", crashing(mirrors.git, call))
        patch.setattr(merging, "git", crashing(merging.git, call))
        patch.setattr(merging, "asked", crashing(merging.asked, call))
        if call.startswith("write"):
            patch.setattr(mirrors, "_write", crashing(mirrors._write, "write"))
        with pytest.raises(Crash):
            checkouts(machine).merged(fork.origin.url, merge)
    sha = checkouts(machine).merged(fork.origin.url, merge)
    with machine.checkout(fork.origin.url, sha, merge=merge) as place:
        run_git(place, "fsck", "--full")
    assert list(machine.mirrors[0].rglob("*.lock")) == []


def test_security_2_what_is_fetched_is_the_exact_commit(fork, machine, monkeypatch):
    """Security 2, fault 5: no name of a branch or pull request is asked for, which may move."""
    merge = simple(fork)
    real, asked_for = subprocess.run, []

    def watched(command, **rest):
        if "fetch" in command:
            asked_for.extend(command[command.index("--end-of-options") + 2 :])
        return real(command, **rest)

    monkeypatch.setattr(subprocess, "run", watched)
    checkouts(machine).merged(fork.origin.url, merge)
    shas = (merge.base, merge.head, merge.common)
    assert asked_for == [f"+{sha}:refs/commits/{sha}" for sha in shas]


def test_fault_1_a_merge_leaves_no_token_on_disk(fork, machine, server):
    """Fault 1, security 12: neither in the job's .git/config nor in the mirror."""
    merge = simple(fork)
    server.login = "x-access-token:S3CRET"
    url = server.url("owner/repo", server.login)
    sha = checkouts(machine).merged(url, merge)
    checkouts(machine).changed(url, merge.base, sha, merge)
    with machine.checkout(url, sha, merge=merge) as place:
        assert run_git(place, "config", "remote.origin.url") == server.url("owner/repo")
        files = [path for path in machine.folder.rglob("*") if path.is_file()]
        assert any(path.is_relative_to(place) for path in files)
        (header,) = {one for one in server.authorizations if one}
        words = (b"S3CRET", header.split()[1].encode())
        assert not [path for path in files if any(word in path.read_bytes() for word in words)]


# What changed.


def test_changed_files_are_all_told_however_many(fork, machine):
    """Fault 53: no page of an API cuts the list off, and a rename is two paths."""
    files = {f"many/{number:04}": f"{number}\n" for number in range(350)}
    head = fork.on("change", files | {"ünï": "u"}, "b")
    changed = checkouts(machine).changed(fork.origin.url, fork.common, head)
    assert changed == sorted([*files, "ünï", "b"])


def test_changes_since_a_commit_that_is_gone(fork, machine):
    with pytest.raises(Absent):
        checkouts(machine).changed(fork.origin.url, "c" * 40, fork.common)


def test_what_a_commit_says_of_itself(fork, machine):
    head = fork.on("change", {"h": "h"})
    run_git(fork.origin.path, "commit", "-q", "--amend", "-m", "One\n\nTwo ünï $(x)")
    head = run_git(fork.origin.path, "rev-parse", "HEAD")
    found = checkouts(machine).described(fork.origin.url, head)
    assert found.message == "One\n\nTwo ünï $(x)"
    assert found.author == "Ann <ann@example.invalid>"
