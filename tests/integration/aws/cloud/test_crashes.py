"""Whatever dies on the way, a push ends green, exactly once."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from tests.integration.aws.cloud.cloud import Cloud, unit
from tests.integration.github.town import workflow

from praktika.model.events import JobLost


@pytest.fixture
def gate(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def pushed(cloud: Cloud, gate: str) -> tuple[str, str]:
    """A push whose job waits at a gate."""
    job = unit(cloud.gate(gate))
    main = workflow("push", job, name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    return shop, cloud.hub.commit(shop, "main", {"a": gate})


def losses(cloud: Cloud, run: str) -> list[JobLost]:
    return [event for event in cloud.recorded(run).events if isinstance(event, JobLost)]


def test_an_orchestrator_that_is_killed_and_the_functions_with_it(cloud: Cloud, gate: str):
    shop, sha = pushed(cloud, gate)
    run = cloud.asked(shop, sha, "Main")
    cloud.machine_of(run)
    cloud.fleet.of("workflow-orchestrator")[0].kill()
    for function in ("webhook", "token-broker"):
        cloud.host.kill(function)
    cloud.open_gate(gate)
    assert cloud.green_once(shop, sha, "Main") == run
    assert len(cloud.runs(shop)) == 1
    assert not losses(cloud, run)


def test_orchestrators_that_are_killed_while_they_fetch(cloud: Cloud):
    main = workflow("push", unit("true"), name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    cloud.hub.fail("hang", path=f"{shop}.git/info/refs")
    sha = cloud.hub.commit(shop, "main", {"a": "a"})
    cloud.until(lambda: any(f"{shop}.git/info/refs" in each for each in cloud.hub.server.requests))
    for machine in cloud.fleet.of("workflow-orchestrator"):
        machine.kill()
    cloud.hub.heal()
    cloud.green_once(shop, sha, "Main")
    assert len(cloud.runs(shop)) == 1


def test_a_runner_that_is_killed_and_a_controller(cloud: Cloud, gate: str):
    """Fault 65: their tasks come again, and their attempts are lost, not run twice."""
    first, second = pushed(cloud, gate), pushed(cloud, f"{gate}-2")
    runs = [cloud.asked(shop, sha, "Main") for shop, sha in (first, second)]
    machines = [cloud.machine_of(run) for run in runs]
    assert machines[0] is not machines[1]
    machines[1].kill_child()
    machines[0].kill_service()
    for name in (gate, f"{gate}-2"):
        cloud.open_gate(name)
    for run, (shop, sha) in zip(runs, (first, second), strict=True):
        assert cloud.green_once(shop, sha, "Main") == run
        assert [event.attempt for event in losses(cloud, run)] == [1]
        (state,) = cloud.run(run).jobs.values()
        assert state.attempt == 2


def test_a_runner_that_stands_still_and_goes_on_publishes_nothing(cloud: Cloud, gate: str):
    """Security 24."""
    shop, sha = pushed(cloud, gate)
    run = cloud.asked(shop, sha, "Main")
    machine = cloud.machine_of(run)
    machine.send_all(signal.SIGSTOP)
    other = cloud.until(
        lambda: next((r for r in runners(cloud, run) if r not in {"", machine.runner}), "")
    )
    machine.send_all(signal.SIGCONT)
    cloud.open_gate(gate)
    assert cloud.green_once(shop, sha, "Main") == run
    (state,) = cloud.run(run).jobs.values()
    assert (state.attempt, state.runner) == (2, other)
    assert len(losses(cloud, run)) == 1
    key = next(iter(cloud.run(run).jobs))
    assert cloud.stores.blobs.list(f"runs/{run}/jobs/{key}/1/result.json") == []


def runners(cloud: Cloud, run: str) -> Iterator[str]:
    return (state.runner for state in cloud.run(run).jobs.values())


def test_a_webhook_that_nobody_took_in(cloud: Cloud):
    """Security 5: the function has died over it; what it told of is found by looking."""
    main = workflow("push", unit("true"), name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    first = cloud.hub.commit(shop, "main", {"a": "a"})
    cloud.green_once(shop, first, "Main")
    url, cloud.hub.deliveries.url = cloud.hub.deliveries.url, f"{cloud.host.url}/nowhere"
    try:
        sha = cloud.hub.commit(shop, "main", {"a": "b"})
        cloud.hub.deliveries.settle()
        cloud.green_once(shop, sha, "Main")
    finally:
        cloud.hub.deliveries.url = url


def test_an_orchestrator_that_is_told_to_end_gives_back_what_it_has(cloud: Cloud, gate: str):
    shop, sha = pushed(cloud, gate)
    run = cloud.asked(shop, sha, "Main")
    mark = cloud.mark()
    machine = cloud.fleet.of("workflow-orchestrator")[0]
    machine.send(signal.SIGTERM)
    cloud.logged("orchestrator.ended", since=mark)
    cloud.open_gate(gate)
    assert cloud.green_once(shop, sha, "Main") == run
