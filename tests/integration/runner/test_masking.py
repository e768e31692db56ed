"""What a job does with its secrets does not reach log, Result or event (security 13)."""

from __future__ import annotations

import pytest
from tests.integration.runner.test_attempt import Runner

from praktika.adapters.memory.secrets import MemorySecrets
from praktika.model.result import Status

SECRET = 's3cr3t-value\nsecond: "line" of it'


@pytest.fixture
def runner(tmp_path):
    runner = Runner(tmp_path)
    object.__setattr__(runner.bench, "secrets", MemorySecrets({"token": SECRET, "pin": "1234"}))
    runner.secrets = (("token", "aws parameter"),)
    return runner


def everything(runner) -> bytes:
    return b"\0".join(runner.blobs.get(key) for key in runner.blobs.list("runs"))


def test_a_secret_printed_in_pieces_security_13(runner):
    command = runner.script(
        "import os, sys, time\n"
        "secret = os.environ['PRAKTIKA_SECRET_TOKEN']\n"
        "for letter in 'a ' + secret + ' z':\n"
        "    os.write(1, letter.encode())\n"
        "    time.sleep(0.002)\n"
    )
    assert runner.run(command).status is Status.OK
    assert runner.log == b"a ***\n*** z"  # line by line


def test_a_secret_in_a_result_and_in_the_end_of_the_output_security_13(runner):
    command = runner.script(
        "import os, json, base64\n"
        "from praktika.result import Result\n"
        "secret = os.environ['PRAKTIKA_SECRET_TOKEN']\n"
        "print('x' * 20000, secret)\n"
        "print(base64.b64encode(secret.encode()).decode(), json.dumps(secret))\n"
        "part = Result(name='with ' + secret, status='FAIL', info=secret.splitlines()[0])\n"
        "Result.create_from(results=[part], info='it is ' + secret).complete_job()\n"
    )
    result = runner.run(command, post_hooks=("echo hook: $PRAKTIKA_SECRET_TOKEN",))
    assert result.status is Status.FAIL
    assert "***" in result.results[0].name
    kept = everything(runner)
    for word in (b"s3cr3t-value", b"of it", b"czNjcjN0LXZhbHVl"):
        assert word not in kept
    assert b"hook: ***" in runner.log
    assert "s3cr3t" not in runner.event.reason


def test_what_could_not_be_masked_is_no_secret_security_13(runner):
    runner.secrets = (("pin", ""),)
    result = runner.run("echo never")
    assert result.status is Status.ERROR
    assert "the secret 'pin' has fewer than 6 bytes" in result.info
    assert result.ext["verdict"] == "author"
    assert b"never" not in runner.log


def test_a_secret_in_what_later_jobs_are_told_security_13(runner):
    command = runner.script(
        "import os\nfrom praktika.info import Info\nInfo().store_kv_data('all', dict(os.environ))\n"
    )
    assert runner.run(command).status is Status.OK
    assert b"JOB_NAME" in everything(runner)
    assert b"s3cr3t-value" not in everything(runner)
