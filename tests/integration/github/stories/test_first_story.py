"""Stories of a small team: a pull request is tested, and so is what it becomes."""

from __future__ import annotations

from tests.integration.github.town import Town, workflow

FILES = {
    "file.txt": "one\n",
    "ci/workflows/pr.py": workflow("pull_request", "Unit: cat file.txt; git log -1 --format=%an", name="PR"),
    "ci/workflows/main.py": workflow("push", "Unit: cat file.txt", name="Main", branches=["main"]),
}  # fmt: skip


def test_a_pull_request_is_tested_merged_and_its_push_too(town: Town):
    shop = town.repository(FILES, private=True)
    head = town.hub.commit(shop, "feature", {"file.txt": "two\n"})
    number = town.hub.open_pull(shop, head="feature").number
    check = town.check(shop, head, "PR", "success")
    run = check["external_id"]
    assert check["details_url"] == f"https://ci.example/runs/{run}"
    assert town.output(run) == "two\npraktika\n"
    facts = town.run(run).requested.facts
    assert (facts.pr_number, facts.fork) == (number, shop)
    merged = town.hub.merge_pull(shop, number)
    check = town.check(shop, merged, "Main", "success")
    assert town.output(check["external_id"]) == "two\n"
