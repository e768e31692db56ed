"""Logs, and the two alarms that an installation has.

The tick function looks at the queues of dead letters and logs what lies there; a filter makes a
number of that only while there is something, so that one alarm is enough for all of them (fault 65:
one for each would cost more than all the rest that idles). The other one rings if that function
fails, or is not called any more. Both tell a topic, to which people subscribe by e-mail:
`ext["alarm_emails"]`.
"""

from __future__ import annotations

from typing import Any, Final

from troposphere import Ref, cloudwatch, logs, sns

from praktika.infrastructure.parts import orchestrator_pools
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.runtime.functions.api import has_api, log_group
from praktika.infrastructure.template.scope import minter_of

KEPT_DAYS: Final = 30
"""Days that logs are kept."""

DEAD: Final = "letters.dead"
"""The event that the tick function logs when a queue of dead letters is not empty."""

_LOGS, _ALARMS = "Installation:logs", "Installation:alarms"
_NAMESPACE = "praktika"


def add_logs(draft: Draft, context: Context) -> None:
    """The groups of all logs. They outlive the runtime: what went wrong is asked afterwards."""
    names = draft.names
    groups = [names.instance_logs]
    if draft.pools:
        groups.append(names.function_logs("tick"))
    if orchestrator_pools(context.project):
        groups.append(names.function_logs("webhook"))
    if minter_of(context):
        groups.append(names.function_logs("token-broker"))
    if has_api(context):
        groups.append(log_group(draft))
    for group in groups:
        add_log_group(draft, _LOGS, group)


def add_log_group(draft: Draft, component: str, group: str) -> None:
    """A log group that people need not clean up."""
    made = logs.LogGroup(
        logical("Logs", group.removeprefix(draft.names.path)),
        LogGroupName=group,
        RetentionInDays=KEPT_DAYS,
        Tags=draft.tags(),
    )
    draft.add("stateful", component, made)


def add_alarms(draft: Draft, context: Context) -> None:
    """Who is told, and of what."""
    if not draft.pools:
        return
    emails = context.project.ext.get("alarm_emails", ())
    topic = sns.Topic(
        "Alarms",
        TopicName=draft.names.own("alarms"),
        Subscription=[sns.Subscription(Protocol="email", Endpoint=one) for one in emails],
        Tags=draft.tags(),
    )
    draft.add("runtime", _ALARMS, topic)
    metric = logs.MetricTransformation(
        MetricNamespace=_NAMESPACE, MetricName=draft.names.own("dead-letters"), MetricValue="1"
    )
    found = logs.MetricFilter(
        "DeadLetters",
        LogGroupName=draft.names.function_logs("tick"),
        FilterPattern=f'{{ $.event = "{DEAD}" }}',
        MetricTransformations=[metric],
    )
    draft.add("runtime", _ALARMS, found)
    _add_alarm(
        draft,
        "dead-letters",
        "Messages that nobody could deal with: `praktika logs` of the tick function names them.",
        Namespace=_NAMESPACE,
        MetricName=metric.MetricName,
        Threshold=1,
        TreatMissingData="notBreaching",
    )
    _add_alarm(
        draft,
        "tick",
        "The function that grows pools fails, or is not called: jobs may wait for machines.",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[cloudwatch.MetricDimension(Name="FunctionName", Value=draft.names.own("tick"))],
        Threshold=5,
        TreatMissingData="breaching",
    )


def _add_alarm(draft: Draft, name: str, description: str, **more: Any) -> None:
    alarm = cloudwatch.Alarm(
        logical("Alarm", name),
        AlarmName=draft.names.own(name),
        AlarmDescription=description,
        Statistic="Sum",
        Period=900,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[Ref("Alarms")],
        OKActions=[Ref("Alarms")],
        Tags=draft.tags(),
        **more,
    )
    draft.add("runtime", _ALARMS, alarm)
