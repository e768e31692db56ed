"""Functions that an author declares.

`secrets` gives the variable the *name* of the parameter, and the role what it takes to read it: a
value would lie open in the configuration of the function (fault 16).
"""

from __future__ import annotations

import math
from typing import Any

from troposphere import GetAtt, Ref, awslambda, events

from praktika.infrastructure.compute import Lambda
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.policies.arns import partition
from praktika.infrastructure.template.policies.functions import own
from praktika.infrastructure.template.policies.inline import inline_policies
from praktika.infrastructure.template.runtime.authored.gateway import add_gateway
from praktika.infrastructure.template.runtime.functions.calls import (
    Code,
    add_function,
    add_permission,
)
from praktika.infrastructure.template.runtime.functions.watch import add_log_group
from praktika.infrastructure.template.runtime.machines.allowed import parameter_of
from praktika.infrastructure.template.runtime.machines.profiles import role_ref
from praktika.infrastructure.template.runtime.roles import add_policy, add_role
from praktika.infrastructure.template.scope import arns_of


def add_own_function(function: Lambda.Config, draft: Draft, context: Context) -> None:
    """A function `<slug>-<name>`; nothing for one whose code is not there."""
    if not function.path:
        return
    title = title_of(function)
    names = {secret: parameter_of(secret, draft, context) for secret in function.secrets}
    code = Code(
        name=function.name,
        handler=function.handler,
        environment={
            **function.environments,
            **{variable: names[secret] for secret, variable in function.secrets.items()},
        },
        seconds=max(1, math.ceil(function.timeout_ms / 1000)),
        memory=function.memory_size_mb,
    )
    role = _role(function, draft, context, sorted(names.values()))
    made = add_function(draft, title, code, role=role)
    add_log_group(draft, title, draft.names.function_logs(function.name))
    if function.schedule_expression:
        _add_schedule(function, draft, made)
    if function.api_gateway:
        add_gateway(function, draft)


def _role(function: Lambda.Config, draft: Draft, context: Context, parameters: list[str]) -> Any:
    """The ARN of the role that the function has: one of its own, a declared or an existing one."""
    title = title_of(function)
    statements = own(arns_of(draft, context), function.name, parameters)
    if not function.role_name:
        name, service = f"{function.name}-role", "lambda.amazonaws.com"
        made = add_role(draft, title, name, service=service, statements=statements)
        made.Policies = [*made.Policies, *inline_policies(function.inline_policies, title)]
        return GetAtt(made, "Arn")
    role = role_ref(function.role_name, draft, context)
    if not isinstance(role, Ref):
        place = draft.place
        return f"arn:{partition(place.region)}:iam::{place.account}:role/{function.role_name}"
    add_policy(draft, title, function.name, role=role, statements=statements)
    return GetAtt(role.data["Ref"], "Arn")


def _add_schedule(function: Lambda.Config, draft: Draft, made: awslambda.Function) -> None:
    title = title_of(function)
    rule = events.Rule(
        f"Schedule{made.title}",
        Name=draft.names.own(f"{function.name}-schedule"),
        ScheduleExpression=function.schedule_expression,
        Targets=[events.Target(Id="function", Arn=GetAtt(made, "Arn"))],
    )
    draft.add("runtime", title, rule)
    source = GetAtt(rule, "Arn")
    add_permission(draft, title, made.title, service="events", source=source)
