"""The API: webhooks for everybody, tokens for roles of this project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from troposphere import GetAtt, Output, Ref, Sub
from troposphere.apigatewayv2 import AccessLogSettings, Api, Integration, Route, Stage

from praktika.infrastructure.parts import orchestrator_pools
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, logical
from praktika.infrastructure.template.policies.arns import ROUTES, partition
from praktika.infrastructure.template.runtime.functions.calls import add_permission
from praktika.infrastructure.template.scope import minter_of

API: Final = "Api"
"""The logical id of the API."""

URL: Final = "ApiUrl"
"""The output of the runtime stack with the base URL of the API."""

WEBHOOKS: Final = "webhooks/github"

_WEBHOOK_LIMIT, _TOKEN_LIMIT = (200, 50), (500, 200)
"""Requests at once, and in a second."""

_TITLE = "Installation:api"
_LOG = (
    '{"at":"$context.requestTimeEpoch","route":"$context.routeKey","status":"$context.status",'
    '"ip":"$context.identity.sourceIp","caller":"$context.identity.caller",'
    '"ms":"$context.responseLatency","error":"$context.integrationErrorMessage"}'
)


def has_api(context: Context) -> bool:
    """Whether the installation has an API."""
    return bool(orchestrator_pools(context.project)) or minter_of(context) is not None


def endpoint() -> GetAtt:
    """The base URL of the API."""
    return GetAtt(API, "ApiEndpoint")


def log_group(draft: Draft) -> str:
    """Where requests are logged."""
    return draft.names.function_logs("api")


def add_api(draft: Draft, context: Context) -> None:
    """The API, its routes and its log of requests."""
    if not has_api(context):
        return
    tags = {PROJECT_TAG: draft.names.slug}
    name = draft.names.own("api")
    draft.add("runtime", _TITLE, Api(API, Name=name, ProtocolType="HTTP", Tags=tags))
    routes = []
    if orchestrator_pools(context.project):
        routes += _add_routes(draft, "webhook", [WEBHOOKS], authorization="NONE")
    if minter_of(context):
        routes += _add_routes(draft, "token-broker", ROUTES, authorization="AWS_IAM")
    _add_stage(draft, routes)
    draft.runtime.add_output(Output(URL, Value=endpoint()))


def _add_routes(
    draft: Draft, function: str, paths: Sequence[str], *, authorization: str
) -> list[Route]:
    """Routes to a function, which can be called through them and not otherwise."""
    called = logical("Function", function)
    target = Integration(
        logical("Integration", function),
        ApiId=Ref(API),
        IntegrationType="AWS_PROXY",
        IntegrationUri=GetAtt(called, "Arn"),
        PayloadFormatVersion="2.0",
    )
    draft.add("runtime", _TITLE, target)
    place = draft.place
    begin = f"arn:{partition(place.region)}:execute-api:{place.region}:{place.account}"
    ending = "*" if len(paths) > 1 else ""
    source = Sub(f"{begin}:${{{API}}}/*/POST/{paths[0]}{ending}")
    add_permission(draft, _TITLE, called, service="apigateway", source=source)
    return [
        draft.add(
            "runtime",
            _TITLE,
            Route(
                logical("Route", path),
                ApiId=Ref(API),
                RouteKey=f"POST /{path}",
                AuthorizationType=authorization,
                Target=Sub(f"integrations/${{{target.title}}}"),
            ),
        )
        for path in paths
    ]


def _add_stage(draft: Draft, routes: Sequence[Route]) -> None:
    """The one stage. Who floods the webhook fills its own limit and not that for tokens."""
    place, group = draft.place, log_group(draft)
    begin = f"arn:{partition(place.region)}:logs:{place.region}:{place.account}"
    limits = {
        route.RouteKey: {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": rate}
        for route in routes
        for burst, rate in [_WEBHOOK_LIMIT if WEBHOOKS in route.RouteKey else _TOKEN_LIMIT]
    }
    stage = Stage(
        logical("Stage", API),
        ApiId=Ref(API),
        StageName="$default",
        AutoDeploy=True,
        AccessLogSettings=AccessLogSettings(
            DestinationArn=f"{begin}:log-group:{group}", Format=_LOG
        ),
        RouteSettings=limits,
        DependsOn=[route.title for route in routes],
        Tags={PROJECT_TAG: draft.names.slug},
    )
    draft.add("runtime", _TITLE, stage)
