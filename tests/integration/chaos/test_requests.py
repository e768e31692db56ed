"""What jobs cost on AWS: requests follow what happens, not what is under way."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from tests.faulty_proxy import FaultyProxy

MINUTES_10 = 600
SECONDS = 25

# What is done again and again while a job runs, and every how many seconds.
PERIODS = {
    "renew the lease": 18,
    "listen for a stop": 20,
    "listen for events": 20,
    "look for alarms": 60,
    "store a part of the log": 19,
    "tell that the host lives": 120,
}

WORKFLOW = f"""
from praktika import Job, Workflow

line = "for n in $(seq {SECONDS}); do echo line $n; sleep 1; done"
jobs = [Job(name=f"talks {{n}}", runs_on=["linux"], command=line) for n in range(40)]
WORKFLOWS = [
    Workflow(name="One", event="push", jobs=jobs[:1]),
    Workflow(name="Many", event="push", jobs=jobs),
]
"""


@pytest.fixture
def proxy(aws_server):
    with FaultyProxy(aws_server.endpoint) as proxy:
        yield proxy


@pytest.fixture
def system(installation, project, proxy):
    """One orchestrator and one runner, whose requests are counted."""
    project.env["AWS_ENDPOINT_URL"] = proxy.endpoint
    project.env["PRAKTIKA_LEASE"] = "54"  # as without the variable
    system = installation(orchestrators=1, hosts=1)
    project.file("ci/workflows/w.py", WORKFLOW).commit()
    time.sleep(3)
    return system


def quietly(proxy: FaultyProxy, seconds: float) -> Counter:
    """The requests of some seconds in which nobody asks for anything."""
    proxy.reset()
    time.sleep(seconds)
    return Counter(proxy.counts)


@pytest.mark.parametrize("project", ["aws"], indirect=True)
def test_a_job_of_ten_minutes_takes_at_most_200_requests_in_all(system, project, proxy):
    proxy.reset()
    began = time.monotonic()
    run = project.praktika("run", "--detach", "--workflow", "One").out.strip()
    time.sleep(SECONDS + 5)
    counts, took = Counter(proxy.counts), time.monotonic() - began
    assert system.result(run)["status"] == "OK"
    assert counts["sqs", "ChangeMessageVisibility"] <= took / PERIODS["renew the lease"] + 4
    assert counts["sqs", "ReceiveMessage"] <= took * (2 / 20 + 1 / 60) + 7
    assert counts["s3", "PutObject"] <= took * (1 / 19 + 1 / 120) + 15
    longer = sum((MINUTES_10 - took) / period for period in PERIODS.values())
    assert sum(counts.values()) + longer <= 200, proxy.report()


@pytest.mark.parametrize("project", ["aws"], indirect=True)
def test_fault_63_what_is_under_way_costs_nothing_by_being_many(system, project, proxy):
    run = project.praktika("run", "--detach", "--workflow", "Many").out.strip()
    time.sleep(4)
    counts = quietly(proxy, 10)
    # The predecessor asks twice for each job every ten seconds.
    assert sum(counts.values()) <= 6, proxy.report()
    assert project.praktika("cancel", run).code == 0
