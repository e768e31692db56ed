"""The fake GitHub tells what GitHub tells, signed; and git finds there what GitHub has."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.github.hub import Hub, serve
from tests.integration.github.client import SHOP, Client, signed, token_of


class Listener(ThreadingHTTPServer):
    """Hears webhooks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 202

    @property
    def events(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.heard]

    @property
    def guids(self) -> list[str]:
        return [headers["X-GitHub-Delivery"] for headers, _ in self.heard]


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener(hub: Hub) -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hub.deliveries.url = f"http://127.0.0.1:{listener.server_port}/webhooks/github"
    yield listener
    listener.shutdown()
    listener.server_close()
    thread.join()


def test_a_push_to_a_pull_request_is_told_twice(hub: Hub, listener: Listener):
    hub.commit(SHOP, "feature", {"b": "1"})
    hub.open_pull(SHOP, head="feature")
    sha = hub.push_to_pull(SHOP, 1, {"b": "2"})
    hub.deliveries.settle()
    assert listener.events == ["push", "check_suite", "pull_request"] * 2
    last = json.loads(listener.heard[-1][1])
    assert (last["action"], last["after"]) == ("synchronize", sha)
    assert last["pull_request"]["head"]["sha"] == sha
    assert last["installation"]["id"] == hub.state.installations["acme"].id
    assert [each.attempts[0].status for each in hub.deliveries.all[1:]] == [202] * 6


