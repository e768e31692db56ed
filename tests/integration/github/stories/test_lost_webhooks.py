"""A story of webhooks that are lost, doubled and shuffled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.integration.github.town import Town, open_town, workflow

from praktika.engine.run import Stage
from praktika.intake.kept import keys

FILES = {
    "ci/workflows/pr.py": workflow("pull_request", "Unit: true", name="PR"),
    "ci/workflows/main.py": workflow("push", "Unit: true", name="Main", branches=["main"]),
}
PULLS = 2


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """With a reconciler that looks every two seconds; the server is not started."""
    folder = tmp_path_factory.mktemp("town")
    with open_town(folder, PRAKTIKA_RECONCILE_SECONDS="2") as town:
        yield town


def test_every_final_head_has_one_run_and_one_check(town: Town):
    """Security 4 and 5. Three repositories: each has so many writes a minute."""
    shops = [town.repository(FILES) for _ in range(3)]
    town.start()
    for shop in shops:
        town.until((town.root / ".praktika" / keys.seen(shop)).exists)
    dice = random.Random(7)
    deliveries = town.hub.deliveries
    deliveries.drop = deliveries.duplicate = 0.2
    for shop in shops:
        for number in range(1, PULLS + 1):
            town.hub.commit(shop, f"branch-{number}", {f"branch-{number}": "first"})
            town.hub.open_pull(shop, head=f"branch-{number}")
    for count in range(30):
        if count % 10 == 0:
            deliveries.hold()
        shop, number = dice.choice(shops), dice.randint(0, PULLS)
        branch = f"branch-{number}" if number else "main"
        town.hub.commit(shop, branch, {branch: f"content {count}"})
        if count % 10 == 7:
            deliveries.release(shuffle=True)
    deliveries.release(shuffle=True)
    assert any(each.dropped for each in deliveries.all)
    assert any(len(each.attempts) > 1 for each in deliveries.all)

    heads = {(shop, town.hub.tip(shop), "Main") for shop in shops} | {
        (shop, town.hub.tip(shop, f"branch-{number}"), "PR")
        for shop in shops
        for number in range(1, PULLS + 1)
    }
    for shop, sha, name in heads:
        town.check(shop, sha, name, "success")
    for shop in shops:
        runs = town.runs(shop)
        asked = Counter((run.requested.sha, run.requested.workflow) for run in runs.values())
        assert all(count == 1 for count in asked.values()), asked
        town.until(lambda shop=shop: all(
            run.stage is Stage.CONCLUDED for run in town.runs(shop).values()))  # fmt: skip
    for shop, sha, name in heads:
        checks = [each["name"] for each in town.hub.all_checks(shop, sha)]
        assert checks.count(name) == 1, checks
