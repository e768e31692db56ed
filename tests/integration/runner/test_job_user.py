"""Jobs that run as another user than the runner, which is root here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.integration.git.conftest import Origin
from tests.integration.runner.test_attempt import Runner

import praktika
from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts
from praktika.errors import OperatorError
from praktika.model.facts import Facts
from praktika.model.plan import Artifact, Job, Plan
from praktika.model.result import Status
from praktika.model.task import RunFile, Task
from praktika.runner.attempt import Assignment, execute
from praktika.runner.process import Limits, never
from praktika.runner.user import JobUser, acting
from praktika.runner.user.account import find

UNTRUSTED = Facts(sha="abc", local=False, pr_number=7, trust="untrusted")
SECRET = "S3CRET-OF-THE-RUNNER"


def _is_within_reach(path: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


def _python() -> str:
    """A Python that other users can start: that of a checkout may be in the home of root."""
    for program in (sys.executable, "/usr/bin/python3"):
        path = Path(program).resolve()
        if path.exists() and _is_within_reach(path):
            asked = (program, "-c", "import sys; sys.exit(sys.version_info < (3, 11))")
            if subprocess.run(asked, check=False).returncode == 0:
                return program
    return ""


PYTHON = _python()
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can run jobs as another user"),
    pytest.mark.skipif(
        not PYTHON or not _is_within_reach(Path(praktika.__file__).parent),
        reason="other users can reach neither a Python from 3.11 nor this checkout",
    ),
]


class Scripted(Runner):
    """A runner whose jobs' scripts run with a Python that they can reach."""

    def script(self, text: str) -> str:
        super().script(text)
        return f"{PYTHON} script.py"


@pytest.fixture
def user() -> JobUser:
    """A user that nobody else is: workers of the test run have other process ids."""
    return find(str(200_000_000 + os.getpid()))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, but not look into."""
    folder = Path(tempfile.mkdtemp(prefix="praktika-user-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def runner(place: Path, user: JobUser) -> Runner:
    runner = Scripted(place)
    (place / "secret").write_text(SECRET)
    (place / "secret").chmod(0o600)
    runner.bench = replace(
        runner.bench,
        user=user,
        inherited={**runner.bench.inherited, "AWS_SECRET_ACCESS_KEY": SECRET},
    )
    return runner


def test_security_16_a_job_is_another_user_with_nothing_of_the_runner(runner, user, place):
    result = runner.run(
        f"id -u; id -g; id -G; cat {place}/secret; cat /proc/{os.getpid()}/environ | tr '\\0' '\\n';"
        f" ls /proc/self/fd | wc -l; ls {place}/work/runner-1; kill -0 {os.getpid()}; touch mine; true",
        pre_hooks=("id -u", "git init -q . && git status --short | wc -l"),
        post_hooks=("id -u",),
    )
    lines = runner.log.decode().splitlines()
    assert result.status is Status.OK
    assert lines.count(str(user.uid)) == 5  # two hooks, -u, -g and -G
    assert SECRET not in runner.log.decode()
    assert "4" in lines  # 0, 1, 2, and that of ls
    for refused in ("secret: Permission denied", "environ: Permission denied", "Operation not"):
        assert refused in runner.log.decode()
    assert f"cannot open directory '{place}/work/runner-1'" in runner.log.decode()


def test_security_17_home_and_temporary_files_are_new_and_go_with_the_attempt(runner, user):
    names = "HOME TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR"
    runner.run(
        f"umask; for n in {names}; do mkdir -p ${{!n}}; ls -A ${{!n}} | grep -v config; echo ${{!n}};"
        " echo x > ${!n}/left; done; mktemp; echo $USER",
    )
    lines = runner.log.decode().splitlines()
    assert lines[0] == "0022"
    folders = [line for line in lines[1:-1] if line.startswith("/")]
    assert len(folders) == 7
    for folder in folders:
        assert "runner-1/job-1/repo.home" in folder or folder.startswith("/tmp/job-")
        assert not os.path.exists(folder)
    assert max(map(len, {*folders} - {line for line in folders if "home" in line})) < 40
    assert lines[-1] == user.name
    assert runner.run("ls -A $HOME $TMPDIR | grep left", key="next").status is Status.FAIL


def test_security_17_nothing_of_a_job_outlives_it_security_25(runner, user):
    """Daemons, files where everybody may write, shared memory: all that is its user's."""
    command = runner.script(
        "import ctypes, os, subprocess, sys\n"
        "libc = ctypes.CDLL(None)\n"
        "assert libc.shmget(0x7e57, 4096, 0o1600) >= 0\n"
        "assert libc.semget(0x7e57, 1, 0o1600) >= 0 and libc.msgget(0x7e57, 0o1600) >= 0\n"
        "for folder in ('/tmp', '/var/tmp', '/dev/shm'):\n"
        "    place = f'{folder}/left-{os.getuid()}'\n"
        "    os.makedirs(f'{place}/deep')\n"
        "    open(f'{place}/deep/file', 'w').close()\n"
        "    os.chmod(f'{place}/deep', 0)\n"
        "    os.symlink('/etc/passwd', f'{place}-link')\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            libc.prctl(4, 0)\n"
        "            os.execvpe('sleep', ['sleep', '600'], {'PATH': os.environ['PATH']})\n"
        "        os._exit(0)\n"
    )
    assert runner.run(command).status is Status.OK, runner.log
    assert [one for one in psutil.process_iter() if user.uid in _uids(one)] == []
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        assert list(Path(folder).glob(f"left-{user.uid}*")) == []
    for kind in ("shm", "sem", "msg"):
        assert f" {user.uid} " not in Path("/proc/sysvipc", kind).read_text()
    assert Path("/etc/passwd").exists()


