"""Submodules of a commit, checked out with it."""

from __future__ import annotations

import subprocess

import pytest
from tests.integration.git.conftest import Origin, run_git, tree

from praktika.adapters.local.git.mirrors import checkouts
from praktika.errors import Absent, OperatorError, PraktikaError


@pytest.fixture
def lib(tmp_path) -> Origin:
    """A repository beside `origin`, with a submodule of its own."""
    deep = Origin(tmp_path / "remotes/owner/deep")
    lib = Origin(tmp_path / "remotes/owner/lib")
    lib.submodule("../deep", "vendor/deep", deep.commit({"deep.txt": "deep"}))
    lib.commit({"lib.txt": "old"})
    return lib


def test_submodules_are_checked_out_with_those_within_them(origin, lib, machine, server):
    sha = lib.commit({"lib.txt": "recorded"})
    lib.commit({"lib.txt": "later"})
    origin.submodule("../lib", "third party/lib", sha, name="with.dots")
    sha = origin.commit({"a": "a"})
    for number, url in enumerate((origin.url, server.url("owner/repo"))):
        with machine.checkout(url, sha, f"w{number}", submodules=True) as place:
            folder = place / "third party/lib"
            assert (folder / "lib.txt").read_text() == "recorded"
            assert (folder / "vendor/deep/deep.txt").read_text() == "deep"
            assert run_git(place, "status", "--porcelain") == ""
            assert run_git(folder, "status", "--porcelain") == ""
            assert run_git(place, "submodule", "foreach", "-q", "--recursive", "echo $sm_path")
            assert not list(place.rglob("hooks"))
            assert not (place / ".git/modules").exists()
    assert len(machine.mirrors) == 6


def test_without_need_their_folders_are_empty(origin, lib, machine):
    origin.submodule(lib.url, "lib", lib.commit())
    with machine.checkout(origin.url, origin.commit()) as place:
        assert list((place / "lib").iterdir()) == []
        assert run_git(place, "status", "--porcelain") == ""
    assert len(machine.mirrors) == 1


