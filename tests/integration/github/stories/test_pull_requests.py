"""Stories of pull requests: pushed to, in conflict, closed, retargeted."""

from __future__ import annotations

import sys

from tests.integration.github.town import Town, workflow

ALL = (
    f"{sys.executable} -c 'from praktika.info import Info; found = Info().get_changed_files(); "
    "print(len(found), sorted(found)[-1])'"
)


def test_a_fix_takes_the_place_of_the_run_before(town: Town):
    command = "grep -q fixed file.txt || sleep 60"
    declared = workflow("pull_request", f"Unit: {command}", name="PR")
    shop = town.repository({"file.txt": "one\n", "ci/workflows/pr.py": declared})
    head = town.hub.commit(shop, "feature", {"file.txt": "broken\n"})
    number = town.hub.open_pull(shop, head="feature").number
    before = town.shown(shop, head, "PR", "in_progress")["external_id"]
    fixed = town.hub.push_to_pull(shop, number, {"file.txt": "fixed\n"})
    after = town.check(shop, fixed, "PR", "success")["external_id"]
    stopped = town.check(shop, head, "PR", "cancelled")
    assert f"cancelled by run {after}, which is newer" in stopped["output"]["title"]
    assert town.run(before).cancelled_by == f"run {after}, which is newer"
    assert [len(town.hub.all_checks(shop, sha)) for sha in (head, fixed)] == [1, 1]
    # The fix is taken back: what it took the place of goes on.
    town.hub.push(shop, "feature", head)
    assert town.shown(shop, head, "PR", "in_progress")["external_id"] == before
    # And again: what was run again gives way, too.
    fixed = town.hub.push_to_pull(shop, number, {"file.txt": "fixed at last\n"})
    town.check(shop, fixed, "PR", "success")
    assert town.check(shop, head, "PR", "cancelled")["external_id"] == before


def test_a_conflict_is_told_before_anything_runs(town: Town):
    declared = workflow("pull_request", "Unit: cat file.txt", name="PR")
    shop = town.repository({"file.txt": "one\n", "ci/workflows/pr.py": declared})
    head = town.hub.commit(shop, "feature", {"file.txt": "two\n"})
    other = town.hub.commit(shop, "other", {"file.txt": "other\n"})
    town.hub.commit(shop, "main", {"file.txt": "three\n"})
    number = town.hub.open_pull(shop, head="feature").number
    check = town.check(shop, head, "PR", "failure")
    assert "file.txt" in check["output"]["title"] + check["output"]["summary"]
    assert not town.run(check["external_id"]).jobs
    second = town.hub.open_pull(shop, head="other").number
    town.check(shop, other, "PR", "failure")

    # A push that resolves it.
    merged = town.hub.push_to_pull(shop, number, {"file.txt": "three\n"})
    resolved = town.hub.commit(shop, "feature", {"new.txt": "new\n"}, onto="main")
    assert town.output(town.check(shop, resolved, "PR", "success")["external_id"]) == "three\n"
    assert merged != resolved

    # Main is changed so that it fits.
    town.hub.commit(shop, "main", {"file.txt": "one\n"})
    town.hub.press(shop, town.check(shop, other, "PR")["id"])

    def again():
        return town.hub.checks(shop, other)["PR"]["conclusion"] == "success"

    town.until(again)
    assert town.output(town.hub.checks(shop, other)["PR"]["external_id"]) == "other\n"
    assert town.hub.pull(shop, second).state == "open"


def test_what_is_tested_and_what_has_changed(town: Town):
    """Fault 53: more files than any list of GitHub has."""
    merged = workflow("pull_request", f"Unit: cat base.txt head.txt; {ALL}", name="Merged")
    alone = workflow(
        "pull_request", f"Unit: cat base.txt head.txt; {ALL}", name="Alone", merge_commit=False
    )
    files = {"ci/workflows/merged.py": merged, "ci/workflows/alone.py": alone}
    shop = town.repository({"base.txt": "old\n", "head.txt": "old\n", **files})
    changed = {f"folder/{number:03}.txt": "" for number in range(310)} | {"head.txt": "new\n"}
    head = town.hub.commit(shop, "feature", changed)
    town.hub.commit(shop, "main", {"base.txt": "new\n"})
    town.hub.open_pull(shop, head="feature")
    runs = {name: town.check(shop, head, name, "success")["external_id"] for name in
        ("Merged", "Alone")}  # fmt: skip
    assert town.output(runs["Merged"]) == "new\nnew\n311 head.txt\n"
    assert town.output(runs["Alone"]) == "old\nnew\n311 head.txt\n"


def test_closed_reopened_retargeted_and_ready(town: Town):
    gate = town.gate("closing")
    files = {
        "ci/workflows/pr.py": workflow(
            "pull_request", f"Unit: {gate}", name="PR", base_branches=["main"]
        ),
        "ci/workflows/stable.py": workflow(
            "pull_request", "Unit: cat file.txt", name="Stable", base_branches=["stable"]
        ),
        "file.txt": "main\n",
    }
    shop = town.repository(files)
    town.hub.commit(shop, "stable", {"file.txt": "stable\n"})
    head = town.hub.commit(shop, "feature", {"new.txt": ""}, onto="main")
    number = town.hub.open_pull(shop, head="feature", draft=True).number
    first = town.shown(shop, head, "PR", "in_progress")
    town.hub.close_pull(shop, number)
    check = town.check(shop, head, "PR", "cancelled")
    assert "the closing of the pull request" in check["output"]["title"]
    town.hub.reopen(shop, number)
    again = town.shown(shop, head, "PR", "in_progress")
    assert again["id"] > check["id"]
    assert again["external_id"] == first["external_id"]  # the same run goes on
    town.hub.retarget(shop, number, "stable")
    assert town.output(town.check(shop, head, "Stable", "success")["external_id"]) == "stable\n"
    town.check(shop, head, "PR", "cancelled")
    town.hub.ready(shop, number)
    town.hub.retarget(shop, number, "main")
    town.open_gate("closing")
    town.until(lambda: town.hub.checks(shop, head)["PR"]["conclusion"] == "success")
    assert len(town.runs(shop)) == 2


def test_what_no_workflow_is_for(town: Town):
    """A check that is required is there all the same; who declares nothing gets nothing."""
    bare = town.repository({"README": "nothing of ours"})
    town.hub.commit(bare, "feature", {"a": "a"})
    town.hub.open_pull(bare, head="feature")
    declared = workflow("pull_request", "Unit: false", name="PR", paths=["src/**"])
    shop = town.repository({"ci/workflows/pr.py": declared, "src/a": "a"})
    head = town.hub.commit(shop, "docs", {"docs/a.md": "a"})
    town.hub.open_pull(shop, head="docs")
    check = town.check(shop, head, "PR", "skipped")
    assert check["output"]["title"] == "Nothing had to run: all jobs were left out"
    town.routed(bare)
    assert not town.hub.all_checks(bare)
    assert not town.runs(bare)
