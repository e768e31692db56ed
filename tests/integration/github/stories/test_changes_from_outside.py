"""Stories of changes from outside: nothing of theirs runs unseen, and nothing of ours reaches them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from tests.integration.github.town import Code, Town, job, open_town, workflow

from praktika.engine.run import Stage

SECRET = "value-of-the-deploy-key"
PLATFORM = "value-of-the-platforms-own"
ASK = (
    f"{sys.executable} -c "
    "'from praktika.info import Info; print(Info().get_secret(\"DEPLOY_KEY\").get_value())'"
)
KEY = Code('Secret.Config(name="DEPLOY_KEY", type=Secret.Type.GH_SECRET)')
DIGEST = Code('Job.CacheDigestConfig(include_paths=["src"])')
BROKEN = "raise RuntimeError('what a stranger declares was loaded')\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """With a runner for untrusted code, and things that such code must not see."""
    known = {"PLATFORM_TOKEN": PLATFORM, "PRAKTIKA_SECRET_DEPLOY_KEY": SECRET}
    folder = tmp_path_factory.mktemp("town")
    with open_town(folder, "--untrusted", "=1", **known) as town:
        town.start()
        yield town


def awaiting(town: Town, shop: str, head: str) -> dict:
    """The check that asks for approval."""
    check = town.check(shop, head, "PR", "action_required")
    assert {each["identifier"] for each in check["actions"]} == {"approve", "cancel"}
    assert town.run(check["external_id"]).stage is Stage.AWAITING
    return check


def succeeded(town: Town, shop: str, head: str, name: str = "PR") -> str:
    """The run of the check, once it has succeeded."""

    def found() -> bool:
        check = town.hub.checks(shop, head).get(name)
        assert check is None or check["conclusion"] not in {"failure", "cancelled"}, check
        return check is not None and check["conclusion"] == "success"

    town.until(found)
    return str(town.hub.checks(shop, head)[name]["external_id"])


def test_a_fork_runs_what_somebody_has_looked_at_and_learns_nothing(town: Town):
    """Security 1, 2, 7, 12, 18 and 23, faults 1, 3, 4, 5 and 6."""
    look = f"env; cat .git/config src/a; {ASK} 2>/dev/null || echo refused; {town.gate('fork')}"
    unit = job("Unit", look, digest_config=DIGEST)
    declared = workflow("pull_request", unit, name="PR", secrets=[KEY], enable_cache=True)
    main = workflow("push", unit, name="Main", branches=["main"], enable_cache=True, secrets=[KEY])
    files = {"ci/workflows/pr.py": declared, "ci/workflows/main.py": main, "src/a": "a\n"}
    shop = town.repository(files)
    fork = town.hub.fork(shop, "eve")
    theirs = {"src/a": "theirs\n", "ci/workflows/pr.py": BROKEN, "ci/settings/settings.py": BROKEN}
    head = town.hub.commit(fork, "main", theirs, by="eve")
    number = town.hub.open_pull(shop, head="eve:main").number
    button = awaiting(town, shop, head)

    # Somebody who may not write presses.
    mark = town.mark()
    town.hub.press(shop, button["id"], "approve", by="mallory")
    town.logged("command.refused", "mallory", "approve", since=mark)
    assert awaiting(town, shop, head)["id"] == button["id"]

    # A maintainer does.
    town.hub.set_permission(shop, "maria", "maintain")
    town.hub.press(shop, button["id"], "approve", by="maria")
    run = str(button["external_id"])
    town.until(lambda: "refused" in town.output(run))
    assert town.hub.state.minted
    assert town.traces() == []
    town.open_gate("fork")
    assert succeeded(town, shop, head) == run
    assert town.run(run).approved_by == "maria"
    told = town.output(run)
    assert "PRAKTIKA_TRUST=untrusted" in told
    assert "theirs" in told
    assert [each.name for each in town.run(run).graph.jobs.values()] == ["Unit"]
    for hidden in (SECRET, PLATFORM, "PLATFORM_TOKEN", "PRAKTIKA_GITHUB", "DEPLOY_KEY="):
        assert hidden not in told

    # Pushed again: asked again; what was pressed and said for the commit before counts for that.
    second = town.hub.push_to_pull(shop, number, {"src/b": "b\n"})
    again = awaiting(town, shop, second)
    mark = town.mark()
    town.hub.press(shop, button["id"], "approve", by="maria")
    town.logged("approval.refused", run, since=mark)
    town.hub.comment(shop, number, f"/praktika approve {head}", by="maria")
    town.until(lambda: any(second in each["body"] for each in town.hub.comments(shop, number)))
    mark = town.mark()
    town.hub.comment(shop, number, f"/praktika approve {second}", by="eve")
    town.logged("command.refused", "eve", since=mark)
    assert awaiting(town, shop, second)["id"] == again["id"]
    town.hub.comment(shop, number, f"/praktika approve {second}", by="maria")
    assert succeeded(town, shop, second) == again["external_id"]

    # What the fork's jobs came to is nothing to main, which has the very same files.
    town.hub.commit(shop, "main", {"src/a": "theirs\n", "src/b": "b\n"})
    tip = town.hub.tip(shop)
    (state,) = town.run(succeeded(town, shop, tip, "Main")).jobs.values()
    assert state.attempt == 1
    assert "PRAKTIKA_TRUST=trusted" in town.output(
        town.hub.checks(shop, tip)["Main"]["external_id"]
    )
    tip = town.hub.commit(shop, "main", {"README": "of no job\n"})
    (state,) = town.run(succeeded(town, shop, tip, "Main")).jobs.values()
    assert state.attempt == 0  # but what main's own came to is


def test_a_workflow_may_be_open_to_all_and_is_untrusted_still(town: Town):
    """Security 1."""
    command = "printenv PRAKTIKA_TRUST; printenv PLATFORM_TOKEN || echo none"
    declared = workflow("pull_request", f"Lint: {command}", name="Lint", allow_untrusted=True)
    shop = town.repository({"ci/workflows/lint.py": declared})
    fork = town.hub.fork(shop, "zoe")
    head = town.hub.commit(fork, "fix", {"ci/workflows/lint.py": BROKEN}, by="zoe")
    town.hub.open_pull(shop, head="zoe:fix")
    assert town.output(succeeded(town, shop, head, "Lint")) == "untrusted\nnone\n"


def test_another_base_asks_again_and_a_fork_may_be_gone(town: Town):
    """Security 1 and 2: what was approved was approved for one base, and is fetched by its id."""
    declared = workflow("pull_request", "Unit: cat file.txt base.txt", name="PR")
    shop = town.repository({"ci/workflows/pr.py": declared, "base.txt": "main\n"})
    town.hub.commit(shop, "stable", {"base.txt": "stable\n"})
    fork = town.hub.fork(shop, "yves")
    head = town.hub.commit(fork, "fix", {"file.txt": "theirs\n"}, by="yves")
    number = town.hub.open_pull(shop, head="yves:fix").number
    first = awaiting(town, shop, head)
    town.hub.retarget(shop, number, "stable")

    def moved() -> bool:
        return town.hub.checks(shop, head)["PR"]["external_id"] != first["external_id"]

    town.until(moved)
    second = awaiting(town, shop, head)
    town.hub.delete_repository(fork)
    mark = town.mark()
    town.hub.press(shop, first["id"], "approve", is_stale=True)
    town.logged("approval.refused", str(first["external_id"]), since=mark)
    town.hub.press(shop, second["id"], "approve")
    assert town.output(succeeded(town, shop, head)) == "theirs\nstable\n"


def test_an_approval_of_what_the_server_does_not_know_to_be_old(town: Town):
    """Security 2 and 5, fault 5: the webhook of a push is lost, and the old button pressed."""
    shop = town.repository(
        {"ci/workflows/pr.py": workflow("pull_request", "Unit: true", name="PR")}
    )
    fork = town.hub.fork(shop, "xena")
    head = town.hub.commit(fork, "fix", {"file.txt": "good\n"}, by="xena")
    number = town.hub.open_pull(shop, head="xena:fix").number
    button = awaiting(town, shop, head)
    town.hub.deliveries.settle()
    town.hub.deliveries.drop = 1.0
    second = town.hub.push_to_pull(shop, number, {"file.txt": "bad\n"})
    town.hub.deliveries.drop = 0.0
    mark = town.mark()
    town.hub.press(shop, button["id"], "approve")
    town.logged("approval.refused", "moved on", since=mark)
    town.hub.deliveries.redeliver_failed()
    awaiting(town, shop, second)
    town.until(lambda: town.hub.checks(shop, head)["PR"]["conclusion"] == "cancelled")
    assert not any(run.approved_by for run in town.runs(shop).values())
