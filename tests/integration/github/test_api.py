"""Asking about a repository, with a GitHub that says what it is told to."""

from __future__ import annotations

import pytest
from tests.scripted_http import ScriptedServer

from praktika.adapters.github import api as module
from praktika.adapters.github.api import CHECKS, MERGE, READ, Api
from praktika.adapters.github.board import GitHubBoard
from praktika.adapters.github.forge import GitHubForge
from praktika.adapters.memory import MemoryTokens
from praktika.errors import Absent, Conflict, Denied, Limited, OperatorError, Unavailable
from praktika.model.forge import Apart
from praktika.ports.tokens import Grant

NAME = "acme/shop"
SHA = "a" * 40


@pytest.fixture
def tokens(clock):
    return MemoryTokens(clock, NAME)


@pytest.fixture
def api(transport, tokens):
    return Api(transport, tokens)


def pull(**more: object) -> dict[str, object]:
    repository = {"id": 1, "full_name": NAME}
    end = {"ref": "x", "sha": SHA, "repo": repository}
    return {"number": 1, "node_id": "PR_1", "state": "open", "head": end, "base": end, **more}


def test_each_request_has_a_token_for_what_it_does(server, api, tokens):
    """Security 18: least permissions."""
    board = GitHubBoard(api, lambda: pytest.fail("nobody asked who we are"))
    server.say(200, pull())
    GitHubForge(api).pull(NAME, 1)
    server.say(200, pull())
    server.say(200, {})
    board.merge(NAME, 1, SHA)
    server.say(200, {"id": 1, "name": "x", "status": "queued"})
    api.on(NAME, CHECKS).send("PATCH", "check-runs/1", {})
    used = [asked.headers["authorization"].removeprefix("Bearer ") for asked in server.asked]
    grants = [tokens.grant_of(value) for value in used]
    assert [dict(grant.permissions) for grant in grants] == [READ, MERGE, MERGE, CHECKS]
    assert {grant.repository for grant in grants} == {NAME}


def test_a_token_that_is_refused_before_its_time_is_replaced_once(server, api, tokens):
    server.say(401, {"message": "Bad credentials"})
    server.say(200, [])
    assert GitHubForge(api).open_pulls(NAME) == []
    first, second = (asked.headers["authorization"] for asked in server.asked)
    assert first != second
    assert tokens.grant_of(first.removeprefix("Bearer ")) is None
    for _ in range(2):
        server.say(401, {"message": "Bad credentials"})
    with pytest.raises(Denied):
        GitHubForge(api).open_pulls(NAME)
    assert len(server.asked) == 4


def test_pages_are_read_to_the_last(server, api):
    there = f'<{server.url}/repositories/1/pulls?page=2>; rel="next", <{server.url}/x>; rel="last"'
    server.say(200, [pull()], link=there)
    server.say(200, [pull(number=2), pull()], link=f'<{server.url}/x?page=1>; rel="prev"')
    assert [it.number for it in GitHubForge(api).open_pulls(NAME)] == [1, 2]
    assert server.asked[0].path == (
        "/repos/acme/shop/pulls?state=open&sort=created&direction=asc&per_page=100"
    )
    assert server.asked[1].path == "/repositories/1/pulls?page=2"


def test_pages_have_an_end_and_stay_on_the_host(server, api, monkeypatch):
    """Security 15 and 22."""
    monkeypatch.setattr(module, "MAX_PAGES", 3)
    for _ in range(5):
        server.say(200, [], link='</again>; rel="next"'.replace("</", f"<{server.url}/"))
    with pytest.raises(OperatorError, match="more than 3 pages"):
        GitHubForge(api).open_pulls(NAME)
    assert len(server.asked) == 3
    with ScriptedServer() as other:
        server.say(200, [])
        server.say(200, [])
        server.say(200, [], link=f'<{other.url}/next>; rel="next"')
        for _ in range(2):
            list(api.on(NAME, READ).pages("x", list[object]))
        with pytest.raises(OperatorError, match="another host"):
            list(api.on(NAME, READ).pages("x", list[object]))
        assert not other.asked


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ({"permission": "admin", "role_name": "admin"}, "admin"),
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "none", "role_name": ""}, "none"),
        ({"permission": "write", "role_name": "release engineer"}, "write"),
        ({"permission": "read", "role_name": "security"}, "read"),
        ({"permission": "read", "role_name": "admin"}, "read"),
        ({"permission": "owner", "role_name": "owner"}, "none"),
        ({}, "none"),
    ],
)
def test_roles_of_an_organisations_own_count_for_what_they_surely_are(
    server, api, role, permission
):
    """Security 23."""
    server.say(200, role)
    assert GitHubForge(api).permission(NAME, "bob") == permission


def test_who_is_unknown_is_told_from_what_is_unknown(server, api):
    server.say(404, {})
    server.say(200, {"id": 1, "full_name": NAME})
    assert GitHubForge(api).permission(NAME, "bob") == "none"
    server.say(404, {})
    server.say(404, {})
    with pytest.raises(Absent):
        GitHubForge(api).permission(NAME, "bob")


