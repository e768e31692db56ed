"""Stories of runs that no pull request asks for: merge queues, people, the clock."""

from __future__ import annotations

import json
import re
import signal
import sys
import time

from tests.integration.github.town import Code, Town, workflow

from praktika.intake.kept import keys
from praktika.model.wire import decode, encode
from praktika.wiring.stores import open_stores

INPUTS = Code(
    "[Workflow.InputConfig(name='tag', description='What to release', is_required=True),"
    " Workflow.InputConfig(name='dry', is_boolean=True, default_value=True),"
    " Workflow.InputConfig(name='kind', options=['minor', 'patch'], default_value='patch')]"
)
TELL = (
    f"{sys.executable} -c 'from praktika.info import Info; "
    'print([Info.get_workflow_input_value(name) for name in ("tag", "dry", "kind")])\''
)


def test_a_merge_queue_is_told_and_gives_up(town: Town):
    command = f"cat a.txt b.txt; test -e b.txt || {town.gate('queue')}"
    shop = town.repository(
        {"ci/workflows/queue.py": workflow("merge_queue", f"Unit: {command}", name="Queue")}
    )
    numbers = []
    for name in ("a", "b"):
        town.hub.commit(shop, name, {f"{name}.txt": f"{name}\n"})
        numbers.append(town.hub.open_pull(shop, head=name).number)
    group = town.hub.merge_group(shop, numbers[:1])
    run = str(town.shown(shop, group, "Queue", "in_progress")["external_id"])
    facts = town.run(run).requested.facts
    assert (facts.base_branch, facts.linked_pr) == ("main", 1)
    town.hub.destroy_merge_group(shop, group)
    check = town.check(shop, group, "Queue", "cancelled")
    assert "cancelled by the merge queue" in check["output"]["title"]
    group = town.hub.merge_group(shop, numbers)
    run = str(town.check(shop, group, "Queue", "success")["external_id"])
    assert town.output(run) == "a\nb\n"
    town.hub.destroy_merge_group(shop, group, reason="merged")
    town.hub.deliveries.settle()
    assert town.hub.tip(shop) == group
    assert len(town.runs(shop)) == 2


def test_a_person_starts_looks_stops_and_runs_again(town: Town):
    """Security 23."""
    gate = f"test -e {town.place('ready')} || exit 1"
    jobs = (f"Tell: {TELL}", f"Ready: {gate}", "Long: test $PRAKTIKA_ATTEMPT -gt 1 || sleep 60")
    declared = workflow("dispatch", *jobs, name="Release", inputs=INPUTS)
    shop = town.repository({"ci/workflows/release.py": declared})
    town.hub.set_permission(shop, "walter", "write")
    town.hub.commit(shop, "stable", {"x": "x"})
    town.hub.commit(shop, "main", {"README": "known\n"})
    town.routed(shop)
    walter, mallory = town.token("walter"), town.token("mallory")

    wrong = town.ask(walter, "dispatch", "Release", "--input", "dry=perhaps", "--input", "x=1")
    assert wrong.returncode == 2
    assert re.search(r"'tag' is missing.*'dry' is .perhaps.", wrong.stderr, re.DOTALL), wrong.stderr
    words = ("dispatch", "Release", "--branch", "stable", "--input", "tag=v1; true", "--input")
    assert town.ask(mallory, *words, "dry=no").returncode != 0
    assert town.ask("", *words, "dry=no").returncode != 0
    assert not town.runs(shop)
    asked = town.ask(walter, *words, "dry=no", "--json")
    assert asked.returncode == 0, asked.stderr
    run = json.loads(asked.stdout)["run"]
    tip = town.hub.tip(shop, "stable")
    town.until(lambda: "v1" in town.output(run, "tell"))
    assert town.output(run, "tell") == "['v1; true', False, 'patch']\n"
    assert town.run(run).requested.by == "walter"
    assert town.run(run).requested.sha == tip

    listed = json.loads(town.ask(walter, "runs", "--json").stdout)["runs"]
    assert run in [each["run"] for each in listed]
    town.until(lambda: "Ready" in town.ask(walter, "why", run, "Ready").stdout)
    assert town.ask(walter, "logs", run, "Tell").stdout == town.output(run, "tell")
    refused = town.ask(mallory, "cancel", run)
    assert refused.returncode == 3, refused
    assert not town.run(run).cancelled_by
    assert town.ask(walter, "cancel", run).returncode == 0
    check = town.check(shop, tip, "Release", "failure", "cancelled")
    assert "cancelled by walter" in check["output"]["title"]

    town.open_gate("ready")
    assert town.ask(mallory, "rerun", run).returncode == 3
    assert town.ask(walter, "rerun", run).returncode == 0
    town.until(lambda: town.hub.checks(shop, tip)["Release"]["conclusion"] == "success")
    assert len(town.runs(shop)) == 1


def test_a_person_approves_over_the_server(town: Town):
    """Security 2 and 23."""
    shop = town.repository(
        {"ci/workflows/pr.py": workflow("pull_request", "Unit: true", name="PR")}
    )
    fork = town.hub.fork(shop, "eve")
    head = town.hub.commit(fork, "fix", {"x": "x"}, by="eve")
    town.hub.open_pull(shop, head="eve:fix")
    run = str(town.check(shop, head, "PR", "action_required")["external_id"])
    mallory, ada = town.token("mallory"), town.token("ada")
    assert town.ask(mallory, "approve", run, "--yes").returncode == 3
    assert town.ask(ada, "approve", run, "--yes", "--sha", "f" * 40).returncode == 2
    assert not town.run(run).approved_by
    assert town.ask(ada, "approve", run, "--yes").returncode == 0
    assert town.run(run).approved_by == "ada"


def test_after_a_downtime_a_schedule_runs_once(town: Town):
    declared = workflow("schedule", "Unit: true", name="Minutely", cron_schedules=["* * * * *"])
    shop = town.repository({"ci/workflows/cron.py": declared})
    place = keys.schedules(shop)

    def away(seconds: float) -> None:
        """Let the server have looked last so long ago, and begin anew."""
        town.end(signal.SIGKILL)
        before = time.time() - seconds
        blobs = open_stores(town.root).blobs
        blobs.put(place, encode({"Minutely": before}))
        town.start()
        town.until(lambda: decode(blobs.get(place), dict[str, float])["Minutely"] > before)

    town.hub.commit(shop, "main", {"README": "known\n"})
    town.routed(shop)
    away(7200)
    run, state = town.until(lambda: town.runs(shop)).popitem()
    town.check(shop, state.requested.sha, "Minutely", "success")
    assert "(119 earlier times were missed)" in state.requested.by
    # Told once more: nothing new for the same minute, and not one for each that was missed.
    away(7200)
    other = town.hub.commit(shop, "main", {"ci/workflows/cron.py": None})
    town.until(lambda: f'"{other}"' in (town.root / ".praktika" / keys.table(shop)).read_text())
    by = {each.requested.by.partition(" (")[0] for each in town.runs(shop).values()}
    assert len(by) == len(town.runs(shop)) <= 2
    assert run in town.runs(shop)