def test_a_webhook_is_signed(hub: Hub, listener: Listener):
    hub.commit(SHOP, "feature", {"b": "1"})
    hub.deliveries.settle()
    headers, body = listener.heard[0]
    right = hmac.new(hub.app.secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={right}"


def test_webhooks_are_lost_doubled_held_back_and_shuffled(hub: Hub, listener: Listener):
    hub.deliveries.drop = 1.0
    hub.commit(SHOP, "lost", {"b": "1"})
    hub.deliveries.drop, hub.deliveries.duplicate = 0.0, 1.0
    hub.deliveries.hold()
    for number in range(5):
        hub.commit(SHOP, f"feature-{number}", {"b": f"{number} of 5"})
    hub.deliveries.settle()
    assert not listener.heard
    hub.deliveries.release(shuffle=True)
    hub.deliveries.settle()
    assert len(listener.guids) == 20
    assert len(set(listener.guids)) == 10
    in_order = [each.guid for each in hub.deliveries.all if each.attempts]
    assert list(dict.fromkeys(listener.guids)) != in_order


def test_a_webhook_that_failed_can_be_sent_again(hub: Hub, listener: Listener):
    listener.status = 503
    hub.push(SHOP, "feature", hub.tip(SHOP))
    hub.deliveries.settle()
    delivery = hub.deliveries.of("push")[0]
    listener.status = 202
    hub.deliveries.redeliver(delivery)
    hub.deliveries.settle()
    assert [each.status for each in delivery.attempts] == [503, 202]
    assert len(set(listener.guids)) == len(listener.guids) - 1


def test_the_app_can_ask_for_what_failed_again(hub: Hub, listener: Listener):
    listener.status = 503
    for number in range(3):
        hub.commit(SHOP, f"feature-{number}", {"b": f"{number}"})
    hub.deliveries.settle()
    listener.status = 202
    app = Client(hub, signed(hub))
    path, failed = "/app/hook/deliveries?per_page=2&status=failure", []
    while path:
        told = app.ask("GET", path)
        failed += [each["id"] for each in told.json if each["event"] == "push"]
        path = told.headers.get("Link", "").partition(">")[0].removeprefix(f"<{hub.api_url}")
    assert len(failed) == 3
    for number in failed:
        assert app.ask("POST", f"/app/hook/deliveries/{number}/attempts").status == 202
    hub.deliveries.settle()
    assert all(each.is_well for each in hub.deliveries.of("push"))
    assert not hub.violations
    app.close()


def test_an_account_without_the_app_is_not_told_of(hub: Hub):
    before = len(hub.deliveries.all)
    hub.fork(SHOP, "mallory")
    hub.commit("mallory/shop", "evil", {"b": "1"})
    hub.deliveries.settle()
    assert len(hub.deliveries.all) == before
    hub.open_pull(SHOP, head="mallory:evil")
    assert [each.event for each in hub.deliveries.all[before:]] == ["pull_request"]
    assert hub.deliveries.all[-1].payload["pull_request"]["head"]["repo"]["fork"]


@pytest.mark.parametrize(("head", "named"), [("feature", 1), ("mallory:feature", 0)])
def test_buttons_tell_of_the_check_and_not_of_forks(
    hub: Hub, client: Client, head: str, named: int
):
    hub.fork(SHOP, "mallory")
    hub.commit("mallory/shop", "feature", {"b": "1"})
    hub.commit(SHOP, "feature", {"b": "2"})
    pull = hub.open_pull(SHOP, head=head)
    button = {"label": "Cancel", "description": "End it", "identifier": "cancel"}
    told = client.post(
        "/check-runs", name="CI", head_sha=pull.sha, external_id="run-1", actions=[button]
    )
    hub.press(SHOP, told.json["id"], "cancel", by="bob")
    heard = hub.deliveries.of("check_run", "requested_action")[0].payload
    assert heard["requested_action"] == {"identifier": "cancel"}
    assert heard["sender"]["login"] == "bob"
    check = heard["check_run"]
    assert (check["external_id"], check["head_sha"]) == ("run-1", pull.sha)
    assert check["app"]["id"] == hub.app.id
    assert len(check["pull_requests"]) == named
    with pytest.raises(AssertionError):
        hub.press(SHOP, told.json["id"], "explode")


def test_a_merge_group_is_asked_for_and_merged(hub: Hub):
    for name in ("one", "two"):
        hub.commit(SHOP, name, {name: "1"})
        hub.open_pull(SHOP, head=name)
    base = hub.tip(SHOP)
    sha = hub.merge_group(SHOP, [1, 2])
    group = hub.deliveries.of("merge_group", "checks_requested")[0].payload["merge_group"]
    assert (group["head_sha"], group["base_sha"]) == (sha, base)
    assert hub.tip(SHOP, group["head_ref"].removeprefix("refs/heads/")) == sha
    hub.destroy_merge_group(SHOP, sha, reason="merged")
    assert hub.tip(SHOP) == sha
    assert hub.deliveries.of("merge_group", "destroyed")
    assert hub.pull(SHOP, 1).merged
    assert hub.pull(SHOP, 2).merged


def test_everything_else_that_people_do_is_told(hub: Hub):
    hub.commit(SHOP, "feature", {"b": "1"})
    hub.open_pull(SHOP, head="feature", draft=True)
    hub.push(SHOP, "other", hub.tip(SHOP))
    hub.label(SHOP, 1, "big")
    hub.ready(SHOP, 1)
    hub.retarget(SHOP, 1, "other")
    hub.close_pull(SHOP, 1)
    hub.reopen(SHOP, 1)
    hub.comment(SHOP, 1, "/praktika rerun", by="bob")
    hub.push(SHOP, "feature", "")
    actions = [each.action for each in hub.deliveries.of("pull_request")]
    expected = "opened labeled ready_for_review edited closed reopened closed"
    assert actions == expected.split()
    assert hub.deliveries.of("issue_comment")[0].payload["issue"]["pull_request"]
    assert hub.deliveries.of("push")[-1].payload["deleted"]


def test_choosing_repositories_is_told_and_ends_what_tokens_may(hub: Hub, client: Client):
    hub.create_repository("acme/other", private=True)
    hub.install("acme", repositories=["acme/other"])
    told = hub.deliveries.of("installation_repositories", "removed")[0].payload
    assert [each["full_name"] for each in told["repositories_removed"]] == [SHOP]
    assert client.get("").status == 404
    hub.commit(SHOP, "main", {"b": "1"})
    assert not hub.deliveries.of("push")
    hub.uninstall("acme")
    assert hub.deliveries.of("installation", "deleted")
    assert client.get("").status == 401


def test_a_pull_request_that_is_opened_again_has_what_was_pushed(hub: Hub):
    hub.commit(SHOP, "feature", {"b": "1"})
    hub.open_pull(SHOP, head="feature")
    hub.close_pull(SHOP, 1)
    sha = hub.push_to_pull(SHOP, 1, {"b": "2"})
    assert hub.pull(SHOP, 1).sha != sha
    hub.reopen(SHOP, 1)
    assert hub.deliveries.of("pull_request")[-1].payload["pull_request"]["head"]["sha"] == sha
    hub.push(SHOP, "main", sha)
    assert hub.pull(SHOP, 1).merged


def test_any_other_webhook_can_be_sent(hub: Hub):
    hub.emit(
        "repository_dispatch", SHOP, by="bob", action="on-demand-test", client_payload={"a": 1}
    )
    told = hub.deliveries.of("repository_dispatch")[0].payload
    assert (told["sender"]["login"], told["repository"]["full_name"]) == ("bob", SHOP)
    with pytest.raises(AssertionError):
        hub.emit("repository_dispatch", SHOP, action="on-demand-test", colour="red")


def test_git_needs_a_token_of_a_private_repository(hub: Hub, tmp_path: Path):
    url = hub.url(SHOP).replace("http://", "http://x-access-token:{}@")
    assert not fetched(tmp_path / "1", url.format("wrong"), "main")
    assert not fetched(tmp_path / "2", hub.url(SHOP), "main")
    token = token_of(hub, permissions={"contents": "read"})
    assert fetched(tmp_path / "3", url.format(token), "main")
    hub.clock.forward(3601)
    assert not fetched(tmp_path / "4", url.format(token), "main")


def test_git_finds_pull_requests_of_forks_by_name_and_by_id(tmp_path: Path):
    with serve(tmp_path / "github", base="") as hub:
        hub.create_repository(SHOP)
        hub.fork(SHOP, "mallory")
        sha = hub.commit("mallory/shop", "evil", {"b": "1"})
        assert fetched(tmp_path / "1", hub.url(SHOP), sha)
        hub.open_pull(SHOP, head="mallory:evil")
        assert fetched(tmp_path / "2", hub.url(SHOP), "refs/pull/1/head")
        assert fetched(tmp_path / "3", hub.url(SHOP), "refs/pull/1/merge")


def test_a_push_with_git_is_told(hub: Hub, tmp_path: Path):
    token = token_of(hub, permissions={"contents": "write"})
    url = hub.url(SHOP).replace("http://", f"http://x-access-token:{token}@")
    git(tmp_path, "clone", "-q", url, "clone")
    clone = tmp_path / "clone"
    assert (clone / "run").stat().st_mode & 0o111
    assert git(clone, "push", "-q", "origin", "HEAD:refs/heads/new")
    told = hub.deliveries.of("push")[-1].payload
    assert (told["ref"], told["created"]) == ("refs/heads/new", True)
    assert told["sender"]["login"] == "praktika-ci[bot]"


def fetched(place: Path, url: str, what: str) -> bool:
    place.mkdir()
    git(place, "init", "-q")
    return git(place, "fetch", "-q", "--depth=1", url, what)


def git(place: Path, *arguments: str) -> bool:
    env = {"GIT_TERMINAL_PROMPT": "0", "PATH": "/usr/bin:/bin", "HOME": str(place)}
    return subprocess.run(["git", *arguments], cwd=place, env=env, check=False).returncode == 0
