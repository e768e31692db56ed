"""The fake GitHub refuses what GitHub refuses."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.github.hub import Hub, serve
from tests.integration.github.client import REPO, SHOP, Client, signed, token_of

GREEN = {"status": "completed", "conclusion": "success"}
LINE = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
OUTPUT = {"title": "It went well", "summary": "All of it"}


def check_at(client: Client, sha: str, **more: object) -> int:
    told = client.post("/check-runs", name="CI", head_sha=sha, **more)
    assert told.status == 201, told.body
    return int(told.json["id"])


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"conclusion": "success"},
        {"status": "in_progress", "conclusion": "success"},
        {"status": "done"},
        {"status": "completed", "conclusion": "great"},
        {"nonsense": 1},
        {"name": 7},
        {"started_at": "yesterday"},
        {"output": {"title": "no summary"}},
        {"output": OUTPUT | {"summary": "x" * 65_536}},
        {"output": OUTPUT | {"text": "x" * 65_536}},
        {"output": OUTPUT | {"annotations": [{"path": "a"}]}},
        {"output": OUTPUT | {"annotations": [LINE | {"end_line": 0}]}},
        {"output": OUTPUT | {"annotations": [LINE | {"end_line": 2, "start_column": 1}]}},
        {"actions": [{"label": "l", "description": "d", "identifier": "i"}] * 4},
        {"actions": [{"label": "l" * 21, "description": "d", "identifier": "i"}]},
        {"actions": [{"label": "l", "description": "d" * 41, "identifier": "i"}]},
        {"actions": [{"label": "l", "description": "d", "identifier": "i" * 21}]},
    ],
)
def test_a_wrong_check_is_refused_and_remembered(refusing: Client, body: dict[str, object]):
    hub = refusing.hub
    hub.violations.clear()
    asked = {"name": "CI", "head_sha": hub.tip(SHOP)} | body
    assert refusing.post("/check-runs", **asked).status == 422
    assert hub.violations
    assert not hub.checks(SHOP)


def test_annotations_come_fifty_at_a_time_and_add_up(hub: Hub, client: Client):
    number = check_at(client, hub.tip(SHOP), output=OUTPUT | {"annotations": [LINE] * 50})
    more = {"output": OUTPUT | {"annotations": [LINE] * 50}}
    assert client.ask("PATCH", f"{REPO}/check-runs/{number}", more).status == 200
    assert not hub.violations
    assert client.get(f"/check-runs/{number}").json["output"]["annotations_count"] == 100
    too_many = {"output": OUTPUT | {"annotations": [LINE] * 51}}
    assert client.ask("PATCH", f"{REPO}/check-runs/{number}", too_many).status == 422


def test_remarks_have_their_lengths(hub: Hub, client: Client):
    hub.commit(SHOP, "feature", {"b": "1"})
    hub.open_pull(SHOP, head="feature")
    sha = hub.tip(SHOP)
    long = {"state": "success", "description": "x" * 141}
    assert client.post(f"/statuses/{sha}", **long).status == 422
    assert client.post("/issues/1/comments", body="x" * 65_537).status == 422
    assert client.post("/issues/1/comments", body="x" * 65_536).status == 201


@pytest.mark.parametrize("query", ["per_page=101", "per_page=0", "state=ajar", "colour=red"])
def test_a_wrong_query_is_refused(refusing: Client, query: str):
    refusing.hub.violations.clear()
    assert refusing.get(f"/pulls?{query}").status == 422
    assert refusing.hub.violations


def test_what_github_does_not_have_is_not_there(hub: Hub, client: Client):
    assert client.get("/checks").status == 404
    assert client.ask("DELETE", f"{REPO}/check-runs").status == 404
    assert len(hub.violations) == 2


@pytest.mark.parametrize(
    "claims",
    [{"iss": "1"}, {"exp": 1}, {"exp": 4_000_000_000}, {"iat": 4_000_000_000}],
)
def test_a_wrong_jwt_is_refused(hub: Hub, claims: dict[str, object]):
    client = Client(hub, signed(hub, **claims))
    assert client.ask("GET", "/app").status == 401
    client.close()


def test_a_jwt_of_another_key_is_refused(hub: Hub):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for value, status in ((signed(hub, key=key.decode()), 401), (signed(hub), 200)):
        client = Client(hub, value)
        assert client.ask("GET", "/app").status == status
        client.close()


def test_a_token_lasts_an_hour_or_until_it_is_revoked(hub: Hub, client: Client):
    assert client.get("").status == 200
    hub.clock.forward(3601)
    assert client.get("").status == 401
    client.token = token_of(hub)
    assert client.ask("DELETE", "/installation/token").status == 204
    assert client.get("").status == 401


def test_a_token_has_what_was_asked_for_and_no_more(hub: Hub, client: Client):
    hub.create_repository("acme/other", private=True)
    client.token = token_of(hub, repositories=["other"], permissions={"checks": "read"})
    assert client.get("").status == 404
    assert client.ask("GET", "/repos/acme/other").status == 200
    sha = hub.tip("acme/other")
    assert client.ask("GET", f"/repos/acme/other/commits/{sha}/check-runs").status == 200
    asked = {"name": "CI", "head_sha": sha}
    assert client.ask("POST", "/repos/acme/other/check-runs", asked).status == 403
    assert client.ask("GET", "/repos/acme/other/pulls").status == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"permissions": {"deployments": "write"}},
        {"permissions": {"metadata": "write"}},
        {"repositories": ["nowhere"]},
        {"repositories": ["toys"]},
    ],
)
def test_a_token_for_more_than_the_installation_has_is_refused(hub: Hub, asked: dict[str, object]):
    hub.create_repository("elsewhere/toys")
    client = Client(hub, signed(hub))
    number = hub.state.installations["acme"].id
    assert client.ask("POST", f"/app/installations/{number}/access_tokens", asked).status == 422
    client.close()


def test_a_check_belongs_to_its_app(hub: Hub, client: Client):
    number = hub.foreign_check(SHOP, hub.tip(SHOP), "lint")
    assert client.ask("PATCH", f"{REPO}/check-runs/{number}", GREEN).status == 403
    found = client.get(f"/commits/main/check-runs?app_id={hub.app.id}").json
    assert found["total_count"] == 0
    assert client.get("/commits/main/check-runs").json["total_count"] == 1


def test_the_latest_check_of_a_name_hides_the_others(hub: Hub, client: Client):
    numbers = [check_at(client, hub.tip(SHOP)) for _ in range(3)]
    latest = client.get("/commits/main/check-runs?check_name=CI").json
    assert [each["id"] for each in latest["check_runs"]] == numbers[-1:]
    assert client.get("/commits/main/check-runs?filter=all").json["total_count"] == 3


def test_lists_come_in_pages_with_links(hub: Hub, client: Client):
    for number in range(5):
        hub.push(SHOP, f"branch-{number}", hub.tip(SHOP))
    seen, path = [], "/branches?per_page=2"
    while path:
        told = client.get(path)
        seen += [each["name"] for each in told.json]
        links = dict(
            reversed(each.split("; ")) for each in told.headers.get("Link", "").split(", ") if each
        )
        following = links.get('rel="next"', "").strip("<>")
        path = following.removeprefix(hub.api_url + REPO)
    assert seen == [*(f"branch-{number}" for number in range(5)), "main"]


def test_an_answer_that_is_known_already_is_free(hub: Hub, client: Client):
    first = client.get("/branches")
    again = client.get("/branches", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"]
    hub.commit(SHOP, "main", {"b": "1"})
    assert client.get("/branches", If_None_Match=first.headers["ETag"]).status == 200


def test_an_hour_has_a_limit(hub: Hub, client: Client):
    hub.limits.an_hour = 3
    statuses = [client.get("").status for _ in range(4)]
    assert statuses == [200, 200, 200, 403]
    told = client.get("")
    assert told.headers["X-RateLimit-Remaining"] == "0"
    hub.clock.forward(int(told.headers["X-RateLimit-Reset"]) - hub.clock.now() + 1)
    client.token = token_of(hub)
    assert client.get("").status == 200


def test_eighty_remarks_a_minute_are_enough(hub: Hub, client: Client):
    status = {"state": "pending"}
    path = f"/statuses/{hub.tip(SHOP)}"
    statuses = [client.post(path, **status).status for _ in range(81)]
    assert statuses == [201] * 80 + [403]
    told = client.post(path, **status)
    assert 0 < int(told.headers["Retry-After"]) <= 60
    hub.clock.forward(int(told.headers["Retry-After"]))
    assert client.post(path, **status).status == 201


def test_nine_hundred_points_a_minute_are_enough(hub: Hub, client: Client):
    hub.limits.points_a_minute = 12
    path = f"/statuses/{hub.tip(SHOP)}"
    assert client.post(path, state="pending").status == 201
    assert client.post(path, state="pending").status == 201
    assert [client.get("").status for _ in range(3)] == [200, 200, 403]


def test_faults_happen_to_whom_they_are_meant_for(hub: Hub, client: Client):
    hub.fail("502", path="/branches")
    assert client.get("").status == 200
    assert client.get("/branches").status == 502
    assert client.get("/branches").status == 200
    hub.fail("reset", method="GET")
    with pytest.raises(OSError):
        client.get("")
    assert client.get("").status == 200
    assert not hub.violations


def test_an_answer_that_is_lost_was_carried_out(hub: Hub, client: Client):
    hub.fail("lost", method="POST")
    with pytest.raises(OSError):
        check_at(client, hub.tip(SHOP))
    assert "CI" in hub.checks(SHOP)
    assert not hub.violations


def test_a_fork_can_be_gone(hub: Hub, client: Client):
    hub.fork(SHOP, "mallory")
    sha = hub.commit("mallory/shop", "evil", {"b": "1"})
    hub.open_pull(SHOP, head="mallory:evil")
    hub.delete_repository("mallory/shop")
    head = client.get("/pulls/1").json["head"]
    assert (head["repo"], head["sha"]) == (None, sha)
    assert client.get("/pulls").json[0]["head"]["repo"] is None
    assert client.get(f"/compare/main...{sha}").json["ahead_by"] == 1
    assert not hub.violations


def test_what_hangs_ends_with_the_server(tmp_path: Path):
    with serve(tmp_path) as hub:
        hub.create_repository(SHOP)
        client = Client(hub, token_of(hub))
        hub.fail("hang")
        client.timeout(0.2)
        with pytest.raises(TimeoutError):
            client.get("")


def test_a_merge_wants_the_head_that_is_there(hub: Hub, client: Client):
    hub.commit(SHOP, "feature", {"b": "1"})
    pull = hub.open_pull(SHOP, head="feature")
    hub.require(SHOP, "CI")
    path = f"{REPO}/pulls/1/merge"
    assert client.ask("PUT", path, {"sha": hub.tip(SHOP)}).status == 409
    assert client.ask("PUT", path, {"sha": pull.sha}).status == 405
    check_at(client, pull.sha, **GREEN)
    assert client.ask("PUT", path, {"sha": pull.sha}).status == 200
    assert client.get("/pulls/1").json["merged"]
    assert not hub.violations


def test_a_conflict_cannot_be_merged(hub: Hub, client: Client):
    hub.commit(SHOP, "feature", {"src/a.py": "a = 2\n"})
    pull = hub.open_pull(SHOP, head="feature")
    hub.unsure()
    assert client.get("/pulls/1").json["mergeable"] is None
    assert client.get("/pulls/1").json["mergeable_state"] == "clean"
    hub.commit(SHOP, "main", {"src/a.py": "a = 3\n"})
    assert client.get("/pulls/1").json["mergeable_state"] == "dirty"
    assert client.ask("PUT", f"{REPO}/pulls/1/merge", {"sha": pull.sha}).status == 405


def test_a_pull_request_merges_itself_when_all_is_there(hub: Hub, client: Client):
    hub.commit(SHOP, "feature", {"b": "1"})
    pull = hub.open_pull(SHOP, head="feature")
    node = client.get("/pulls/1").json["node_id"]
    mutation = "mutation($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { clientMutationId } }"
    asked = {"query": mutation, "variables": {"input": {"pullRequestId": node}}}
    hub.server.base, base = "", hub.server.base
    assert "clean status" in client.ask("POST", "/api/graphql", asked).json["errors"][0]["message"]
    hub.require(SHOP, "CI")
    assert "errors" not in client.ask("POST", "/api/graphql", asked).json
    hub.server.base = base
    assert hub.pull(SHOP, 1).state == "open"
    check_at(client, pull.sha, **GREEN)
    assert hub.pull(SHOP, 1).merged


def test_permissions_have_the_old_word_and_the_new(hub: Hub, client: Client):
    hub.set_permission(SHOP, "bob", "maintain")
    hub.state.user("eve")
    told = client.get("/collaborators/bob/permission").json
    assert (told["permission"], told["role_name"]) == ("write", "maintain")
    assert client.get("/collaborators/eve/permission").json["permission"] == "none"
    assert client.get("/collaborators/nobody/permission").status == 404


def test_a_comparison_knows_forks_and_ids(hub: Hub, client: Client):
    hub.fork(SHOP, "mallory")
    start = hub.tip(SHOP)
    sha = hub.commit("mallory/shop", "evil", {"new.py": "1\n"})
    hub.commit(SHOP, "main", {"b": "1"})
    for head in ("mallory:evil", sha):
        told = client.get(f"/compare/main...{head}").json
        assert told["merge_base_commit"]["sha"] == start
        assert (told["status"], told["ahead_by"], told["behind_by"]) == ("diverged", 1, 1)
        assert [each["filename"] for each in told["files"]] == ["new.py"]
    assert client.get("/compare/main...nowhere").status == 404
    assert not hub.violations


def test_half_a_request_is_none(hub):
    """Whoever dies in the middle of asking for a small token must not get the largest there is."""
    number = hub.state.installations["acme"].id
    head = (
        f"POST {hub.server.base}/app/installations/{number}/access_tokens HTTP/1.1\r\n"
        f"Host: x\r\nAuthorization: Bearer {signed(hub)}\r\nContent-Length: 90\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", hub.server.server_port)) as half:
        half.sendall(head.encode())
        half.shutdown(socket.SHUT_WR)
        assert half.recv(1) == b""
    assert not hub.state.minted
