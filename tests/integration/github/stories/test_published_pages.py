"""Stories of pages: what a push to the default branch leaves is published, and nothing else is."""

from __future__ import annotations

import signal

from tests.integration.github.town import Town

PAGES = "gh-pages"


def workflow(event: str, command: str, **folders: str) -> str:
    """A workflow of one job, with an artifact of its name for each folder."""
    artifacts = ", ".join(
        f"Artifact(name={name!r}, path={path.partition(' ')[0]!r}, publish={path.partition(' ')[2]!r})"
        for name, path in folders.items()
    )
    return (
        "from praktika import Artifact, Job, Workflow\n"
        f"job = Job(name='Docs', runs_on=[], command={command!r}, provides={list(folders)!r})\n"
        f"WORKFLOWS = [Workflow(name={event!r}, event={event!r}, jobs=[job], artifacts=[{artifacts}])]\n"
    )


def files(command: str, **folders: str) -> dict[str, str]:
    """Both workflows, with the same job."""
    return {
        f"ci/workflows/{event}.py": workflow(event, command, **folders)
        for event in ("push", "pull_request")
    }


def tree(town: Town, shop: str) -> dict[str, str]:
    """What is on the branch of pages."""
    git = town.hub.state.git
    names = git._git(shop, "ls-tree", "-r", "--name-only", PAGES).splitlines()
    return {name: git._git(shop, "show", f"{PAGES}:{name}") for name in names}


def commits(town: Town, shop: str) -> int:
    return int(town.hub.state.git._git(shop, "rev-list", "--count", PAGES))


def shown(town: Town, shop: str, sha: str, folder: str) -> dict[str, object]:
    """The status of a folder, as soon as there is one."""
    return town.until(lambda: town.hub.statuses(shop, sha).get(f"pages: {folder}"))


BUILD = "mkdir -p out/html; cp text out/html/index.html; cp text more.txt"
BOTH = {"site": "out/html docs/api", "more": "more.txt more"}


def test_only_what_was_pushed_to_main_and_went_well_is_published(town: Town):
    shop = town.repository(files(BUILD, **BOTH) | {"text": "zero"}, private=True)
    hub = town.hub

    first = hub.commit(shop, "main", {"text": "one"})
    town.check(shop, first, "push", "success")
    status = shown(town, shop, first, "docs/api")
    assert (status["state"], status["description"]) == ("success", "Published: artifact 'site'")
    assert str(status["target_url"]).endswith(f"/{shop}/tree/gh-pages/docs/api")
    assert shown(town, shop, first, "more")["state"] == "success"
    published = {".nojekyll": "", "docs/api/index.html": "one", "more/more.txt": "one"}
    assert tree(town, shop) == published

    # A change that is not in main yet, trusted or not, is tested and not published.
    fork = hub.fork(shop, "mallory")
    for repository, login in ((shop, "ada"), (fork, "mallory")):
        head = hub.commit(repository, "change", {"text": login}, by=login)
        name = "change" if repository == shop else f"{login}:change"
        hub.open_pull(shop, head=name, by=login)
        town.check(shop, head, "pull_request", "success", "action_required")

    broken = hub.commit(shop, "main", files(f"{BUILD}; false", **BOTH) | {"text": "broken"})
    town.check(shop, broken, "push", "failure")

    second = hub.commit(shop, "main", files(BUILD, site=BOTH["site"]) | {"text": "two"})
    shown(town, shop, second, "docs/api")
    assert tree(town, shop) == published | {"docs/api/index.html": "two"}
    assert commits(town, shop) == 3
    for sha in (head, broken):
        assert not [name for name in hub.statuses(shop, sha) if name.startswith("pages")]
    # What was published was not taken for code that is to be tested.
    branches = {run.requested.branch for run in town.runs(shop).values() if run.requested}
    assert branches == {"main", "change"}
    assert hub.checks(shop, hub.tip(shop, PAGES)) == {}
    # Security 12 and 18: the tokens have ended, and were written down nowhere.
    minted = [it for it in hub.state.minted if it.permissions.get("contents") == "write"]
    assert len(minted) == 3
    assert not {it.value for it in minted} & set(hub.state.tokens)
    assert town.traces() == []


def test_a_server_that_dies_with_the_push_publishes_no_second_time(town: Town):
    shop = town.repository(files(BUILD, **BOTH) | {"text": "zero"}, private=True)
    server = town.hub.server
    pushed, killed = server.pushed, []

    def kill(name: str, before: dict[str, str]) -> None:
        pushed(name, before)
        if name == shop and not killed:
            killed.append(commits(town, shop))
            town.end(signal.SIGKILL)

    server.pushed = kill
    try:
        sha = town.hub.commit(shop, "main", {"text": "one"})
        town.until(lambda: killed)
        town.until(lambda: town._process is None)
    finally:
        server.pushed = pushed
    town.start()
    for folder in ("docs/api", "more"):
        assert shown(town, shop, sha, folder)["state"] == "success"
    assert killed == [1]
    assert commits(town, shop) == 2
    assert set(tree(town, shop)) == {".nojekyll", "docs/api/index.html", "more/more.txt"}
