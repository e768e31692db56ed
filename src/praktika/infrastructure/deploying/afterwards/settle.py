"""Carrying out what comes after the stacks."""

from __future__ import annotations

from typing import assert_never

from praktika.infrastructure.deploying.afterwards.code import remove_code
from praktika.infrastructure.deploying.afterwards.groups import groups_of_pools
from praktika.infrastructure.deploying.afterwards.images import start_image
from praktika.infrastructure.deploying.plan import (
    Afterwards,
    KeepUnbalanced,
    RemoveCode,
    StartImage,
)
from praktika.infrastructure.deploying.stacks.building import Builder


def settle(action: Afterwards, builder: Builder) -> None:
    """Do it."""
    match action:
        case KeepUnbalanced():
            builder.cloud.machines.keep_unbalanced(groups_of_pools(builder))
        case StartImage(component):
            start_image(component, builder)
        case RemoveCode(manifest):
            remove_code(manifest, builder)
        case _:
            assert_never(action)
