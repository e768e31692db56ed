"""Answers of GitHub that say no, as praktika's errors with words for people."""

from __future__ import annotations

import ssl

import urllib3.exceptions

from praktika.adapters.github.http.answer import Answer, Request
from praktika.errors import (
    Absent,
    Conflict,
    Denied,
    OperatorError,
    PraktikaError,
    Unavailable,
    Unrecognised,
)


def answer_fault(request: Request, answer: Answer) -> PraktikaError:
    """What to raise for an answer that says no and is about no limit."""
    text = f"GitHub: {request}: {answer.status} {answer.said}".rstrip()
    if request.token:
        text = text.replace(request.token, "…")
    match answer.status:
        case 404 | 410:
            return Absent(f"{text}. It is not there, or the app may not know of it.")
        case 401:
            return Unrecognised(
                f"{text}. Check the app's id and key, and the clock of this machine."
            )
        case 403 | 451:
            return Denied(f"{text}. Check what the app is permitted, and whether it is suspended.")
        case 409:
            return Conflict(text)
        case 422 if answer.said.startswith("No commit found"):
            return Absent(text)
        case status if status >= 500 or status < 400 or status == 408:
            return Unavailable(text)
        case _:
            return OperatorError(text)


def network_fault(request: Request, error: Exception) -> PraktikaError:
    """What to raise where there was no answer."""
    text = f"GitHub: {request}: no answer ({type(error).__name__})"
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return OperatorError(f"{text}: its certificate is not one that this machine trusts")
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return Unavailable(f"{text}: the name of the host is not known here")
    return Unavailable(text)


def _causes(error: BaseException) -> list[BaseException]:
    """An error and all that it came from."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [*one.args, one.__cause__, one.__context__]
    return found
