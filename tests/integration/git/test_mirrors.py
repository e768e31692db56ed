"""Commits fetched into mirrors, and checked out for jobs."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from tests.git_server import serve
from tests.integration.git.conftest import Bench, Origin, run_git, tree

from praktika.adapters.local.git.mirrors import mirror as mirrors
from praktika.adapters.local.git.mirrors import uses
from praktika.errors import Absent, Denied, OperatorError, Unavailable


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_work_tree_is_the_commit_and_nothing_else(origin, machine):
    origin.commit({"a.txt": "old", "gone.txt": "x"})
    (origin.path / "gone.txt").unlink()
    (origin.path / "link").symlink_to("a.txt")
    (origin.path / "run.sh").write_text("true\n")
    (origin.path / "run.sh").chmod(0o755)
    sha = origin.commit({"a.txt": "new", "deep/er/ünï.txt": "u", "empty": ""}, "second")
    with machine.checkout(origin.url, sha, branch="feature/x") as place:
        assert tree(place) == tree(origin.path)
        assert os.access(place / "run.sh", os.X_OK)
        assert not os.access(place / "a.txt", os.X_OK)
        assert run_git(place, "status", "--porcelain") == ""
        assert run_git(place, "log", "--format=%s") == "second"
        assert run_git(place, "rev-parse", "--abbrev-ref", "HEAD") == "feature/x"
        assert run_git(place, "describe", "--always", "--dirty") == sha[:7]
        (place / "a.txt").write_text("changed")
        assert "+changed" in run_git(place, "diff")
        assert not (place / ".git/hooks").exists()


def test_an_odd_name_of_a_branch_leaves_the_head_detached(origin, machine):
    sha = origin.commit({"a": "a"})
    for branch in ("", "../../config", "a b", "x\nref: y", "-x", "a..b", "x.lock", "/x"):
        with machine.checkout(
            origin.url, sha, f"w{branch!r}".replace("/", "|"), branch=branch
        ) as place:
            assert (place / ".git/HEAD").read_text() == f"{sha}\n"


def test_the_same_commit_is_fetched_once(origin, machine, server):
    sha = origin.commit({"a": "a"})
    url = server.url("owner/repo")
    for number in range(3):
        with machine.checkout(url, sha, f"w{number}") as place:
            assert (place / "a").read_text() == "a"
    fetched = [line for line in server.requests if line.startswith("POST")]
    assert 1 <= len(fetched) <= 2


def test_only_one_commit_is_fetched(origin, machine):
    for number in range(5):
        sha = origin.commit({"a": f"{number}"})
    with machine.checkout(origin.url, sha):
        (mirror,) = machine.mirrors
        counted = run_git(mirror, "count-objects", "-v")
        assert "in-pack: 3" in counted


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_both_kinds_of_object_names(tmp_path, machine, digest):
    origin = Origin(tmp_path / "other", digest)
    sha = origin.commit({"a": "a"})
    with machine.checkout(origin.url, sha) as place:
        assert run_git(place, "rev-parse", "HEAD") == sha
        assert run_git(place, "status", "--porcelain") == ""


def test_the_configuration_of_a_machine_changes_no_bytes(origin, machine, tmp_path, monkeypatch):
    sha = origin.commit(
        {"a.txt": "one\ntwo\n", "big.bin": "pointer\n", ".gitattributes": "*.bin filter=lfs\n"}
    )
    home = tmp_path / "home"
    home.mkdir()
    ran = tmp_path / "ran"
    (home / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n\thooksPath = " + str(home / "hooks") + "\n"
        f'[filter "lfs"]\n\tsmudge = touch {ran}; tr a-z A-Z\n\trequired = true\n'
        f"[init]\n\ttemplateDir = {home}/template\n"
    )
    for hook in (
        "hooks/post-checkout",
        "hooks/reference-transaction",
        "template/hooks/post-checkout",
    ):
        path = home / hook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {ran}\n")
        path.chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    with machine.checkout(origin.url, sha) as place:
        assert (place / "a.txt").read_bytes() == b"one\ntwo\n"
        assert (place / "big.bin").read_bytes() == b"pointer\n"
    assert not ran.exists()


def test_what_a_job_does_with_git_changes_no_mirror(origin, machine, server):
    first = origin.commit({"a": "a"}, "first")
    sha = origin.commit({"a": "b"}, "second")
    later = origin.commit({"a": "c"}, "third")
    url = server.url("owner/repo")
    with machine.checkout(url, later, "other"), machine.checkout(url, sha) as place:
        (mirror,) = machine.mirrors
        before = contents(mirror)
        (place / "new").write_text("x" * 1000)
        run_git(place, "config", "core.hooksPath", "/nowhere")
        run_git(place, "add", "-A")
        run_git(place, "commit", "-q", "-m", "of the job")
        run_git(place, "tag", "v1")
        run_git(place, "gc", "-q", "--prune=now", "--aggressive")
        run_git(place, "repack", "-a", "-d", "-f")
        run_git(place, "prune", "--expire=now")
        run_git(place, "fetch", "-q", "origin")
        run_git(place, "fetch", "-q", "--unshallow", "origin")
        run_git(place, "pack-refs", "--all")
        run_git(place, "update-ref", "-d", "refs/tags/v1")
        assert run_git(place, "rev-list", "--count", "origin/main") == "3"
        assert first in run_git(place, "rev-list", "HEAD")
        run_git(place, "fsck", "--full")
        assert contents(mirror) == before


# A job's credentials.


@pytest.mark.parametrize("given", ["in the URL", "beside it"])
def test_row_12_no_credentials_are_left_on_disk(origin, machine, server, given):
    sha = origin.commit({"a": "a"})
    server.login = "x-access-token:ghs_S3CRET/%+"
    quoted = "x-access-token:ghs_S3CRET%2F%25%2B"
    if given == "in the URL":
        url = server.url("owner/repo", quoted)
    else:
        machine.credentials = server.url("owner", quoted)
        url = server.url("owner/repo")
    with machine.checkout(url, sha) as place:
        assert (place / "a").read_text() == "a"
        (header,) = {one for one in server.authorizations if one}
        words = [b"S3CRET", header.split()[1].encode()]
        for path, data in contents(machine.folder).items():
            assert not any(word in data or word.decode() in path for word in words), path
        assert run_git(place, "config", "remote.origin.url") == server.url("owner/repo")
    assert any(path.name == "config" for path in machine.folder.rglob("*"))


def test_row_12_credentials_are_no_arguments_and_in_no_error(origin, machine, server, monkeypatch):
    sha = origin.commit({"a": "a"})
    server.login = "right:right"
    seen = []
    real = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **rest: seen.append(command) or real(command, **rest)
    )
    with (
        pytest.raises(Denied) as refused,
        machine.checkout(server.url("owner/repo", "u:S3CRET"), sha),
    ):
        pass
    assert "S3CRET" not in str(refused.value) + repr(seen)


def test_credentials_are_for_their_host_alone(origin, machine, server, tmp_path):
    sha = origin.commit({"a": "a"})
    machine.credentials = "https://u:S3CRET@example.invalid"
    server.login = "u:S3CRET"
    with pytest.raises(Denied), machine.checkout(server.url("owner/repo"), sha):
        pass
    assert set(server.authorizations) == {""}


def test_credentials_are_not_taken_to_where_a_server_leads(origin, machine, server, tmp_path):
    sha = origin.commit({"a": "a"})
    with serve(tmp_path / "remotes") as thief:
        server.elsewhere = f"http://127.0.0.1:{thief.server_port}"
        with pytest.raises(OperatorError), machine.checkout(server.url("owner/repo", "u:p"), sha):
            pass
        assert thief.requests == []


# What goes wrong.


def test_a_commit_that_the_remote_does_not_have(origin, machine, server):
    origin.commit({"a": "a"})
    for url in (origin.url, server.url("owner/repo")):
        with (
            pytest.raises(Absent, match=r"does not have the commit 0123.*push it"),
            machine.checkout(url, "0123456789" * 4),
        ):
            pass


def test_a_remote_that_is_not_there(machine, server, tmp_path):
    for url in (f"file://{tmp_path}/nowhere", server.url("nowhere")):
        with pytest.raises(Absent), machine.checkout(url, "a" * 40):
            pass


def test_a_name_of_a_commit_is_none_that_git_could_take_otherwise(origin, machine):
    origin.commit({"a": "a"})
    for sha in ("", "main", "--upload-pack=x", "HEAD", "a" * 39, "A" * 40):
        with pytest.raises(OperatorError, match="no full id"), machine.checkout(origin.url, sha):
            pass


def test_a_server_that_fails_for_a_while_is_asked_again(origin, machine, server):
    sha = origin.commit({"a": "a"})
    server.failing = 2
    with machine.checkout(server.url("owner/repo"), sha) as place:
        assert (place / "a").exists()


def test_a_server_that_is_away_is_a_failure_that_may_pass(origin, machine, server, monkeypatch):
    monkeypatch.setattr(mirrors, "patiently", lambda action: action())
    server.failing = 10
    with pytest.raises(Unavailable), machine.checkout(server.url("owner/repo"), "a" * 40):
        pass
    gone = server.url("owner/repo")
    server.server_close()
    with pytest.raises(Unavailable), machine.checkout(gone, "a" * 40):
        pass


def test_a_server_that_hands_out_branches_only(origin, machine, monkeypatch):
    first = origin.commit({"a": "a"})
    origin.commit({"a": "b"})
    tip = origin.commit({"a": "c"})
    real = mirrors.git

    def refusing(*arguments, **rest):
        if "fetch" in arguments and any(f"+{sha}:" in arguments[-1] for sha in (first, tip)):
            raise Absent("git fetch failed: Server does not allow request for unadvertised object")
        return real(*arguments, **rest)

    monkeypatch.setattr(mirrors, "git", refusing)
    for number, (sha, branch) in enumerate([(tip, "main"), (first, "main"), (first, "")]):
        with machine.checkout(origin.url, sha, f"w{number}", branch=branch) as place:
            assert run_git(place, "rev-parse", "HEAD") == sha
            assert run_git(place, "status", "--porcelain") == ""
        shutil.rmtree(machine.mirrors[0])
    monkeypatch.setattr(mirrors, "_DEPTH", "1")
    with (
        pytest.raises(Absent, match="not among the latest 1 of the branch 'main'"),
        machine.checkout(origin.url, first, branch="main"),
    ):
        pass


def test_a_damaged_mirror_is_mended(origin, machine):
    sha = origin.commit({"a": "a" * 5000, "b": "b"})
    with machine.checkout(origin.url, sha, "w1"):
        pass
    for path in (machine.mirrors[0] / "objects/pack").iterdir():
        path.unlink()
    with machine.checkout(origin.url, sha, "w2") as place:
        assert tree(place) == tree(origin.path)
        assert run_git(place, "status", "--porcelain") == ""


def _cut_packs(mirror: Path) -> None:
    for path in mirror.glob("objects/pack/*.pack"):
        path.chmod(0o600)
        path.write_bytes(b"PACK")


DAMAGES = {
    "packs are cut": _cut_packs,
    "HEAD is gone": lambda mirror: (mirror / "HEAD").unlink(),
    "HEAD is empty": lambda mirror: (mirror / "HEAD").write_text(""),
    "the settings are no settings": lambda mirror: (mirror / "config").write_text("[[\n"),
    "the names of commits are empty": lambda mirror: [
        path.write_text("") for path in (mirror / "refs/commits").iterdir()
    ],
    "shallow is no list": lambda mirror: (mirror / "shallow").write_text("x\n"),
    **{
        f"{name} is gone": lambda mirror, name=name: shutil.rmtree(mirror / name)
        for name in ("uses", "refs", "objects")
    },
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_mirror_that_no_fetch_can_mend_is_made_anew(origin, machine, damage):
    first = origin.commit({"a": "a" * 5000})
    with machine.checkout(origin.url, first, "w1"):
        pass
    DAMAGES[damage](machine.mirrors[0])
    second = origin.commit({"a": "b" * 5000})
    for number, sha in enumerate((first, second, first)):
        with machine.checkout(origin.url, sha, f"again{number}") as place:
            assert run_git(place, "rev-parse", "HEAD") == sha
            assert run_git(place, "status", "--porcelain") == ""
            assert len(list((machine.mirrors[0] / "uses").iterdir())) == 1
    assert list((machine.mirrors[0] / "uses").iterdir()) == []


def test_a_broken_mirror_stays_while_jobs_work_with_it(origin, machine):
    first = origin.commit({"a": "a"})
    second = origin.commit({"a": "b"})
    with machine.checkout(origin.url, first, "w1") as place:
        (machine.mirrors[0] / "config").write_text("[[\n")
        with (
            pytest.raises(OperatorError, match="jobs work with it"),
            machine.checkout(origin.url, second, "w2"),
        ):
            pass
        assert run_git(place, "show", "HEAD:a") == "a"
    with machine.checkout(origin.url, second, "w3") as place:
        assert (place / "a").read_text() == "b"


# What lives side by side.


def _many(folder: Path, url: str, shas: list[str], name: str) -> None:
    for number, sha in enumerate(shas):
        with Bench(folder).checkout(url, sha, f"{name}-{number}") as place:
            assert (place / "n").read_text() == sha_text(place)
            assert run_git(place, "status", "--porcelain") == ""


def sha_text(place: Path) -> str:
    return run_git(place, "log", "-1", "--format=%s")


def test_many_processes_fetch_at_once(origin, machine, server):
    shas = [origin.commit({"n": f"{n}", "same": "same"}, f"{n}") for n in range(6)]
    url = server.url("owner/repo")
    fork = multiprocessing.get_context("spawn")
    processes = [
        fork.Process(
            target=_many, args=(machine.folder, url, shas[n % 3 :] + shas[: n % 3], f"p{n}")
        )
        for n in range(8)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 8
    assert len(machine.mirrors) == 1
    run_git(machine.mirrors[0], "fsck", "--full", "--strict")


FETCH = """
import sys
from pathlib import Path
from tests.integration.git.conftest import Bench
with Bench(Path(sys.argv[1])).checkout(sys.argv[2], sys.argv[3], "killed"):
    pass