def test_a_recorded_commit_that_is_nowhere(origin, lib, machine):
    origin.submodule(lib.url, "lib", "a" * 40)
    sha = origin.commit()
    with (
        pytest.raises(Absent, match=r"submodule 'lib': .* does not have the commit aaa"),
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass


def test_the_files_are_those_of_the_recorded_id_and_no_other(origin, lib, machine):
    """What is in a mirror under another id is of no use to whoever put it there."""
    recorded = lib.commit({"lib.txt": "honest"})
    origin.submodule(lib.url, "lib", recorded)
    sha = origin.commit()
    with machine.checkout(origin.url, sha, "w1", submodules=True):
        pass
    forged = lib.commit({"lib.txt": "forged"})
    (mirror,) = [path for path in machine.mirrors if "lib" in path.name]
    run_git(mirror, "fetch", "-q", lib.url, f"{forged}:refs/commits/{forged}")
    (mirror / "refs/commits" / recorded).write_text(f"{forged}\n")
    with machine.checkout(origin.url, sha, "w2", submodules=True) as place:
        assert (place / "lib/lib.txt").read_text() == "honest"


def test_row_12_the_token_of_the_parent_serves_submodules_of_the_same_origin(
    origin, lib, machine, server
):
    server.login = "u:S3CRET"
    origin.submodule("../lib", "lib", lib.commit())
    sha = origin.commit()
    url = server.url("owner/repo", server.login)
    with machine.checkout(url, sha, submodules=True) as place:
        assert (place / "lib/vendor/deep/deep.txt").exists()
        for path in machine.folder.rglob("*"):
            assert path.is_dir() or b"S3CRET" not in path.read_bytes()


# Predecessor's fault 12: whoever could open a pull request could write `.git/modules` of others.


@pytest.mark.parametrize(
    ("path", "url", "name"),
    [
        ("sub", "ext::sh -c 'touch {ran}'", "sub"),
        ("sub", "--upload-pack=touch {ran}", "sub"),
        ("sub", "-u./payload", "sub"),
        ("sub", "ssh://-oProxyCommand=touch+{ran}/x", "sub"),
        ("sub", "../lib", "../../hooks"),
        ("sub", "../../../../../../../../../etc", "sub"),
    ],
)
def test_fault_12_a_hostile_submodule_is_refused_by_name(origin, lib, machine, path, url, name):
    ran = machine.folder.with_name("ran")
    origin.submodule(url.format(ran=ran), path, lib.commit(), name=name)
    sha = origin.commit({"a": "a"})
    with (
        pytest.raises(OperatorError) as refused,
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass
    assert "submodule" in str(refused.value)
    assert " is refused: " in str(refused.value)
    assert any(word in str(refused.value) for word in (f"'{path}'", url, name))
    assert not ran.exists()


@pytest.mark.parametrize("path", ["../out", "/abs", ".git/hooks", "a/../../b"])
def test_fault_12_a_hostile_path_is_refused_by_name(origin, lib, machine, path):
    origin.submodule(lib.url, "sub", lib.commit())
    with (origin.path / ".gitmodules").open("a") as file:
        file.write(f'[submodule "bad"]\n\tpath = {path}\n\turl = {lib.url}\n')
    sha = origin.commit({"a": "a"})
    with (
        pytest.raises(OperatorError, match=r"the submodule .*, called 'bad' is refused"),
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass


def test_fault_12_a_command_in_gitmodules_is_never_run(origin, lib, machine):
    ran = machine.folder.with_name("ran")
    origin.submodule(lib.url, "sub", lib.commit(), update=f"!touch {ran}")
    sha = origin.commit({"a": "a"})
    with (
        pytest.raises(OperatorError, match="sub"),
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass
    assert not ran.exists()


def test_fault_12_a_symbolic_link_is_no_gitmodules(origin, lib, machine):
    origin.submodule(lib.url, "sub", lib.commit())
    (origin.path / "real").write_text((origin.path / ".gitmodules").read_text())
    (origin.path / ".gitmodules").unlink()
    (origin.path / ".gitmodules").symlink_to("real")
    sha = origin.commit()
    with (
        pytest.raises(OperatorError, match="gitmodules"),
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass


def test_fault_12_a_symbolic_link_at_the_place_of_a_submodule_leads_nowhere(
    origin, lib, machine, tmp_path
):
    """A tree with both, as git itself would never write it."""
    target = tmp_path / "target"
    target.mkdir()
    origin.submodule(lib.url, "sub", lib.commit())
    origin.commit({"a": "a"})
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=origin.path,
        input=f"{target}".encode(),
        capture_output=True,
        check=True,
    ).stdout.strip()
    listed = run_git(origin.path, "ls-tree", "HEAD")
    entries = b"".join(
        mode.encode() + b" " + name.encode() + b"\0" + bytes.fromhex(sha)
        for mode, _, sha, name in (line.split(None, 3) for line in listed.split("\n"))
    )
    entries += b"120000 sub\0" + bytes.fromhex(blob.decode())
    made = (
        subprocess.run(
            ["git", "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
            cwd=origin.path,
            input=entries,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    sha = run_git(origin.path, "commit-tree", "-m", "odd", made)
    run_git(origin.path, "update-ref", "refs/heads/main", sha)
    with pytest.raises(PraktikaError), machine.checkout(origin.url, sha, submodules=True):
        pass
    assert list(target.iterdir()) == []


def test_row_17_and_fault_12_a_job_cannot_leave_hooks_or_settings_for_the_next_one(
    origin, lib, machine
):
    origin.submodule(lib.url, "lib", lib.commit())
    sha = origin.commit()
    with machine.checkout(origin.url, sha, "w1", submodules=True) as place:
        for own in (place / ".git", place / "lib/.git"):
            (own / "hooks").mkdir()
            (own / "hooks/post-checkout").write_text("#!/bin/sh\nexit 1\n")
            (own / "hooks/post-checkout").chmod(0o755)
            with (own / "config").open("a") as file:
                file.write("[core]\n\tfsmonitor = false; touch ran\n")
        before = tree(place)
    with machine.checkout(origin.url, sha, "w2", submodules=True) as place:
        assert tree(place) == before
        assert not list(place.rglob("hooks"))
        assert "fsmonitor" not in run_git(place / "lib", "config", "--list", "--local")


def test_submodules_beyond_all_measure_are_refused(origin, lib, machine, monkeypatch):
    origin.submodule(lib.url, "lib", lib.commit())
    sha = origin.commit()
    monkeypatch.setattr(checkouts, "SUBMODULES_LIMIT", 1)
    with (
        pytest.raises(OperatorError, match="more than 1 submodules"),
        machine.checkout(origin.url, sha, submodules=True),
    ):
        pass
    monkeypatch.setattr(checkouts, "SUBMODULES_LIMIT", 9)
    monkeypatch.setattr(checkouts, "DEPTH_LIMIT", 1)
    with (
        pytest.raises(OperatorError, match="nested more than 1"),
        machine.checkout(origin.url, sha, "w2", submodules=True),
    ):
        pass
