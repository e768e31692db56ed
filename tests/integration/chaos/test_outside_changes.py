"""A change from outside, through real processes: who runs it, and what of it counts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from tests.integration.git.conftest import Origin, run_git

from praktika.model.events import RunRequested
from praktika.model.facts import Facts, Merge
from praktika.model.forge import Subject
from praktika.orchestrator import names
from praktika.wiring.runs.requests import post
from praktika.wiring.stores import open_stores

WORKFLOW = """
from praktika import Job, Secret, Workflow

shown = "cat src; git rev-parse HEAD^1 HEAD^2; echo $TOKEN $PRAKTIKA_TRUST; "
asks = "python3 ci/asks.py"
jobs = [Job(name="job", runs_on=["linux"], command=shown + "{more}" + asks)]
secrets = [Secret.Config(name="token", type=Secret.Type.AWS_SSM_PARAMETER)]
WORKFLOWS = [Workflow(name="W", event="pull_request", jobs=jobs, secrets=secrets)]
"""

ASKS = """
from praktika.info import Info

try:
    print(Info().get_secret("token"))
except RuntimeError as error:
    print(error)
"""

pytestmark = pytest.mark.parametrize("project", ["local"], indirect=True)


def test_security_1_a_change_from_outside_runs_on_untrusted_runners_alone(
    installation, project, tmp_path
):
    project.env |= {"TOKEN": "S3CRET", "PRAKTIKA_SECRET_TOKEN": "S3CRET"}
    system = installation(orchestrators=1, hosts=1)
    origin = Origin(tmp_path / "remotes/repo")
    common = origin.commit(
        {"ci/workflows/w.py": WORKFLOW.format(more=""), "ci/asks.py": ASKS, "src": "old\n"}
    )
    base = origin.commit({"other": "o"})
    run_git(origin.path, "checkout", "-q", "--detach", common)
    evil = WORKFLOW.format(more="env; ")
    head = origin.commit({"ci/workflows/w.py": evil, "src": "of the change\n"})
    facts = Facts(repository="o/r", sha=head, pr_number=7, local=False, trust="untrusted")
    request = RunRequested(
        at=time.time(),
        workflow="W",
        repository="o/r",
        facts=facts,
        name="r",
        remote=origin.url,
        inbox=names.INBOX,
        merge=Merge(base=base, head=head, common=common),
        declared=base,
        subject=Subject(repository="o/r", sha=head, number=7),
    )
    stores = open_stores(project.root)
    while not stores.blobs.list(names.registration("linux", "x").rpartition("/")[0]):
        time.sleep(0.05)  # until the trusted runners are there
    post(stores, "r1", names.INBOX, request, identity="r1/requested")
    deadline = time.monotonic() + 20
    while "for untrusted code" not in project.praktika("why", "r1", "job").out:
        assert time.monotonic() < deadline, system.errors_so_far()
        time.sleep(0.1)
    time.sleep(0.3)
    assert "QUEUED" in project.praktika("why", "r1", "job").out.upper()
    command = [sys.executable, "-m", "praktika", "runner", "--label", "linux", "--untrusted"]
    system.processes.append(
        subprocess.Popen(
            command,
            cwd=project.root,
            env=project.env,
            stdin=subprocess.DEVNULL,
            stdout=system.errors,
            stderr=system.errors,
            text=True,
        )
    )
    system.wait(["r1"], seconds=30)
    log = project.praktika("logs", "r1", "job").out
    assert log.startswith(f"of the change\n{base}\n{head}\nuntrusted\n"), log
    assert "the change comes from outside of the repository" in log
    assert "S3CRET" not in log
    assert "PATH=" not in log  # what the change declares was not run