"""


@pytest.mark.parametrize("what", ["runner", "runner and git", "git"])
def test_a_fetch_that_is_killed_leaves_nothing_broken(origin, machine, server, what):
    old = origin.commit({"a": "a"})
    with machine.checkout(server.url("owner/repo"), old, "w1"):
        pass
    sha = origin.commit({"big": os.urandom(200_000).hex()})
    server.slow = 2.0
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, str(machine.folder), server.url("owner/repo"), sha],
        cwd=Path(__file__).parents[3],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    packs = machine.mirrors[0] / "objects/pack"
    deadline = time.monotonic() + 20
    while not list(packs.glob("tmp_pack_*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    server.slow = 0.0
    if what == "runner":
        process.kill()
    elif what == "git":
        for child in psutil.Process(process.pid).children():
            child.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
        for name in ("shallow.lock", "refs/commits/x.lock"):  # as git leaves them at other moments
            (machine.mirrors[0] / name).touch()
    process.wait()
    with machine.checkout(server.url("owner/repo"), sha, "w2") as place:
        assert run_git(place, "rev-parse", "HEAD") == sha
        assert (place / "big").stat().st_size == 400_000
    assert list(packs.glob("tmp_*")) == []
    run_git(machine.mirrors[0], "fsck", "--full")


# What is kept, and how long.


def refs(machine: Bench) -> set[str]:
    return {path.name for path in (machine.mirrors[0] / "refs/commits").iterdir()}


def test_commits_that_nobody_used_lately_are_forgotten(origin, machine, monkeypatch):
    monkeypatch.setattr(mirrors, "KEPT", 2)
    monkeypatch.setattr(mirrors, "PACKS", 4)
    shas = []
    with ExitStack() as long:
        for number in range(6):
            shas.append(origin.commit({"n": f"{number}"}))
            checkout = machine.checkout(origin.url, shas[-1], f"w{number}")
            if number == 0:
                place = long.enter_context(checkout)
            else:
                with checkout:
                    pass
        (mirror,) = machine.mirrors
        assert refs(machine) == {shas[0], shas[3], shas[4], shas[5]}
        assert len(list((mirror / "objects/pack").glob("*.pack"))) == 2
        (place / "n").unlink()
        run_git(place, "checkout", "n")
        run_git(place, "fsck", "--full")
        assert shas[1] not in run_git(mirror, "cat-file", "--batch-all-objects", "--batch-check")
    assert list((mirror / "uses").iterdir()) == []
    with machine.checkout(origin.url, shas[1], "again") as place:
        assert (place / "n").read_text() == "1"


def test_what_a_killed_runner_used_is_not_kept_for_ever(origin, machine, monkeypatch):
    monkeypatch.setattr(mirrors, "KEPT", 1)
    monkeypatch.setattr(mirrors, "PACKS", 1)
    shas = [origin.commit({"n": f"{number}"}) for number in range(2)]
    code = FETCH.replace("pass", "import os; os.kill(os.getpid(), 9)")
    arguments = [str(machine.folder), origin.url, shas[0]]
    subprocess.run(
        [sys.executable, "-c", code, *arguments], check=False, cwd=Path(__file__).parents[3]
    )
    (mirror,) = machine.mirrors
    assert len(list((mirror / "uses").iterdir())) == 1
    with machine.checkout(origin.url, shas[1]):
        pass
    assert refs(machine) == {shas[1]}
    assert list((mirror / "uses").iterdir()) == []


def test_a_mirror_that_nobody_uses_is_removed(origin, machine, tmp_path, monkeypatch):
    sha = origin.commit({"a": "a"})
    with machine.checkout(origin.url, sha):
        (first,) = machine.mirrors
        monkeypatch.setattr(uses, "IDLE", -1.0)
        other = Origin(tmp_path / "other")
        with machine.checkout(other.url, other.commit({"b": "b"}), "w2"):
            assert first in machine.mirrors
    last = Origin(tmp_path / "last")
    with machine.checkout(last.url, last.commit({"c": "c"}), "w3"):
        assert [path.name.startswith("last") for path in machine.mirrors] == [False] or len(
            machine.mirrors
        ) == 1
        assert first not in machine.mirrors
