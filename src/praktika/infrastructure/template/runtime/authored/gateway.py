"""An API in front of a function that an author declares."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Output, Ref, Sub
from troposphere.apigatewayv2 import Api, Authorizer, Integration, Route, RouteSettings, Stage

from praktika.infrastructure.compute import Lambda
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.draft import PROJECT_TAG, Draft, logical
from praktika.infrastructure.template.policies.arns import partition
from praktika.infrastructure.template.runtime.functions.calls import add_permission

_BURST, _RATE = 100, 50
"""Requests at once, and in a second."""


def add_gateway(function: Lambda.Config, draft: Draft) -> None:
    """An HTTP API `<slug>-<name>-api` that hands all its requests to the function.

    Who may call is for its `api_authorizer`: "iam" takes requests that AWS knows the sender of, the
    name of another declared function asks that one; without any, the function looks for itself.
    """
    title, name = title_of(function), function.name
    called, tags = logical("Function", name), {PROJECT_TAG: draft.names.slug}
    api = Api(
        logical("ApiOf", name), Name=draft.names.own(f"{name}-api"), ProtocolType="HTTP", Tags=tags
    )
    target = Integration(
        logical("IntegrationOf", name),
        ApiId=Ref(api),
        IntegrationType="AWS_PROXY",
        IntegrationUri=GetAtt(called, "Arn"),
        PayloadFormatVersion="2.0",
    )
    route = Route(
        logical("RouteOf", name),
        ApiId=Ref(api),
        RouteKey="$default",
        Target=Sub(f"integrations/${{{target.title}}}"),
        **_authorization(function, draft, api),
    )
    limits = RouteSettings(ThrottlingBurstLimit=_BURST, ThrottlingRateLimit=_RATE)
    stage = Stage(
        logical("StageOf", name),
        ApiId=Ref(api),
        StageName="$default",
        AutoDeploy=True,
        DefaultRouteSettings=limits,
        Tags=tags,
    )
    for resource in (api, target, route, stage):
        draft.add("runtime", title, resource)
    add_permission(draft, title, called, service="apigateway", source=_anything(draft, api))
    draft.runtime.add_output(Output(logical("UrlOf", name), Value=GetAtt(api, "ApiEndpoint")))


def _authorization(function: Lambda.Config, draft: Draft, api: Api) -> dict[str, Any]:
    match function.api_authorizer:
        case "":
            return {"AuthorizationType": "NONE"}
        case "iam":
            return {"AuthorizationType": "AWS_IAM"}
        case other:
            authorizer = _authorizer(function, draft, api, other)
            return {"AuthorizationType": "CUSTOM", "AuthorizerId": Ref(authorizer)}


def _authorizer(function: Lambda.Config, draft: Draft, api: Api, other: str) -> Authorizer:
    """Another declared function, which answers `{"isAuthorized": …}` for each request anew."""
    title, asked = title_of(function), logical("Function", other)
    place = draft.place
    begin = f"arn:{partition(place.region)}:apigateway:{place.region}:lambda"
    made = Authorizer(
        logical("AuthorizerOf", function.name),
        ApiId=Ref(api),
        Name=draft.names.own(other),
        AuthorizerType="REQUEST",
        AuthorizerUri=Sub(f"{begin}:path/2015-03-31/functions/${{{asked}.Arn}}/invocations"),
        AuthorizerPayloadFormatVersion="2.0",
        AuthorizerResultTtlInSeconds=0,
        EnableSimpleResponses=True,
    )
    draft.add("runtime", title, made)
    add_permission(draft, title, asked, service="apigateway", source=_anything(draft, api))
    return made


def _anything(draft: Draft, api: Api) -> Sub:
    place = draft.place
    begin = f"arn:{partition(place.region)}:execute-api:{place.region}:{place.account}"
    return Sub(f"{begin}:${{{api.title}}}/*")
