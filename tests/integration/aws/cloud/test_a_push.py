"""What the cloud is for: a push becomes a green check and a report, and so does a pull request."""

from __future__ import annotations

from tests.integration.aws.cloud.cloud import Cloud, unit
from tests.integration.github.town import Code, workflow

BROKEN = "raise RuntimeError('what a stranger declares was loaded')\n"


def test_a_push_becomes_a_green_check_and_a_report(cloud: Cloud):
    main = workflow("push", unit("cat file.txt"), name="Main", branches=["main"])
    shop = cloud.repository({"file.txt": "one\n", "ci/workflows/main.py": main}, private=True)
    sha = cloud.hub.commit(shop, "main", {"file.txt": "two\n"})
    run = cloud.green_once(shop, sha, "Main")
    check = cloud.hub.checks(shop, sha)["Main"]
    assert f"`praktika report {run}` shows the report" in check["output"]["summary"]
    assert b"Unit" in cloud.report(run)
    assert cloud.output(run) == "two\n"


def test_a_machine_has_a_token_for_its_attempt_alone_and_gives_it_back(cloud: Cloud):
    """Security 12 and 18, faults 1 and 2."""
    main = workflow("push", unit("cat .git/config"), name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main}, private=True)
    sha = cloud.hub.commit(shop, "main", {"a": "a"})
    run = cloud.green_once(shop, sha, "Main")
    machine = next(iter(cloud.run(run).jobs.values())).runner.removeprefix("trusted-")
    (given,) = cloud.of_attempts("token.given", run)
    assert given["instance"] == machine
    assert given["repository"] == shop
    assert given["permissions"] == {"contents": "read"}
    cloud.until(lambda: cloud.of_attempts("token.revoked", run))
    assert cloud.traces() == []


def test_a_change_from_outside_runs_on_machines_for_such_code_when_somebody_has_looked(
    cloud: Cloud,
):
    """Security 1, 2 and 18, faults 1 and 2."""
    declared = workflow("pull_request", unit("env; cat src/a"), name="PR")
    shop = cloud.repository({"ci/workflows/pr.py": declared, "src/a": "a\n"})
    fork = cloud.hub.fork(shop, "eve")
    theirs = {"src/a": "theirs\n", "ci/workflows/pr.py": BROKEN}
    head = cloud.hub.commit(fork, "main", theirs, by="eve")
    cloud.hub.open_pull(shop, head="eve:main")
    button = cloud.check(shop, head, "PR", "action_required")
    cloud.hub.set_permission(shop, "maria", "maintain")
    cloud.hub.press(shop, button["id"], "approve", by="maria")

    def is_green() -> bool:
        return cloud.hub.checks(shop, head)["PR"]["conclusion"] == "success"

    cloud.until(is_green)
    run = str(button["external_id"])
    assert run.startswith("x-")
    (state,) = cloud.run(run).jobs.values()
    assert state.runner.startswith("untrusted-i-")
    told = cloud.output(run)
    assert "theirs" in told
    assert "PRAKTIKA_TRUST=untrusted" in told
    for hidden in ("AWS_", "PRAKTIKA_GITHUB", "PRAKTIKA_TASK_KEY", "PRAKTIKA_BROKER"):
        assert hidden not in told


def test_a_label_that_no_pool_serves_is_told_at_once(cloud: Cloud):
    strange = Code("Job.Config(name='Unit', runs_on=['huge'], command='true')")
    main = workflow("push", strange, name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    sha = cloud.hub.commit(shop, "main", {"a": "a"})
    check = cloud.check(shop, sha, "Main", "failure", "cancelled", "neutral")
    text = "no runner will take it: no pool serves the label 'huge'; there are 'small'"
    assert text in check["output"]["summary"]
