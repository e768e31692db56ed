"""`praktika logs --instance`, against CloudWatch Logs over HTTP, wherever runs are kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time

GROUP = "/praktika/team/instances"


def test_the_command_reads_cloudwatch_logs(aws, aws_server, bucket, tmp_path):
    where = {"logGroupName": GROUP, "logStreamName": "i-1"}
    aws.logs.create_log_group(logGroupName=GROUP)
    aws.logs.create_log_stream(**where)
    event = {"timestamp": int(time.time() * 1000), "message": "hello"}
    aws.logs.put_log_events(**where, logEvents=[event])
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    stores = {"BACKEND": "local", "PROJECT_SLUG": "team", "S3_ARTIFACT_BUCKET": bucket}
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        **{f"PRAKTIKA_{name}": value for name, value in stores.items()},
        **aws_server.environment(),
    }

    def praktika(*words: str, name: str = "logs", **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "praktika", name, *words]
        around = {**env, **more}
        return subprocess.run(
            command, cwd=tmp_path, env=around, capture_output=True, text=True, check=False
        )

    done = praktika("--instance", "i-1")
    assert (done.returncode, done.stdout[21:], done.stderr) == (0, "hello\n", "")
    refused = praktika("--instance", "i-1", "--list")
    assert (refused.returncode, refused.stdout) == (2, "")
    empty = praktika(name="runs", PRAKTIKA_BACKEND="aws")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert empty.stderr.startswith("Nothing has been run on AWS yet.")