def _uids(process: psutil.Process) -> tuple[int, ...]:
    try:
        return tuple(process.uids())
    except psutil.Error:
        return ()


def test_security_17_what_cron_would_start_is_removed(runner, user, tmp_path, monkeypatch):
    spool = tmp_path / "crontabs"
    spool.mkdir()
    monkeypatch.setattr("praktika.runner.user.leftovers._SPOOLS", (str(spool),))
    for name, owner in (("job", user.uid), (user.name, 0), ("root", 0)):
        (spool / name).write_text("* * * * * true")
        os.chown(spool / name, owner, -1)
    runner.run("true")
    assert [path.name for path in spool.iterdir()] == ["root"]


def test_security_17_what_a_runner_that_was_killed_has_left_ends_first(runner, user):
    left = subprocess.Popen(
        ("setsid", "sleep", "600"), user=user.uid, group=user.gid, extra_groups=user.groups
    )
    Path(f"/tmp/left-{user.uid}").touch()
    os.chown(f"/tmp/left-{user.uid}", user.uid, -1)
    result = runner.run(f"ls /tmp/left-{user.uid}; ps -u {user.uid} -o comm= | grep sleep; true")
    assert result.status is Status.OK
    assert "No such file or directory" in runner.log.decode()
    assert "sleep" not in runner.log.decode().splitlines()
    left.returncode = 0  # it was reaped with the others
    assert not os.path.exists(f"/proc/{left.pid}")


def test_a_fork_bomb_is_bounded_and_gone_security_25(runner, user):
    runner.bench = replace(runner.bench, user=replace(user, processes=60))
    result = runner.run("f() { f | f & }; f 2>/dev/null; sleep 0.3; exit 3", timeout=5)
    assert result.status in {Status.FAIL, Status.ERROR}
    assert runner.run("echo well", key="next").status is Status.OK


LINKS = """
import os, sys
secret, out = sys.argv[1:]
os.symlink(secret, 'link')
os.mkfifo('fifo')
os.symlink(out, 'folder')
open('locked', 'w').write('mine'); os.chmod('locked', 0)
open('mine', 'w').write('mine')
os.symlink(secret, 'report.xml')
"""


