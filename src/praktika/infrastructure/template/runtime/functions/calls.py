"""A function, and who may call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from troposphere import Ref, awslambda

from praktika.infrastructure.template.draft import Draft, logical

RUNTIME = "python3.13"
"""What functions run on."""


class LoggingConfig(awslambda.LoggingConfig):  # type: ignore[misc]  # an untyped library
    """troposphere's, with the field that it has lost."""

    props: ClassVar = {**awslambda.LoggingConfig.props, "LogFormat": (str, False)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a function runs.

    Attributes:
        name: of the function, in the project.
        handler: `module.function`.
        environment: its variables; none of them is a secret.
        seconds: that it may take.
        memory: MB.
    """

    name: str
    handler: str
    environment: Mapping[str, Any]
    seconds: int
    memory: int = 256


def add_function(
    draft: Draft, component: str, code: Code, *, role: object, architecture: str = "arm64"
) -> awslambda.Function:
    """A function whose code a deploy has uploaded."""
    function = awslambda.Function(
        logical("Function", code.name),
        FunctionName=draft.names.own(code.name),
        Runtime=RUNTIME,
        Architectures=[architecture],
        Handler=code.handler,
        Code=awslambda.Code(S3Bucket=draft.place.bucket, S3Key=draft.uploaded(code.name)),
        Role=role,
        MemorySize=code.memory,
        Timeout=code.seconds,
        Environment=awslambda.Environment(Variables=dict(code.environment)),
        LoggingConfig=LoggingConfig(
            LogFormat="JSON", LogGroup=draft.names.function_logs(code.name)
        ),
        Tags=draft.tags(),
    )
    return draft.add("runtime", component, function)


def add_permission(
    draft: Draft, component: str, function: str, *, service: str, source: object
) -> None:
    """Let one thing of a service call a function, by its logical id, and nothing else of it."""
    permission = awslambda.Permission(
        logical("Permission", function, service, component.partition(":")[2]),
        Action="lambda:InvokeFunction",
        FunctionName=Ref(function),
        Principal=f"{service}.amazonaws.com",
        SourceArn=source,
    )
    draft.add("runtime", component, permission)
