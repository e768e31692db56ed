"""One in ten requests to AWS fails, in all the ways in which they do; every run still ends right."""

from __future__ import annotations

import pytest
from tests.faulty_proxy import FaultyProxy
from tests.integration.chaos.test_chaos import check


@pytest.fixture
def proxy(aws_server):
    with FaultyProxy(aws_server.endpoint, probability=0.1, seed=7) as proxy:
        yield proxy


@pytest.mark.parametrize("project", ["aws"], indirect=True)
def test_every_run_ends_right_although_a_tenth_of_all_requests_fails(installation, project, proxy):
    project.env["AWS_ENDPOINT_URL"] = proxy.endpoint
    system = installation(orchestrators=2, hosts=3)
    runs = [system.submit() for _ in range(3)]
    system.wait(runs, seconds=150)
    proxy.probability = 0.0
    rows = system.rows()
    assert {rows[run]["status"] for run in runs} == {"OK"}, rows
    check(system, runs)
    assert proxy.total > 500
    assert set(proxy.faults) == set(proxy.ways), proxy.report()


@pytest.mark.parametrize("project", ["aws"], indirect=True)
def test_a_run_of_one_process_ends_right_too(project, proxy):
    project.env["AWS_ENDPOINT_URL"] = proxy.endpoint
    project.jobs("""
        jobs = [Job(name=f"j{n}", runs_on=["x"], command="true") for n in range(6)]
    """).commit()
    ran = project.praktika("run")
    assert ran.code == 0, ran.out + ran.err
    assert set(ran.statuses.values()) == {"OK"}
    assert sum(proxy.faults.values()) > 10
