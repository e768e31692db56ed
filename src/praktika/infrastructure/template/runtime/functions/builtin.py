"""praktika's three functions, and what starts them.

None has a queue for events that it failed on: GitHub is told at once and the reconciler makes good
for it, whoever asks for a token asks again, and what a tick did not do the next one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, Parameter, Ref, awslambda, events

from praktika.infrastructure.components import GitHubTokenMinter
from praktika.infrastructure.parts import github_api, orchestrator_pools, title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.names import APP_ID, SHARED
from praktika.infrastructure.template.policies import functions as policies
from praktika.infrastructure.template.policies.statements import Statement
from praktika.infrastructure.template.runtime.functions.calls import (
    Code,
    add_function,
    add_permission,
)
from praktika.infrastructure.template.runtime.roles import add_role
from praktika.infrastructure.template.scope import arns_of, minter_of


def add_webhook(draft: Draft, context: Context) -> None:
    """What GitHub calls."""
    if not has_webhook(context):
        return
    names = draft.names
    code = Code(
        name="webhook",
        handler="praktika.lambdas.webhook.handler",
        environment={
            **_common(draft, context),
            "PRAKTIKA_WEBHOOK_SECRET_PARAMETER": names.webhook_secret,
            "PRAKTIKA_TICK_FUNCTION": names.own("tick"),
        },
        seconds=10,  # GitHub waits no longer
    )
    _add_own(draft, "Installation:webhook", code, policies.webhook(arns_of(draft, context)))


def add_broker(minter: GitHubTokenMinter, draft: Draft, context: Context) -> None:
    """What hands out tokens; the second one that is declared is a clash of names."""
    code = Code(
        name="token-broker",
        handler="praktika.lambdas.broker.handler",
        environment={
            **_common(draft, context),
            "PRAKTIKA_GITHUB_SECRET": draft.names.own(minter.secret_name),
        },
        seconds=25,
    )
    _add_own(draft, title_of(minter), code, policies.broker(arns_of(draft, context)))


def add_tick(draft: Draft, context: Context) -> None:
    """What grows pools and watches the clock: every minute, and when something was queued."""
    if not draft.pools:
        return
    title, names = "Installation:tick", draft.names
    code = Code(
        name="tick",
        handler="praktika.lambdas.tick.handler",
        environment=_common(draft, context),
        seconds=50,
    )
    groups = [group for pool in draft.pools for group in pool.groups]
    work = {queue for pool in draft.pools for queue in pool.queues if queue not in SHARED}
    statements = policies.tick(
        arns_of(draft, context), groups=groups, work=sorted(work), shared=SHARED
    )
    function = _add_own(draft, title, code, statements)
    draft.add("runtime", title, _once(function))
    rule = events.Rule(
        "EveryMinute",
        Name=names.own("every-minute"),
        ScheduleExpression="rate(1 minute)",
        Targets=[events.Target(Id="tick", Arn=GetAtt(function, "Arn"))],
    )
    draft.add("runtime", title, rule)
    add_permission(draft, title, function.title, service="events", source=GetAtt(rule, "Arn"))


def has_webhook(context: Context) -> bool:
    """Whether there is anybody who would take up what GitHub tells."""
    return bool(orchestrator_pools(context.project))


def _add_own(
    draft: Draft, component: str, code: Code, statements: Sequence[Statement]
) -> awslambda.Function:
    name, service = f"{code.name}-role", "lambda.amazonaws.com"
    role = add_role(draft, component, name, service=service, statements=statements)
    return add_function(draft, component, code, role=GetAtt(role, "Arn"))


def _once(function: awslambda.Function) -> awslambda.EventInvokeConfig:
    """A call that failed is not repeated: the next minute brings another."""
    return awslambda.EventInvokeConfig(
        logical("Calls", function.title),
        FunctionName=Ref(function),
        Qualifier="$LATEST",
        MaximumEventAgeInSeconds=60,
        MaximumRetryAttempts=0,
    )


def _common(draft: Draft, context: Context) -> dict[str, Any]:
    minter = minter_of(context)
    repositories = " ".join(minter.repositories) if minter else ""
    return {
        "PRAKTIKA_PROJECT_SLUG": draft.names.slug,
        "PRAKTIKA_S3_ARTIFACT_BUCKET": draft.place.bucket,
        "PRAKTIKA_GITHUB_REPOSITORIES": repositories,
        "PRAKTIKA_GITHUB_APP_ID": app_id(draft),
        "PRAKTIKA_GITHUB_API": github_api(context.project),
    }


def app_id(draft: Draft) -> Ref:
    """The id of the GitHub App, which is in no declaration."""
    if APP_ID not in draft.runtime.parameters:
        draft.runtime.add_parameter(Parameter(APP_ID, Type="String", Default=""))
    return Ref(APP_ID)
