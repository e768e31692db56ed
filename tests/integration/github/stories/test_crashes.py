"""Stories of servers that are killed, and of a GitHub that does not answer."""

from __future__ import annotations

import signal
import time

import pytest
from tests.integration.github.town import Town, workflow

from praktika.engine.run import Stage


def final(town: Town, shop: str, sha: str) -> None:
    """The run and its one check are over, and went well."""
    check = town.check(shop, sha, "PR", "success")
    (run,) = town.runs(shop).values()
    assert run.stage is Stage.CONCLUDED
    assert [each["id"] for each in town.hub.all_checks(shop, sha)] == [check["id"]]


def opened(town: Town, command: str) -> tuple[str, str]:
    shop = town.repository({"ci/workflows/pr.py": workflow("pull_request", command, name="PR")})
    head = town.hub.commit(shop, "feature", {"a": "a"})
    town.hub.open_pull(shop, head="feature")
    return shop, head


def test_killed_in_the_middle_of_a_run(town: Town):
    shop, head = opened(town, f"Unit: {town.gate('middle')}")
    town.shown(shop, head, "PR", "in_progress")
    town.end(signal.SIGKILL)
    town.open_gate("middle")
    town.start()
    final(town, shop, head)


@pytest.mark.parametrize("kind", ["lost", "hang"])
def test_killed_while_a_check_is_written(town: Town, kind: str):
    """The check is there, or is not, and the server that has died was not told."""
    town.hub.fail(kind, method="POST", path="/check-runs")
    shop, head = opened(town, "Unit: true")

    def asked() -> bool:
        return any(
            each.startswith("POST") and f"{shop}/check-runs" in each
            for each in town.hub.server.requests
        )

    town.until(asked)
    town.until(lambda: [run.stage for run in town.runs(shop).values()] == [Stage.CONCLUDED])
    town.end(signal.SIGKILL)
    town.hub.heal()
    town.start()
    final(town, shop, head)


def test_killed_again_and_again(town: Town):
    """At any moment between the webhook and the conclusion."""
    shop, head = opened(town, "Unit: true")
    for pause in (0.1, 0.4, 0.8, 1.2):
        time.sleep(pause)  # a moment like any other
        town.end(signal.SIGKILL)
        town.start()
    town.hub.deliveries.redeliver_failed()  # as the reconciler would, had it an hour
    final(town, shop, head)


def test_a_github_that_is_not_well(town: Town):
    """Errors, broken connections, and a limit; on the way in as on the way out."""
    fail = town.hub.fail
    fail("429", method="GET", path="/pulls/", seconds=1.0)
    fail("502", 2, method="GET", path="/repos/")
    fail("502", path="/info/refs")
    fail("429", method="POST", path="/check-runs", seconds=1.0)
    shop, head = opened(town, f"Unit: {town.gate('unwell')}")
    town.shown(shop, head, "PR", "in_progress")
    fail("429", method="PATCH", path="/check-runs", seconds=1.0)
    town.open_gate("unwell")
    final(town, shop, head)
    assert not [fault for fault in town.hub.server.faults if fault.left]
