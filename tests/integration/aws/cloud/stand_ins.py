"""Functions of this process, in place of those that run elsewhere."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any

import structlog
from tests.integration.aws.cloud.cloud import Cloud
from tests.integration.aws.cloud.gateway import TOKENS, WEBHOOK

from praktika.adapters.github.app.signer import Signer
from praktika.adapters.github.app.tokens import AppTokens
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport
from praktika.adapters.github.payloads import notices
from praktika.adapters.github.signature import Signatures
from praktika.intake.allowed import Allowed
from praktika.intake.reception import Reception
from praktika.model.tokens import TokenAsked, TokenReturned
from praktika.model.wire import decode
from praktika.ports.tokens import Grant, Token


def install(cloud: Cloud) -> None:
    clock = cloud.stores.clock
    transport = Transport(Site.of(cloud.hub.api_url), clock)
    minting = AppTokens(
        transport, Signer(str(cloud.hub.app.id), cloud.hub.app.private_key, clock), clock
    )
    reception = Reception(
        queue=cloud.stores.queue,
        clock=clock,
        allowed=Allowed(cloud.installation.repositories),
        verify=Signatures([cloud.hub.app.secret]).accepts,
        understand=partial(notices, app=cloud.hub.app.id),
        log=structlog.get_logger(),
    )

    def webhook(event: dict[str, Any]) -> dict[str, Any]:
        given = reception.receive(event["headers"], base64.b64decode(event["body"]))
        return {"statusCode": given.status, "body": given.text}

    def tokens(event: dict[str, Any]) -> dict[str, Any]:
        body = base64.b64decode(event["body"])
        if event["rawPath"].endswith("/revoke"):
            minting.revoke(Token(value=decode(body, TokenReturned).value, expires=0.0))
            return {"statusCode": 200, "body": "{}"}
        asked = decode(body, TokenAsked)
        token = minting.own_token(Grant(repository=asked.repository, permissions=asked.permissions))
        return {
            "statusCode": 200,
            "body": json.dumps({"value": token.value, "expires": token.expires}),
        }

    cloud.gateway.functions |= {WEBHOOK: webhook, TOKENS: tokens}
