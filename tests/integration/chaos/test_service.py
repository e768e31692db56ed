"""The commands of people, against runs that orchestrators serve."""

from __future__ import annotations

import json

import pytest
from tests.integration.run.test_runs import wait_for

WORKFLOW = """
from praktika import Job, Workflow

line = "for n in $(seq 20); do echo line $n; sleep 0.1; done"
jobs = [
    Job(name="talks", runs_on=["linux"], command=line),
    Job(name="nobody's", runs_on=["elsewhere"], command="true"),
]
WORKFLOWS = [Workflow(name="W", event="pull_request", jobs=jobs)]
"""


@pytest.fixture
def system(installation, project):
    project.file("ci/settings/settings.py", "RUNNER_PICKUP_TIMEOUT_S = 8\n")
    system = installation(orchestrators=1, hosts=1)
    project.file("ci/workflows/w.py", WORKFLOW).commit()
    return system


@pytest.mark.parametrize("project", ["local"], indirect=True)
def test_what_people_see_of_a_run_of_the_service(system, project):
    run = system.submit()
    wait_for(lambda: "RUNNING" in project.praktika("runs").out)
    followed = project.praktika("logs", run, "talks", "--follow")
    assert followed.out == "".join(f"line {number}\n" for number in range(1, 21))
    why = json.loads(project.praktika("why", run, "nobody's", "--json").out)
    assert why["queue"] == {"label": "elsewhere", "position": 1, "of": 1, "waiting": 1}
    system.wait([run], seconds=30)
    told = {job["name"]: job for job in system.result(run)["results"]}
    assert told["talks"]["status"] == "OK"
    assert told["nobody's"]["info"] == (
        "no runner took it within 8 s: no pool serves the label 'elsewhere'"
    )


@pytest.mark.parametrize("project", ["local"], indirect=True)
def test_the_same_request_is_one_run(system, project):
    told = [project.praktika("run", "--detach", "--delivery", "d1").out for _ in range(3)]
    assert len(set(told)) == 1
    system.wait([told[0].strip()], seconds=30)
    assert len(system.rows()) == 1