def test_a_comparison_without_a_second_page_is_read_from_the_first(server, api):
    server.say(200, {"object": {"sha": "b" * 40}})
    server.say(404, {})
    server.say(200, {"base_commit": {"sha": "b" * 40}, "merge_base_commit": {"sha": "c" * 40}})
    assert GitHubForge(api).apart(NAME, "main", SHA) == Apart(base="b" * 40, common="c" * 40)
    pages = [asked.path.partition("?")[2] for asked in server.asked[1:]]
    assert pages == ["per_page=1&page=2", "per_page=1&page=1"]


@pytest.mark.parametrize(
    ("head", "base", "outside"),
    [
        ({"id": 1, "full_name": NAME}, {"id": 1, "full_name": NAME}, False),
        ({"id": 2, "full_name": NAME}, {"id": 1, "full_name": NAME}, True),
        (None, {"id": 1, "full_name": NAME}, True),
        ({"id": 1, "full_name": NAME}, None, True),
        (None, None, True),
    ],
)
def test_what_is_not_known_to_be_from_here_is_from_outside(server, api, head, base, outside):
    """Security 1: by the ids; names can be taken by others."""
    end = {"ref": "x", "sha": SHA}
    server.say(200, pull(head={**end, "repo": head}, base={**end, "repo": base}))
    assert GitHubForge(api).pull(NAME, 1).is_outside is outside


def test_a_pull_request_of_somebody_who_is_gone(server, api):
    server.say(
        200, pull(user=None, body=None, draft=None, labels=[], merged_at="2026-01-01T00:00:00Z")
    )
    found = GitHubForge(api).pull(NAME, 1)
    assert (found.author, found.body, found.is_draft, found.is_merged) == ("", "", False, True)


def test_merging_uses_a_method_that_is_allowed(server, api):
    board = GitHubBoard(api, lambda: pytest.fail("nobody asked who we are"))
    server.say(200, pull())
    server.say(405, {"message": "Merge commits are not allowed on this repository."})
    server.say(200, {"merged": True})
    board.merge(NAME, 1, SHA)
    assert [asked.json for asked in server.asked[1:]] == [
        {"sha": SHA, "merge_method": "merge"},
        {"sha": SHA, "merge_method": "squash"},
    ]
    server.say(200, pull())
    server.say(405, {"message": "Merge commits are not allowed on this repository."})
    server.say(405, {"message": 'Required status check "x" is expected.'})
    server.say(200, {"data": {}})
    board.merge(NAME, 1, SHA)
    wish = server.asked[-1].json["variables"]["input"]
    assert wish == {"pullRequestId": "PR_1", "expectedHeadOid": SHA, "mergeMethod": "SQUASH"}
    assert server.asked[-1].path == "/graphql"


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (409, "Head branch was modified. Review and try the merge again.", Conflict),
        (405, "Base branch was modified. Review and try the merge again.", Unavailable),
        (405, "Pull Request is not mergeable", Unavailable),
        (403, "Resource not accessible by integration", Denied),
        (502, "", Unavailable),
    ],
)
def test_what_a_refused_merge_means(server, api, status, message, error):
    board = GitHubBoard(api, lambda: pytest.fail("nobody asked who we are"))
    server.say(200, pull())
    server.say(status, {"message": message})
    # GitHub has found out meanwhile that it can be merged.
    server.say(200, {"errors": [{"message": "Pull request Pull request is in clean status"}]})
    with pytest.raises(error):
        board.merge(NAME, 1, SHA)


def test_what_is_merged_already_or_closed(server, api):
    board = GitHubBoard(api, lambda: pytest.fail("nobody asked who we are"))
    server.say(200, pull(state="closed", merged_at="2026-01-01T00:00:00Z"))
    board.merge(NAME, 1, SHA)
    server.say(200, pull(state="closed", merged_at="2026-01-01T00:00:00Z"))
    with pytest.raises(Conflict, match="another head"):
        board.merge(NAME, 1, "b" * 40)
    server.say(200, pull(state="closed"))
    with pytest.raises(Conflict, match="closed"):
        board.merge(NAME, 1, SHA)


def test_a_limit_is_told_through_forge_and_board(server, api, clock):
    server.say(403, {"message": "You have exceeded a secondary rate limit"}, retry_after="20")
    with pytest.raises(Limited) as caught:
        GitHubForge(api).repository(NAME)
    assert caught.value.until == clock.now() + 20
    with pytest.raises(Limited):
        GitHubBoard(api, lambda: pytest.fail("nobody asked who we are")).merge(NAME, 1, SHA)
    assert len(server.asked) == 1


def test_no_token_is_in_what_is_raised(server, api, tokens):
    """Security 18."""
    value = tokens.token(Grant(repository=NAME, permissions=READ)).value
    for status in (400, 403, 404, 422, 500):
        server.say(status, {"message": f"what about {value}?"})
        with pytest.raises(Exception, match="GitHub") as caught:
            GitHubForge(api).repository(NAME)
        chain, error = "", caught.value
        while error is not None:
            chain += f"{error!r} {error} "
            error = error.__cause__ or error.__context__
        assert value not in chain
