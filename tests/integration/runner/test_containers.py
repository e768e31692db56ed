"""Attempts in containers where Docker does not do as it should.

`docker` is a script here, so that it can fail in every way; the real one is in
`tests/integration/docker`.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from tests.integration.runner.test_attempt import Runner

from praktika.model.facts import Facts
from praktika.model.result import Status
from praktika.runner.container import pull, remove_left

# What a docker does that is well: it runs the last argument of `create`, and remembers.
WELL = {
    "image": "exit 0",
    "version": "echo 20",
    "create": 'for line; do :; done; printf %s "$line" > $here/line',
    "start": 'sh -c "$(cat $here/line)"; echo $? > $here/code',
    "container": 'echo "{\\"Status\\":\\"exited\\",\\"ExitCode\\":$(cat $here/code)}"',
    "rm": "exit 0",
    "run": "exit 0",
}


class Boxed(Runner):
    """A runner whose `docker` is a script."""

    def __init__(self, tmp_path, monkeypatch) -> None:
        super().__init__(tmp_path)
        self.program = tmp_path / "docker"
        self.here = tmp_path
        inherited = {**self.bench.inherited, "PRAKTIKA_DOCKER": str(self.program)}
        self.bench = replace(self.bench, inherited=inherited)
        monkeypatch.setattr(pull, "PAUSES", (0.1, 0.1))
        self.does()

    def does(self, **subcommands: str) -> None:
        cases = "".join(f"{name}) {text} ;;\n" for name, text in {**WELL, **subcommands}.items())
        self.program.write_text(
            f'#!/bin/sh\nhere={self.here}\necho "$@" >> $here/calls\ncase $1 in\n{cases}esac\n'
        )
        self.program.chmod(0o755)

    def run(self, command: str, **fields):
        return super().run(command, run_in_docker=fields.pop("wanted", "image:1"), **fields)

    @property
    def calls(self) -> list[str]:
        """The subcommands that were called, without repetitions."""
        lines = (self.here / "calls").read_text().splitlines()
        names = [line.split()[0] for line in lines if line.split()[:1]]
        return [name for name, _ in itertools.groupby(names) if name in {*WELL, "pull"}]


@pytest.fixture
def runner(tmp_path, monkeypatch):
    return Boxed(tmp_path, monkeypatch)


def test_a_docker_that_is_well(runner):
    result = runner.run("echo out; echo err >&2; exit 0")
    assert (result.status, runner.log) == (Status.OK, b"out\nerr\n")
    assert runner.calls == ["image", "create", "start", "container", "rm"]


def test_no_docker(runner):
    runner.program.unlink()
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")
    assert f"`{runner.program}` cannot be started (No such file or directory)" in result.info
    assert "--no-docker" in result.info


def test_no_daemon(runner):
    gone = "echo 'Cannot connect to the Docker daemon at x. Is it running?' >&2; exit 1"
    runner.does(image=gone, version=gone)
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")
    assert "Cannot connect to the Docker daemon at x" in result.info
    assert "DOCKER_HOST" in result.info
    assert runner.calls == ["image", "version"]


def test_what_run_in_docker_cannot_mean_is_the_authors(runner):
    result = runner.run("true", wanted="image:1+rooot")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "author")
    assert "rooot" in result.info


@pytest.mark.parametrize(
    ("said", "verdict", "pulls"),
    [
        ("Error response from daemon: manifest for x:1 not found: manifest unknown", "author", 1),
        ("pull access denied for x, repository does not exist or may require login", "author", 1),
        ("Get https://r.io: dial tcp: lookup r.io: no such host", "infrastructure", 3),
        ("toomanyrequests: not found within the limit", "infrastructure", 3),
        ("unauthorized: authentication required", "infrastructure", 3),
    ],
)
def test_an_image_that_cannot_be_pulled(runner, said, verdict, pulls):
    runner.does(image="exit 1", pull=f"echo '{said}'; exit 1")
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, verdict)
    assert said.removeprefix("Error response from daemon: ") in result.info
    assert ("docker login" in result.info) == said.startswith("unauthorized")
    assert runner.log.count(b"$ docker pull image:1") == pulls


def test_a_pull_that_fails_once_is_tried_again(runner):
    pull_ = "test -e $here/second || { : > $here/second; echo EOF; exit 1; }; echo pulled"
    runner.does(image="exit 1", pull=pull_)
    assert runner.run("echo ran").status is Status.OK
    assert runner.log.endswith(b"pulled\nran\n")


def test_a_pull_is_part_of_the_jobs_time(runner):
    runner.does(image="exit 1", pull="sleep 60")
    result = runner.run("true", timeout=0.4)
    assert result.ext["verdict"] == "timeout"
    assert "create" not in runner.calls


def test_a_cancel_during_a_pull_is_a_cancel(runner):
    runner.does(image="exit 1", pull="sleep 60")
    since = time.monotonic()
    result = runner.run("true", stop=lambda: "enough" if time.monotonic() > since + 0.3 else "")
    assert (result.status, result.ext["verdict"]) == (Status.DROPPED, "cancelled")
    assert time.monotonic() - since < 5


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("unknown flag: --x", "author"),
        ("Error response from daemon: write: no space left on device", "infrastructure"),
        ("Cannot connect to the Docker daemon at x", "infrastructure"),
    ],
)
def test_a_container_that_docker_refuses(runner, said, verdict):
    runner.does(create=f"echo '{said}' >&2; exit 1")
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, verdict)
    assert said.removeprefix("Error response from daemon: ") in result.info
    assert runner.calls[-1] == "rm"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("exit 1", "the container is gone"),
        ("echo no JSON", "the container is gone"),
        ('echo \'{"Running": true, "ExitCode": 0}\'', "lost its connection"),
    ],
)
def test_an_end_that_nobody_knows_is_never_ok(runner, state, words):
    runner.does(container=state)
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")
    assert words in result.info


def test_a_daemon_that_is_gone_is_told_from_a_container_that_is(runner):
    runner.does(container="touch $here/down; exit 1", version="test ! -e $here/down")
    assert "start the Docker daemon" in runner.run("true").info


def test_the_daemons_word_on_the_exit_code_counts(runner):
    runner.does(start="exit 0", container='echo \'{"Status":"exited","ExitCode":4}\'')
    assert "exited with 4" in runner.run("true").info


def test_a_container_that_cannot_be_removed_is_told_of_and_removed_later(runner):
    runner.does(rm="echo 'device is busy' >&2; exit 1")
    with pytest.raises(AssertionError):  # of the runner: its folder is not empty
        runner.run("true")
    assert b"could not be cleaned up: device is busy" in runner.log
    (runner.here / "calls").unlink()
    runner.does()
    remove_left(runner.bench.work / runner.bench.name, runner.bench.inherited)
    (call,) = (runner.here / "calls").read_text().splitlines()
    assert call.startswith("rm --force --volumes praktika_")


def test_containers_that_nobody_could_remove_are_remembered(runner, tmp_path):
    folder, later = tmp_path / "runner", tmp_path / "later"
    for name in ("praktika_a", "praktika_b"):
        (folder / "containers" / name).mkdir(parents=True)
    runner.does(rm="case $* in *_a) echo 'Cannot connect' >&2; exit 1;; esac")
    remove_left(folder, runner.bench.inherited, later)
    assert (later / "containers/praktika_a").is_dir()
    runner.does()
    remove_left(later, runner.bench.inherited, later)
    assert list((later / "containers").iterdir()) == []


def test_a_connection_that_breaks_is_not_the_authors_fault(runner):
    said = 'error during connect: Post \\"http://x/v1.41/containers/create\\": EOF'
    runner.does(create=f'echo "{said}" >&2; exit 1')
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")


def test_nothing_is_asked_of_docker_where_no_container_was_left(runner):
    remove_left(runner.bench.work / runner.bench.name, runner.bench.inherited)
    assert not (runner.here / "calls").exists()


def test_a_job_in_a_container_attaches_nothing_that_is_outside_of_it(runner):
    command = runner.script(
        "import os\n"
        "from praktika.result import Result\n"
        "open('mine', 'w').write('mine')\n"
        "Result.create_from(status='OK', files=['mine', '/etc/passwd']).complete_job()\n"
    )
    result = runner.run(command)
    assert [runner.blobs.get(f"runs/r/{path}") for path in result.files] == [b"mine"]
    assert "/etc/passwd: it is not in the job's workspace" in str(result.ext["warnings"])


@pytest.mark.parametrize(("trust", "hooks"), [("trusted", 1), ("untrusted", 0)])
def test_a_strangers_container_says_nothing_that_is_run_outside_of_it(runner, trust, hooks):
    """Security 1."""
    runner.bench = replace(runner.bench, trust=trust)
    runner.facts = Facts(sha="abc", local=False, trust=trust)
    command = runner.script(
        "from praktika.result import Result\n"
        "result = Result.create_from(status='ERROR').set_on_error_hook('echo out of the box')\n"
        "result.complete_job()\n"
    )
    result = runner.run(command)
    assert result.status is Status.ERROR
    assert runner.log.count(b"$ echo out of the box") == hooks
