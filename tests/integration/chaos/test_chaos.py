"""Processes are killed and stopped at random moments; nothing is lost, and nothing happens twice."""

from __future__ import annotations

import time

from tests.integration.chaos.conftest import Installation, torment
from tests.integration.run.conftest import leftovers


def check(installation: Installation, runs: list[str]) -> None:
    """Every job's effects agree with its Result, and every run's Result with its journal."""
    told = installation.told()
    assert not [attempt for attempt, times in told.items() if times > 1], "an attempt ran twice"
    for run in runs:
        result = installation.result(run)
        assert len(result["results"]) == 8
        for job in result["results"]:
            ext = job["ext"]
            if job["status"] == "OK":
                key = ext["log"].split("/")[1]
                assert told[run, key, ext["attempt"]] == 1, job
            else:
                assert ext.get("verdict") == "infrastructure" or "needs '" in job["info"], job
        assert max(attempt for (of, _, attempt) in told if of == run) <= 3


def test_fault_24_35_runs_survive_what_is_killed_and_stopped(installation):
    system = installation()
    runs = [system.submit() for _ in range(5)]
    done = torment(system, seed=1, times=50)
    runs += [system.submit()]
    system.wait(runs, seconds=150)
    check(system, runs)
    assert min(done["killed"], done["stopped"]) > 10
    assert any(attempt > 1 for (_, _, attempt) in system.told()), "nobody was hit at work"
    system.stop()
    deadline = time.monotonic() + 10
    while leftovers("0.7977") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert leftovers("0.7977") == []
