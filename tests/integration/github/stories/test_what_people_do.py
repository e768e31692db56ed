"""Stories of people: buttons, comments, and who may use them."""

from __future__ import annotations

from typing import Any

from tests.integration.github.town import Town, workflow

from praktika.engine.run import Run
from praktika.model.result import Status


def attempts(run: Run) -> dict[str, int]:
    """How often each job has begun, by name."""
    return {run.graph.jobs[key].name: state.attempt for key, state in run.jobs.items()}


def statuses(run: Run) -> dict[str, Status]:
    """How each job stands, by name."""
    return {run.graph.jobs[key].name: state.status for key, state in run.jobs.items()}


def next_check(town: Town, shop: str, sha: str, before: dict[str, Any]) -> dict[str, Any]:
    """The check that takes the place of one, once it is completed."""
    name = before["name"]

    def found() -> dict[str, Any] | None:
        check = town.hub.checks(shop, sha)[name]
        return check if check["id"] > before["id"] and check["status"] == "completed" else None

    found.__qualname__ = f"another check {name}"
    return town.until(found)  # type: ignore[return-value]


def test_stopping_a_run_and_one_job(town: Town):
    """Security 23: only whoever may write can."""
    declared = workflow("pull_request", "Long: sleep 60", "Other: sleep 60", name="PR",
        job_checks="all")  # fmt: skip
    shop = town.repository({"ci/workflows/pr.py": declared})
    town.hub.set_permission(shop, "walter", "write")
    head = town.hub.commit(shop, "feature", {"a": "a"})
    town.hub.open_pull(shop, head="feature")
    check = town.shown(shop, head, "PR", "in_progress")
    long = town.shown(shop, head, "PR / Long", "in_progress")
    mark = town.mark()
    town.hub.press(shop, check["id"], "cancel", by="mallory")
    town.hub.press(shop, long["id"], "cancel", by="mallory")
    town.hub.deliveries.settle()
    town.logged("command.refused", "mallory", since=mark)
    town.hub.press(shop, long["id"], "cancel", by="walter")
    run = str(check["external_id"])
    town.until(lambda: Status.DROPPED in statuses(town.run(run)).values())
    assert statuses(town.run(run)) == {"Long": Status.DROPPED, "Other": Status.RUNNING}
    town.hub.press(shop, check["id"], "cancel", by="walter")
    whole = town.check(shop, head, "PR", "cancelled")
    assert "cancelled by walter" in whole["output"]["title"]
    assert (
        "cancelled by walter" in town.check(shop, head, "PR / Long", "cancelled")["output"]["title"]
    )
    town.check(shop, head, "PR / Other", "cancelled")


def test_running_again_by_buttons(town: Town):
    """Security 23."""
    gate = f"test -e {town.place('mended')} && echo well"
    declared = workflow("pull_request", "Good: true", f"Bad: {gate}", f"Worse: {gate}", name="PR")
    shop = town.repository({"ci/workflows/pr.py": declared})
    head = town.hub.commit(shop, "feature", {"a": "a"})
    town.hub.open_pull(shop, head="feature")
    check = town.check(shop, head, "PR", "failure")
    run = str(check["external_id"])
    bad = town.check(shop, head, "PR / Bad", "failure")
    worse = town.check(shop, head, "PR / Worse", "failure")
    assert attempts(town.run(run)) == {"Good": 1, "Bad": 1, "Worse": 1}
    assert "PR / Good" not in town.hub.checks(shop, head)

    # Somebody without permission: on the check of the run, on that of a job, GitHub's own.
    mark = town.mark()
    town.hub.press(shop, check["id"], "rerun-all", by="mallory")
    town.hub.press(shop, bad["id"], "rerun-all", by="mallory")
    town.hub.press(shop, check["id"], by="mallory")
    town.hub.rerun_all(shop, head, by="mallory")
    town.hub.deliveries.settle()

    def refused() -> bool:
        lines = town.log.read_bytes()[mark:].decode().splitlines()
        return sum("command.refused" in line and "mallory" in line for line in lines) == 4

    town.until(refused)
    assert attempts(town.run(run)) == {"Good": 1, "Bad": 1, "Worse": 1}

    # One job, by its button.
    town.hub.press(shop, bad["id"], "rerun-all")
    check = next_check(town, shop, head, check)
    assert attempts(town.run(run)) == {"Good": 1, "Bad": 2, "Worse": 1}
    # What failed.
    town.hub.press(shop, check["id"], "rerun-failed")
    check = next_check(town, shop, head, check)
    assert attempts(town.run(run)) == {"Good": 1, "Bad": 3, "Worse": 2}
    # One job, by GitHub's Re-run.
    town.hub.press(shop, town.hub.checks(shop, head)["PR / Worse"]["id"])
    check = next_check(town, shop, head, check)
    assert attempts(town.run(run)) == {"Good": 1, "Bad": 3, "Worse": 3}
    assert check["conclusion"] == "failure"
    # GitHub's "Re-run all checks": what failed.
    town.open_gate("mended")
    town.hub.rerun_all(shop, head)
    check = next_check(town, shop, head, check)
    assert attempts(town.run(run))["Good"] == 1
    assert check["conclusion"] == "success"
    # Everything.
    town.hub.press(shop, check["id"], "rerun-all")
    check = next_check(town, shop, head, check)
    assert attempts(town.run(run))["Good"] == 2
    assert worse["id"] < town.hub.checks(shop, head)["PR / Worse"]["id"]
    assert len(town.runs(shop)) == 1


def test_what_is_said_in_comments(town: Town):
    """Security 23."""
    once = f"test -e {town.place('once')} || {{ touch {town.place('once')}; exit 1; }}"
    declared = workflow("pull_request", f"Flaky: {once}", "Good: true", name="PR")
    shop = town.repository({"ci/workflows/pr.py": declared})
    head = town.hub.commit(shop, "feature", {"a": "a"})
    number = town.hub.open_pull(shop, head="feature").number
    check = town.check(shop, head, "PR", "failure")
    mark = town.mark()
    town.hub.comment(shop, number, "/praktika rerun all", by="mallory")
    town.logged("command.refused", "mallory", since=mark)
    town.hub.comment(shop, number, "/praktika rerun")
    check = next_check(town, shop, head, check)
    run = town.run(check["external_id"])
    assert (check["conclusion"], attempts(run)) == ("success", {"Flaky": 2, "Good": 1})
    town.hub.comment(shop, number, "/praktika what now")
    town.until(
        lambda: any("/praktika cancel" in c["body"] for c in town.hub.comments(shop, number))
    )


def test_cancelling_by_a_comment(town: Town):
    shop = town.repository({"ci/workflows/pr.py": workflow("pull_request", "Long: sleep 60")})
    head = town.hub.commit(shop, "feature", {"a": "a"})
    number = town.hub.open_pull(shop, head="feature").number
    town.shown(shop, head, "pull_request", "in_progress")
    town.hub.comment(shop, number, "/praktika cancel")
    assert "ada" in town.check(shop, head, "pull_request", "cancelled")["output"]["title"]
