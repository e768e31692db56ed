"""The app, its installations, and their tokens."""

from __future__ import annotations

import secrets

from tests.github.rest.routing import REPO, Answer, Call, Refused, route
from tests.github.state import Installation, Token

LEVELS = ("none", "read", "write", "admin")
LASTS = 3600


@route("get", "/app", "app")
def app(call: Call) -> Answer:
    return Answer(call.views.app())


@route("get", "/app/installations", "app")
def installations(call: Call) -> Answer:
    return call.page(list(call.state.installations.values()), call.views.installation)


@route("get", "/app/installations/{installation_id}", "app")
def installation(call: Call) -> Answer:
    return Answer(call.views.installation(_installation(call)))


@route("get", f"{REPO}/installation", "app")
def of_repository(call: Call) -> Answer:
    found = call.state.installation(call.name)
    if found is None or call.name not in call.state.repositories:
        raise Refused(404, "Not Found")
    return Answer(call.views.installation(found))


@route("post", "/app/installations/{installation_id}/access_tokens", "app")
def access_token(call: Call) -> Answer:
    found, asked = _installation(call), call.body or {}
    granted = asked.get("permissions") or dict(found.permissions)
    for name, level in granted.items():
        if LEVELS.index(level) > LEVELS.index(found.permissions.get(name, "none")):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    granted = {"metadata": "read"} | granted
    chosen = _chosen(call, found)
    token = Token(
        f"ghs_{secrets.token_hex(18)}", found, call.state.clock.now() + LASTS, granted, chosen
    )
    call.state.tokens[token.value] = token
    call.state.minted.append(token)
    told = {
        "token": token.value,
        "expires_at": call.state.clock.text(token.expires),
        "permissions": granted,
        "repository_selection": "all" if chosen is None and found.selected is None else "selected",
    }
    if chosen is not None:
        known = call.state.repositories
        told["repositories"] = [call.views.short_repository(known[name]) for name in sorted(chosen)]
    return Answer(told, 201)


@route("delete", "/installation/token", "token")
def revoke(call: Call) -> Answer:
    assert call.token is not None
    del call.state.tokens[call.token.value]
    return Answer(status=204)


@route("get", "/installation/repositories", "token")
def repositories(call: Call) -> Answer:
    assert call.token is not None
    known = [each for each in call.state.repositories.values() if call.token.reaches(each.name)]
    chosen, headers = call.part(known)
    written = [call.views.short_repository(each) for each in chosen]
    return Answer({"total_count": len(known), "repositories": written}, headers=headers)


def _installation(call: Call) -> Installation:
    for found in call.state.installations.values():
        if str(found.id) == call.given["installation_id"]:
            return found
    raise Refused(404, "Not Found")


def _chosen(call: Call, found: Installation) -> set[str] | None:
    asked = call.body or {}
    by_id = {each.id: each.name for each in call.state.repositories.values()}
    names = {f"{found.account}/{name}" for name in asked.get("repositories", ())}
    names |= {by_id.get(number, "") for number in asked.get("repository_ids", ())}
    for name in names:
        if name not in call.state.repositories or not found.reaches(name):
            raise Refused(
                422,
                "There is at least one repository that does not exist or is not accessible "
                "to the parent installation.",
            )
    return names or None
