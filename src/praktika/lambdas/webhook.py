"""The function that takes webhooks in: verified, queued, and the clock nudged."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated
from praktika.adapters.aws.light.functions import LightLambda
from praktika.adapters.aws.light.json_services import sqs, ssm
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.scaling.nudge import FunctionNudge
from praktika.adapters.github.payloads import notices
from praktika.errors import PraktikaError
from praktika.intake.allowed import Allowed
from praktika.intake.names import NOTICES
from praktika.intake.reception import Reception
from praktika.lambdas import surroundings
from praktika.lambdas.api import Request, answer
from praktika.lambdas.log import Lines
from praktika.lambdas.secret import WebhookSecret
from praktika.lambdas.surroundings import told
from praktika.ports.clock import Clock
from praktika.ports.log import Log

_SERVICES = {"lambda": LightLambda, "sqs": sqs, "ssm": ssm}


class Webhook:
    """Takes webhooks in.

    Args:
        aws: clients with the function's rights.
        clock: tells the time.
        log: a line for each webhook.
        environment: names the project, the repositories, the parameter and the function to nudge.

    Raises:
        OperatorError: the environment lacks something.
    """

    def __init__(
        self,
        aws: Clients,
        clock: Clock,
        log: Log,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._aws = aws
        self._log = log
        tick = environment.get(surroundings.TICK, "").strip()
        self._tell = FunctionNudge(aws, tick) if tick else None
        self._parameter = told(surroundings.WEBHOOK_SECRET, environment)
        self._secret = WebhookSecret(self._read, clock, log)
        app = environment.get(surroundings.APP, "").strip()
        self._reception = Reception(
            queue=SqsQueue(aws, told(surroundings.SLUG, environment)),
            clock=clock,
            allowed=Allowed(surroundings.repositories(environment)),
            verify=self._secret.accepts,
            understand=partial(notices, app=int(app) if app.isdecimal() else 0),
            log=log,
        )

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an event of the API."""
        request = Request.of(event)
        if request is None:
            return answer(400, "this is called by an API alone")
        try:
            self._secret.make_ready()
        except PraktikaError as error:
            self._log.error("webhook.closed", reason=str(error))
            return answer(503, "no secret to verify with is known; the log says why")
        given = self._reception.receive(request.headers, request.body)
        if given.queued:
            self._nudge()
        return answer(given.status, given.text)

    def _read(self) -> str:
        name = self._parameter
        with translated(f"cannot read parameter {name}", f"there is no parameter {name}"):
            found = self._aws.ssm.get_parameter(Name=name, WithDecryption=True)
        return str(found["Parameter"].get("Value", ""))

    def _nudge(self) -> None:
        """Let somebody look at once whether there are machines; else that is done in a minute."""
        try:
            if self._tell is not None:
                self._tell([NOTICES])
        except PraktikaError as error:
            self._log.warning("nudge.failed", reason=str(error))


@functools.cache
def _webhook() -> Webhook:
    return Webhook(
        surroundings.clients(_SERVICES), surroundings.FunctionClock(), Lines(part="webhook")
    )


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """What the cloud calls."""
    return _webhook().handle(event)