def test_security_16_links_lead_the_runner_nowhere_that_the_job_could_not_go(runner, place):
    command = runner.script(
        LINKS + "from praktika.result import Result\n"
        "files = ['link', 'fifo', 'folder/secret', 'locked', '/etc/shadow', 'mine',\n"
        "         '/proc/self/environ', '/proc/self/fd/3', '/dev/zero', '/etc/hostname']\n"
        "Result.create_from(status='OK', files=files).complete_job()\n"
    )
    result = runner.run(f"{command} {place}/secret {place}", test_reports=())
    stored = [runner.blobs.get(f"runs/r/{path}") for path in result.files]
    assert sorted(stored) == sorted([b"mine", Path("/etc/hostname").read_bytes()])
    assert len(result.ext["warnings"]) == 8
    for key in runner.blobs.list("runs"):
        assert SECRET.encode() not in runner.blobs.get(key), key


@pytest.mark.parametrize("what", ["link", "folder/secret", "report.xml"])
def test_security_11_artifacts_and_reports_are_read_as_the_job(runner, place, what):
    runner.artifacts = (Artifact(name="out", provider="job", kind="artifact", paths=(what,)),)
    command = runner.script(LINKS)
    line = f"{command} {place}/secret {place}"
    result = runner.run(line, provides=("out",), test_reports=("report.xml",))
    assert result.status is Status.FAIL
    assert "report.xml cannot be read: Permission denied" in str(result)
    runner.run(line, provides=("out",))
    for key in runner.blobs.list("runs"):
        assert SECRET.encode() not in runner.blobs.get(key), key


def test_artifacts_of_the_job_are_stored_all_the_same(runner):
    runner.artifacts = (Artifact(name="out", provider="job", kind="artifact", paths=("a", "b")),)
    result = runner.run("mkdir -m 700 a; echo 1 > a/1; (umask 077; echo 2 > b)", provides=("out",))
    assert result.status is Status.OK
    assert result.ext["artifacts"][0]["files"] == 2


def test_what_the_job_itself_cannot_read_is_its_own_fault(runner):
    runner.artifacts = (Artifact(name="out", provider="job", kind="artifact", paths=("a",)),)
    result = runner.run("mkfifo pipe; echo 1 > a; chmod 0 a", provides=("out",))
    assert (result.status, result.ext["verdict"]) == (Status.FAIL, "author")
    assert "the job cannot read it" in result.ext["reason"]


@pytest.mark.parametrize("name", ["result", "environment"])
def test_what_the_runner_reads_and_writes_in_the_workspace_is_the_job_s(runner, place, name):
    """A job that puts a link to the runner's folder where its own files were."""
    (place / "target").mkdir(mode=0o700)
    file = "environment.json" if name == "environment" else "result_a_job_ü_1.json"
    (place / "target" / file).write_text('{"JOB_KV_DATA": {"a": "S3CRET-OF-THE-RUNNER"}}')
    before = sorted(path.name for path in (place / "target").iterdir())
    result = runner.run(f"rm -rf ci/tmp; ln -s {place}/target ci/tmp", post_hooks=("true",))
    assert sorted(path.name for path in (place / "target").iterdir()) == before
    assert "after the command" in str(result.ext["warnings"]) or result.status is not Status.OK
    for key in runner.blobs.list("runs"):
        assert SECRET.encode() not in runner.blobs.get(key), key


def test_strangers_gain_nothing_from_programs_of_root(runner, user, place):
    shutil.copy("/usr/bin/id", place / "id")
    (place / "id").chmod(0o4755)
    runner.run(f"{place}/id -u", key="trusted")
    gained = runner.log
    runner.bench = replace(runner.bench, user=replace(user, gains=False), trust="untrusted")
    runner.facts = UNTRUSTED
    runner.run(f"{place}/id -u; grep NoNewPrivs /proc/self/status")
    assert gained in {b"0\n", f"{user.uid}\n".encode()}  # where set-user-ID does not count
    assert runner.log.splitlines() == [str(user.uid).encode(), b"NoNewPrivs:\t1"]


def test_output_can_be_opened_by_its_name(runner):
    runner.run("echo out > /dev/stdout; echo err | tee /dev/stderr > /dev/null")
    assert runner.log == b"out\nerr\n"


def test_memory_that_runs_out_is_taken_from_the_job(runner):
    runner.run("cat /proc/self/oom_score_adj; ulimit -c")
    assert runner.log.splitlines()[0] == b"500"


def test_a_file_is_no_larger_than_the_disk_security_22(runner, place):
    result = runner.run("truncate -s 4E sparse")
    assert result.status is Status.FAIL
    assert runner.run("truncate -s 1G sparse", key="next").status is Status.OK


