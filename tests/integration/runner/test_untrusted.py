"""Jobs of changes that come from outside of the repository."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from msgspec import structs
from tests.integration.runner.test_attempt import Runner

from praktika.model.facts import Facts
from praktika.model.result import Status

FACTS = Facts(sha="abc", local=False, pr_number=7, trust="untrusted")
MACHINE = {
    "AWS_SECRET_ACCESS_KEY": "S3CRET",
    "AWS_PROFILE": "S3CRET",
    "GH_TOKEN": "S3CRET",
    "PRAKTIKA_WEBHOOK_SECRET_FILE": "S3CRET",
    "SSH_AUTH_SOCK": "S3CRET",
    "https_proxy": "http://me:S3CRET@proxy.invalid",
    "http_proxy": "http://proxy.invalid",
    "PYTHONPATH": "S3CRET",
    "TOKEN": "S3CRET",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
}


@pytest.fixture
def runner(tmp_path) -> Runner:
    runner = Runner(tmp_path)
    runner.bench = replace(
        runner.bench, trust="untrusted", inherited={**runner.bench.inherited, **MACHINE}
    )
    runner.facts = FACTS
    return runner


def test_security_1_strangers_get_no_declared_secret_and_are_told_so(runner):
    runner.secrets = (("token", "aws parameter"),)
    command = runner.script(
        "from praktika.info import Info\n"
        "try:\n"
        "    Info().get_secret('token')\n"
        "except RuntimeError as error:\n"
        "    print(error)\n"
    )
    assert runner.run(command).status is Status.OK
    said = "not available to this job: the change comes from outside of the repository"
    assert said in runner.log.decode()
    runner.run("env; cat /proc/self/environ")
    assert b"s3cr3t-value" not in runner.log


def test_security_12_nothing_of_the_machine_s_environment_is_handed_on(runner):
    result = runner.run("env", pre_hooks=("env",), post_hooks=("env",))
    assert result.status is Status.OK
    assert b"S3CRET" not in runner.log
    assert b"PRAKTIKA_TRUST=untrusted\n" in runner.log
    assert b"http_proxy=http://proxy.invalid\n" in runner.log
    assert b"LC_ALL=C.UTF-8\n" in runner.log
    assert f"PATH={os.environ['PATH']}\n".encode() in runner.log


def test_the_home_folder_is_its_own_and_is_gone_afterwards(runner, tmp_path):
    (tmp_path / ".netrc").write_text("S3CRET")
    runner.run('echo "$HOME"; ls -A "$HOME"; cat ~/.netrc; echo x > ~/left', post_hooks=("ls ~",))
    home, *rest = runner.log.decode().split("\n")
    assert home != str(tmp_path)
    assert "S3CRET" not in runner.log.decode()
    assert rest[-2] == "left"
    runner.run('ls -A "$HOME"', key="next")
    assert runner.log == b""
    assert not (tmp_path / "left").exists()


def test_praktika_can_be_imported_all_the_same(runner):
    assert runner.run(runner.script("import praktika")).status is Status.OK, runner.log


@pytest.mark.parametrize(("serves", "code"), [("trusted", "untrusted"), ("untrusted", "trusted")])
def test_a_task_in_the_wrong_queue_is_refused_and_nothing_runs(runner, serves, code):
    runner.bench = replace(runner.bench, trust=serves)
    runner.facts = structs.replace(FACTS, trust=code)
    result = runner.run("echo ran", pre_hooks=("echo ran",), post_hooks=("echo ran",))
    assert result.status is Status.ERROR
    assert f"the runner is for {serves} code and the run is {code}" in result.info
    assert runner.event.verdict == "infrastructure"
    assert runner.log == b""


def test_trusted_jobs_get_what_the_machine_has(runner):
    runner.bench = replace(runner.bench, trust="trusted")
    runner.facts = structs.replace(FACTS, trust="trusted")
    runner.secrets = (("token", "aws parameter"),)
    command = runner.script(
        "import os\n"
        "from praktika.info import Info\n"
        "assert os.environ['TOKEN'] == 'S3CRET'\n"
        "assert Info().get_secret('token')\n"
    )
    assert runner.run(command).status is Status.OK, runner.log


def test_security_12_strangers_attach_what_is_theirs_and_nothing_of_the_runner(runner):
    """The runner reads what it attaches: its own environment, and files a container has not."""
    command = runner.script(
        "import os\n"
        "from praktika.result import Result\n"
        "open('mine', 'w').write('mine')\n"
        "open(os.path.expanduser('~/mine'), 'w').write('mine')\n"
        "os.symlink('/proc/self/environ', 'link')\n"
        "os.symlink('/etc', 'folder')\n"
        "files = ['mine', os.path.expanduser('~/mine'), os.path.abspath('mine')]\n"
        "files += ['link', 'folder/passwd', '/proc/self/environ', '../../../../etc/passwd']\n"
        "Result.create_from(status='OK', files=files).complete_job()\n"
    )
    result = runner.run(command)
    assert [runner.blobs.get(f"runs/r/{path}") for path in result.files] == [b"mine"] * 3
    assert len(result.ext["warnings"]) == 4
    assert "it is not in the job's workspace" in str(result.ext["warnings"])
