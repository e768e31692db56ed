"""A snapshot of a disk every night, of which a week is kept."""

from __future__ import annotations

from troposphere import GetAtt, Tags, dlm

from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.stateful.roles import add_kept_role

TAG = "praktika:backup"
"""On disks: which policy makes copies of them."""

_MANAGED = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
_KEPT = 7


def add_backup(draft: Draft, component: str, name: str) -> None:
    """The policy for disks that have `TAG` with the name, and the role that AWS does it in."""
    role = add_kept_role(
        draft,
        component,
        f"{name}-backup",
        service="dlm.amazonaws.com",
        ManagedPolicyArns=[_MANAGED],
    )
    schedule = dlm.Schedule(
        Name="nightly",
        CreateRule=dlm.CreateRule(Interval=24, IntervalUnit="HOURS", Times=["03:00"]),
        RetainRule=dlm.RetainRule(Count=_KEPT),
        CopyTags=True,
    )
    policy = dlm.LifecyclePolicy(
        logical("Backup", name),
        Description=f"Nightly copies of the disk of {draft.names.own(name)}",
        State="ENABLED",
        ExecutionRoleArn=GetAtt(role, "Arn"),
        PolicyDetails=dlm.PolicyDetails(
            ResourceTypes=["VOLUME"],
            TargetTags=Tags({TAG: draft.names.own(name)}),
            Schedules=[schedule],
        ),
        Tags=draft.tags(),
    )
    draft.add("stateful", component, policy)
