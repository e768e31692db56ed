"""Policies and services as authors write them, for roles in either stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere.iam import Policy

from praktika.errors import AuthorError

_NAMES, _DOCUMENTS = ("PolicyName", "name"), ("PolicyDocument", "document", "policy")


def inline_policies(declared: Any, whose: str) -> list[Policy]:
    """Inline policies: documents by name, or a list of `{"PolicyName": …, "PolicyDocument": …}`.

    Raises:
        AuthorError: they are neither.
    """
    if not declared:
        return []
    if isinstance(declared, Mapping):
        pairs = list(declared.items())
    else:
        pairs = [(_one_of(one, _NAMES), _one_of(one, _DOCUMENTS)) for one in declared]
    if not all(isinstance(name, str) and isinstance(text, Mapping) for name, text in pairs):
        raise AuthorError(text=f"{whose}: inline_policies are documents by name")
    return [Policy(PolicyName=name, PolicyDocument=dict(text)) for name, text in pairs]


def service_of(name: str) -> str:
    """`ec2` and `ec2.amazonaws.com` are the same; nothing said is a machine."""
    bare = name or "ec2"
    return bare if "." in bare else f"{bare}.amazonaws.com"


def _one_of(given: Any, names: tuple[str, ...]) -> Any:
    found = given if isinstance(given, Mapping) else {}
    return next((found[name] for name in names if name in found), None)
