"""What a job costs on AWS in requests, and how quickly runs react there.

    python bench/aws.py [SECONDS]

An AWS API server on this machine, and between it and praktika a proxy that counts. The job takes 30
seconds by default; 600 is what prices are told for. What an idle installation asks for in the same
time (its long polls) is measured first and shown beside it.

List prices of us-east-1, in dollars for a request: S3 writes and listings 5e-6, reads 4e-7,
deletions 0; SQS 4e-7 (ordered queues 5e-7, which is what is counted here).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).parents[1]))

from durability import (
    LONG,
    lost_runner,
    results,
    show,
    sleepers,
    start_of_a_process,
    started,
    submit,
    wait_for,
)
from jobs import repository
from tests.aws_server import serve
from tests.faulty_proxy import FaultyProxy

from praktika.adapters.aws.setup import create_bucket

LEASE = 54
"""Seconds; the default on AWS."""

Counts = Counter[tuple[str, str]]

TALKING = """
from praktika import Job, Workflow

line = "for n in $(seq {seconds}); do echo line $n; sleep 1; done"
jobs = [Job(name="talks", runs_on=["linux"], command=line)]
WORKFLOWS = [Workflow(name="bench", event=Workflow.Event.PULL_REQUEST, jobs=jobs)]
"""


def main() -> None:
    """Print the counts, the price, and the delays."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder, serve() as server, ExitStack() as stack:
        create_bucket(server.clients(), server.bucket)
        proxy = stack.enter_context(FaultyProxy(server.endpoint))
        around = {
            **server.environment(),
            "AWS_ENDPOINT_URL": proxy.endpoint,
            "PRAKTIKA_BACKEND": "aws",
            "PRAKTIKA_PROJECT_SLUG": "bench",
            "PRAKTIKA_S3_ARTIFACT_BUCKET": server.bucket,
            "PRAKTIKA_LEASE": str(LEASE),
        }
        requests(Path(folder) / "talks", proxy, around, seconds)
        chain(Path(folder) / "chain", proxy, around)
        cancels(Path(folder) / "cancel", around)
        noticed = lost_runner(Path(folder) / "lost", around)
        show("lost host to lost attempt", noticed, LEASE, "the lease", "budget 60 s")


def requests(place: Path, proxy: FaultyProxy, around: Mapping[str, str], seconds: int) -> None:
    """Requests for a job that prints a line a second, beside those of nobody doing anything."""
    repository(place, 1, chained=False)
    (place / "ci/workflows/bench.py").write_text(TALKING.format(seconds=seconds))
    with service(place, around):
        time.sleep(5)
        proxy.reset()
        time.sleep(min(seconds, 60))
        idle = Counter({what: n * seconds / min(seconds, 60) for what, n in proxy.counts.items()})
        proxy.reset()
        run = submit(place, around)
        time.sleep(seconds + 10)
        counts = Counter(proxy.counts)  # before anybody asks how it went
        (job,) = results(place, around, run)
        assert job["status"] == "OK", job
    print(f"{'':32} {'idle':>8} {'with job':>9}   in {seconds} s, one orchestrator, one runner")
    for what in sorted(counts | idle, key=lambda one: -counts[one]):
        print(f"{' '.join(what):32} {idle[what]:8.0f} {counts[what]:9.0f}")
    total, of_job = sum(counts.values()), sum(counts.values()) - sum(idle.values())
    print(f"{'in all':32} {sum(idle.values()):8.0f} {total:9.0f}   budget 200 for 600 s")
    print(f"{'more than idle':32} {'':8} {of_job:9.0f}")
    print(f"a thousand such jobs: ${1000 * price(counts):.2f} (idle polls included), list prices")


def price(counts: Counts) -> float:
    """Dollars for these requests at list prices."""
    prices = {"PutObject": 5e-6, "ListObjectsV2": 5e-6, "CreateBucket": 5e-6}
    prices |= {"GetObject": 4e-7, "HeadObject": 4e-7, "HeadBucket": 4e-7}
    return sum(
        number * (5e-7 if service == "sqs" else prices.get(operation, 0.0))
        for (service, operation), number in counts.items()
    )


def chain(place: Path, proxy: FaultyProxy, around: Mapping[str, str]) -> None:
    """Delay from a finished job to the next one's start, and the requests that it takes."""
    repository(place, 20, chained=True)
    for path in (place / "ci/workflows").iterdir():
        path.write_text(path.read_text().replace('"any"', '"linux"'))
    with service(place, around):
        time.sleep(3)
        proxy.reset()
        run = submit(place, around)
        time.sleep(30)
        counts = Counter(proxy.counts)
        jobs = results(place, around, run)
    ends = [job["start_time"] + job["duration"] for job in jobs]
    delays = [job["start_time"] - end for job, end in zip(jobs[1:], ends, strict=False)]
    call = one_call(around)
    middle = statistics.median(delays)
    spawn = statistics.median(start_of_a_process() for _ in range(20))
    print(f"{'finished job to next start':44} {middle:9.4f} s   {middle / call:7.1f} x one request")
    print(f"{'':44} {'':9}     {middle / spawn:7.1f} x spawn of true")
    print(f"{'requests for each job of a chain':44} {sum(counts.values()) / len(jobs):9.1f}")


def cancels(place: Path, around: Mapping[str, str]) -> None:
    """Delay from the request to stop to the end of the job's process."""
    repository(place, 1, chained=False)
    (place / "ci/workflows/bench.py").write_text(LONG)
    took = []
    with service(place, around):
        for _ in range(3):
            run = submit(place, around)
            # A runner of the service before, ended while it asked, may have the task for a lease.
            wait_for(sleepers, 2 * LEASE)
            began = time.perf_counter()
            with started(place, "cancel", run, env=around) as asking:
                wait_for(lambda: not sleepers())
                took.append(time.perf_counter() - began)
                asking.wait()
    middle, call = statistics.median(took), one_call(around)
    what = "cancel, typed, to dead process"
    print(f"{what:44} {middle:9.4f} s   {middle / call:7.1f} x one request   budget 5 s")


def one_call(around: Mapping[str, str]) -> float:
    """Seconds of the smallest request that there is."""
    client = boto3.client(
        "sqs",
        endpoint_url=around["AWS_ENDPOINT_URL"],
        region_name=around["AWS_REGION"],
        aws_access_key_id=around["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=around["AWS_SECRET_ACCESS_KEY"],
    )
    client.list_queues()
    times = []
    for _ in range(20):
        began = time.perf_counter()
        client.list_queues(MaxResults=1)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextmanager
def service(place: Path, around: Mapping[str, str]) -> Iterator[None]:
    """One orchestrator and one runner."""
    with (
        started(place, "orchestrator", env=around),
        started(place, "runner", "--label", "linux", env=around),
    ):
        yield


if __name__ == "__main__":
    main()
