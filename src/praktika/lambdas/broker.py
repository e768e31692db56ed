"""The function that hands out tokens of GitHub; it alone reads the key of the app.

Security 18, faults 1 and 2. It is called through an API that IAM authorises. No token is logged,
nor anything that a caller has sent but names.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.light.json_services import secretsmanager, ssm
from praktika.adapters.aws.light.objects import LightS3
from praktika.errors import Absent, Denied, Limited, PraktikaError, TransientError
from praktika.intake.allowed import Allowed
from praktika.lambdas import surroundings
from praktika.lambdas.api import JSON, Request, answer
from praktika.lambdas.installed import Installed
from praktika.lambdas.log import Lines
from praktika.lambdas.surroundings import told
from praktika.lambdas.tokens.callers import Caller, caller_of
from praktika.lambdas.tokens.giving import Giver
from praktika.lambdas.tokens.minting import Minting, Rotating
from praktika.lambdas.tokens.runs import Runs
from praktika.model.tokens import TokenAsked, TokenGiven, TokenReturned
from praktika.model.wire import WireError, decode, encode
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.log import Log
from praktika.ports.tokens import Token, TokenBroker

PATH = "/internal/v1/tokens"
REVOKE = f"{PATH}/revoke"

_SERVICES = {"s3": LightS3, "secretsmanager": secretsmanager, "ssm": ssm}
_TOKEN = re.compile(r"[!-~]{1,1000}")


class Broker:
    """Answers those who ask for tokens.

    Args:
        installed: whose machines may ask.
        minting: mints tokens; made when one is needed first.
        journal, blobs: where runs are.
        clock: tells the time.
        log: a line for each token, given or refused.
    """

    def __init__(
        self,
        installed: Installed,
        minting: Callable[[], TokenBroker],
        *,
        journal: Journal,
        blobs: Blobs,
        clock: Clock,
        log: Log,
    ) -> None:
        self._installed = installed
        self._minting = minting
        self._runs = Runs(journal)
        self._blobs = blobs
        self._clock = clock
        self._log = log

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an event of the API."""
        request = Request.of(event)
        arn = request.caller if request else ""
        try:
            return self._answer(request)
        except PraktikaError as error:
            status = _status(error)
            self._log.warning("token.refused", caller=arn, status=status, reason=str(error))
            wait = error.until - self._clock.now() if isinstance(error, Limited) else 0.0
            return _refusal(status, str(error), wait)
        except (WireError, ValueError):  # whose text may quote what was sent
            self._log.warning("token.refused", caller=arn, status=400)
            return _refusal(400, "this is no request for a token")

    def _answer(self, request: Request | None) -> dict[str, Any]:
        if request is None or not request.caller:
            raise Denied("tokens are asked for through the API of this installation")
        caller = caller_of(request.caller, self._installed.now())
        match request.path:
            case "/internal/v1/tokens":
                return self._give(caller, decode(request.body, TokenAsked))
            case "/internal/v1/tokens/revoke":
                return self._take_back(caller, decode(request.body, TokenReturned))
        raise Absent("there is nothing here but tokens")

    def _give(self, caller: Caller, asked: TokenAsked) -> dict[str, Any]:
        giver = Giver(
            broker=self._minting(),
            runs=self._runs,
            blobs=self._blobs,
            repositories=Allowed(self._installed.now().repositories),
        )
        token = giver.give(caller, asked)
        self._log.info(
            "token.given",
            pool=caller.pool.name,
            instance=caller.instance,
            run=asked.run,
            job=asked.job,
            attempt=asked.attempt,
            repository=asked.repository,
            permissions=asked.permissions,
        )
        given = TokenGiven(value=token.value, expires=token.expires)
        return answer(200, encode(given).decode(), JSON, cache_control="no-store")

    def _take_back(self, caller: Caller, returned: TokenReturned) -> dict[str, Any]:
        if not _TOKEN.fullmatch(returned.value):
            raise ValueError("that is no token")
        self._minting().revoke(Token(value=returned.value, expires=0.0))
        self._log.info(
            "token.revoked",
            pool=caller.pool.name,
            instance=caller.instance,
            run=returned.run,
            job=returned.job,
            attempt=returned.attempt,
        )
        return answer(200, "{}", JSON)


def _status(error: PraktikaError) -> int:
    match error:
        case Denied():
            return 403
        case Absent():
            return 404
        case Limited():
            return 429
        case TransientError():
            return 503
    return 500


def _refusal(status: int, text: str, wait: float = 0.0) -> dict[str, Any]:
    body = msgspec.json.encode({"error": {"code": str(status), "text": text}}).decode()
    headers = {"retry_after": f"{max(1.0, wait):.0f}"} if wait else {}
    return answer(status, body, JSON, **headers)


@functools.cache
def _broker() -> Broker:
    aws, clock = surroundings.clients(_SERVICES), surroundings.FunctionClock()
    bucket, prefix = told(surroundings.BUCKET), f"{told(surroundings.SLUG)}/"
    blobs, tokens = S3Blobs(aws, bucket, prefix), Rotating(Minting(aws, clock))
    return Broker(
        Installed(blobs, clock),
        lambda: tokens,
        journal=S3Journal(aws, bucket, clock, prefix),
        blobs=blobs,
        clock=clock,
        log=Lines(part="token-broker"),
    )


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """What the cloud calls."""
    return _broker().handle(event)
