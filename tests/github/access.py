"""Who may do what: the app with its key, and the tokens of its installations."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import jwt
from tests.github.rest.routing import Refused
from tests.github.state import State, Token

LEVELS = ("none", "read", "write")
JWT_LASTS = 600
DRIFT = 60  # seconds by which a client's clock may be ahead


def credential(authorization: str) -> str:
    """The JWT or token of a header, or ""."""
    kind, _, value = authorization.partition(" ")
    return value.strip() if kind.lower() in {"bearer", "token"} else ""


def check_app(state: State, value: str) -> None:
    """Nothing, if this is a JWT of the app.

    Raises:
        Refused: it is not, or not a good one.
    """
    try:
        claims = jwt.decode(
            value,
            state.app.public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss"]},
        )
    except jwt.InvalidTokenError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    now = state.clock.now()
    if str(claims["iss"]) not in {str(state.app.id), state.app.client_id}:
        raise Refused(401, "Integration not found")
    if not isinstance(claims["iat"], int) or claims["iat"] > now + DRIFT:
        raise Refused(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        )
    if claims["exp"] < now:
        raise Refused(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        )
    if claims["exp"] > now + JWT_LASTS + DRIFT or claims["exp"] - claims["iat"] > JWT_LASTS + DRIFT:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")


def token(state: State, value: str) -> Token:
    """The token that this is.

    Raises:
        Refused: it is none, or not any more.
    """
    found = state.tokens.get(value)
    if found is None or found.expires < state.clock.now():
        raise Refused(401, "Bad credentials")
    return found


def check_token(state: State, found: Token, name: str, needs: str, *, reads: bool) -> None:
    """Nothing, if this token may do that in a repository.

    Raises:
        Refused: 404 if it may not know of it, 403 if it may not do that.
    """
    repository = state.repositories.get(name)
    if repository is None or (repository.private and not found.reaches(name)):
        raise Refused(404, "Not Found")
    if not found.reaches(name):
        if reads:
            return
        raise Refused(403, "Resource not accessible by integration")
    if not any(_has(found.permissions, each) for each in needs.split("|")):
        raise Refused(403, "Resource not accessible by integration")


def may_fetch(state: State, name: str, authorization: str, *, writes: bool) -> int:
    """200 if git may do that in a repository; 401, 403 or 404 if not."""
    repository = state.repositories.get(name)
    kind, _, value = authorization.partition(" ")
    if not value:
        needed = repository is None or repository.private or writes
        return 401 if needed else 200
    login, _, secret = base64.b64decode(value).decode().partition(":")
    found = state.tokens.get(secret)
    is_good = kind.lower() == "basic" and login == "x-access-token" and found
    if not is_good or found is None or found.expires < state.clock.now():
        return 401
    if repository is None:
        return 404
    if not found.reaches(name):
        return 404 if repository.private else 403 if writes else 200
    needs = "contents:write" if writes else "contents:read"
    return 200 if _has(found.permissions, needs) else 403


def _has(granted: Mapping[str, str], needs: str) -> bool:
    name, _, level = needs.partition(":")
    return LEVELS.index(granted.get(name, "none")) >= LEVELS.index(level)
