"""People with credentials, at their own machines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.integration.aws.cloud.cloud import Cloud, unit
from tests.integration.github.town import workflow

from praktika.engine.run import Stage
from praktika.model.result import Status


def praktika(cloud: Cloud, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the checkout that has declared the installation."""
    return subprocess.run(
        [sys.executable, "-m", "praktika", "-C", str(cloud.place("checkout")), *words],
        env={
            **cloud.aws.environment(),
            "PATH": "/usr/bin:/bin",
            "HOME": str(cloud.place("home")),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_people_see_stop_and_repeat_runs(cloud: Cloud):
    main = workflow("push", unit(cloud.gate("people")), name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    sha = cloud.hub.commit(shop, "main", {"a": "a"})
    run = cloud.asked(shop, sha, "Main")
    cloud.machine_of(run)
    listed = praktika(cloud, "runs", "--json")
    assert run in listed.stdout, listed
    stopped = praktika(cloud, "cancel", run)
    assert stopped.returncode == 0, stopped
    cloud.until(lambda: cloud.run(run).stage is Stage.CONCLUDED)
    (state,) = cloud.run(run).jobs.values()
    assert state.status is Status.DROPPED
    cloud.open_gate("people")
    again = praktika(cloud, "rerun", run)
    assert again.returncode == 0, again
    cloud.until(lambda: cloud.hub.checks(shop, sha)["Main"]["conclusion"] == "success")
    shown = praktika(cloud, "report", run, "--json")
    assert shown.returncode == 0, shown
    assert "Unit" in Path(json.loads(shown.stdout)["report"]).read_text()
