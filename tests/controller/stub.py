"""A child in place of praktika: it does what its task says, and writes down what it was given.

Its task has `do`: a list of steps, `take`, `keep`, `ack`, `sleep 1`, `say words`, `spawn`, `heed`, `exit 3`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def note(**what: object) -> None:
    with Path(os.environ["STUB_NOTES"]).open("a") as file:
        file.write(json.dumps({"at": time.time(), "pid": os.getpid(), **what}) + "\n")


def queue_of(letter: dict[str, str]) -> tuple[Any, str]:
    import boto3

    sqs = boto3.client("sqs")
    name = f"{os.environ['PRAKTIKA_PROJECT_SLUG']}-{letter['queue']}"
    return sqs, sqs.get_queue_url(QueueName=name)["QueueUrl"]


def main() -> None:
    if "--installation" in sys.argv:
        note(
            what="orchestrator",
            sandbox=os.environ["PRAKTIKA_SANDBOX_USER"],
            job=os.environ.get("PRAKTIKA_JOB_USER"),
        )
        steps = os.environ.get("STUB_DO", "sleep 60").split(",")
        letter = {}
        file = Path("none")
    else:
        file = Path(sys.argv[sys.argv.index("--message") + 1])
        letter = json.loads(file.read_text())
        steps = json.loads(letter["body"])["do"]
        kept = {
            n: v
            for n, v in os.environ.items()
            if n.startswith(("PRAKTIKA", "VIRTUAL", "PATH", "PYTHONPATH"))
        }
        mode = file.stat().st_mode & 0o777
        note(what="started", args=sys.argv, env=kept, mode=mode, letter=letter)

    def heed(*_: object) -> None:
        reason = file.with_name(file.name + ".ending")
        note(what="ended", reason=reason.read_text() if reason.exists() else "")
        sys.exit(0)

    for step in steps:
        word, _, rest = step.partition(" ")
        if word == "take":
            os.write(int(os.environ["PRAKTIKA_TAKEN_FD"]), b"1")
        elif word == "ack":
            sqs, url = queue_of(letter)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["receipt"])
        elif word == "keep":
            sqs, url = queue_of(letter)
            while True:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=letter["receipt"], VisibilityTimeout=2
                )
                time.sleep(0.5)
        elif word == "sleep":
            time.sleep(float(rest))
        elif word == "say":
            sys.stdout.write(f"{rest}\n")
            sys.stdout.flush()
        elif word == "spawn":
            started = subprocess.Popen(["sleep", "60"], start_new_session=True)
            note(what="spawned", child=started.pid)
        elif word == "heed":
            signal.signal(signal.SIGTERM, heed)
        elif word == "exit":
            sys.exit(int(rest))
        elif word == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
    note(what="done")


main()