def test_this_thread_alone_acts_as_the_user_and_only_for_the_block(place, user):
    (place / "secret").write_text("x")
    (place / "secret").chmod(0o600)
    with acting(user), pytest.raises(PermissionError):
        (place / "secret").read_text()
    with ThreadPoolExecutor(1) as other:
        other.submit(bool).result()  # it has begun
        with acting(user):
            assert other.submit((place / "secret").read_text).result() == "x"
    assert (place / "secret").read_text() == "x"
    with pytest.raises(ZeroDivisionError), acting(user):
        raise ZeroDivisionError
    assert (place / "secret").read_text() == "x"


@pytest.mark.parametrize(
    ("said", "why"),
    [("root", "who is root"), ("0", "who is root"), ("nobody-here", "whom there is not")],
)
def test_who_cannot_be_the_user_of_jobs(said, why):
    with pytest.raises(OperatorError, match=why):
        find(said)


@pytest.fixture
def small(place: Path) -> Iterator[Path]:
    """A disk of 64 MiB, where jobs work."""
    disk = place / "work"
    disk.mkdir()
    mounted = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk), capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(("umount", "--lazy", disk), check=True)


def test_who_fills_the_disk_is_ended_and_the_runner_stays_healthy_security_22(runner, small):
    runner.bench = replace(runner.bench, limits=Limits(disk_reserve=1 << 30))
    began = time.monotonic()
    result = runner.run(
        "trap '' TERM; while dd if=/dev/zero bs=1M count=4 status=none; do sleep 0.05; done > full;"
        " sleep 60",
        post_hooks=("echo after",),
    )
    assert time.monotonic() - began < 10
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "author")
    assert f"the job was ended: the disk of {small}" in result.ext["reason"]
    assert shutil.disk_usage(small).used < 1 << 20
    assert runner.run("head -c 30M /dev/zero > some", key="next").status is Status.OK


def test_a_disk_that_was_full_before_is_nobody_s_fault_security_25(runner, small):
    runner.bench = replace(runner.bench, limits=Limits(disk_reserve=1 << 30))
    with (small / "by somebody").open("wb") as file:
        file.write(bytes(60 << 20))
    result = runner.run("echo ran")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")
    assert "is full" in result.info
    assert runner.log == b""


def test_jobs_find_the_virtual_environment_that_the_runner_was_started_for(runner):
    venv = {"VIRTUAL_ENV": "/opt/venvs/x", "PATH": f"/opt/venvs/x/bin:{os.environ['PATH']}"}
    runner.bench = replace(runner.bench, inherited={**runner.bench.inherited, **venv})
    runner.run("echo $VIRTUAL_ENV; echo $PATH")
    assert runner.log.decode().splitlines() == list(venv.values())


def test_a_checkout_of_a_remote_is_a_repository_of_the_job_s(runner, place):
    """Its objects are in the mirror, which is the runner's: to be read, and no more."""
    origin = Origin(place / "origin")
    sha = origin.commit({"a": "a\n"})
    checkouts = MirroredCheckouts(place / "mirrors")
    runner.bench = replace(runner.bench, checkouts=checkouts)
    line = f"git status --short --untracked-files=no; git show HEAD:a; touch {place}/mirrors/x"
    job = Job(key="job", name="j", command=f"{line}; git -c user.name=a -c user.email=a@b commit"
              " -q --allow-empty -m own && git rev-parse HEAD^")  # fmt: skip
    plan = Plan(workflow="W", event="push", jobs=(job,))
    run_file = RunFile(
        run="r", plan="", facts=Facts(sha=sha, branch="main"), remote=origin.url, name="repo"
    )
    task = Task(run="r", job="job", attempt=1)
    assignment = Assignment(task=task, plan=plan, job=job, run_file=run_file)
    event = execute(runner.bench, assignment, runner.hold, never)
    log = runner.blobs.get("runs/r/jobs/job/1/job.log").decode()
    assert event.status is Status.OK, log
    assert "mirrors/x': Permission denied" in log
    assert log.split("\n")[0] == "a"
    assert log.split("\n")[-2] == sha
