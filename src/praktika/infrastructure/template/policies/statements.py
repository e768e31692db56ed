"""Statements of policies, as IAM reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from troposphere import AWSHelperFn
from troposphere.iam import Policy

Statement = dict[str, Any]
Thing: TypeAlias = str | AWSHelperFn
"""An ARN, or what CloudFormation makes one of."""

When: TypeAlias = Mapping[str, Mapping[str, Any]]
"""A condition: by operator, then by key of the request."""


def allow(
    sid: str, actions: Sequence[str], things: Sequence[Thing], *, when: When | None = None
) -> Statement:
    """A statement that allows actions on things."""
    return _statement("Allow", sid, actions, things, when)


def deny(
    sid: str, actions: Sequence[str], things: Sequence[Thing], *, when: When | None = None
) -> Statement:
    """A statement that forbids actions on things, whatever else is allowed."""
    return _statement("Deny", sid, actions, things, when)


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """A policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def inline(name: str, statements: Sequence[Statement]) -> Policy:
    """A policy that is part of a role."""
    return Policy(PolicyName=name, PolicyDocument=document(statements))


def trusted_by(service: str) -> dict[str, Any]:
    """Who may take a role on: a service of AWS, as `lambda.amazonaws.com`."""
    return document(
        [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]
    )


def _statement(
    effect: str, sid: str, actions: Sequence[str], things: Sequence[Thing], when: When | None
) -> Statement:
    made: Statement = {
        "Sid": sid,
        "Effect": effect,
        "Action": list(actions),
        "Resource": list(things),
    }
    if when:
        made["Condition"] = {operator: dict(keys) for operator, keys in when.items()}
    return made
