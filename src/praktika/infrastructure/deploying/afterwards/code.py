"""Code that nobody needs any more.

What a deploy has replaced stays until it is replaced itself: a machine that is starting, or a
function that runs, may still read it. Templates stay as long as they are those of the stacks.
"""

from __future__ import annotations

import re

from praktika.infrastructure.deploying.manifest import Manifest
from praktika.infrastructure.deploying.progress import step
from praktika.infrastructure.deploying.stacks.building import Builder

_NAME = re.compile(r"[^/]+-([0-9a-f]{64})\.(zip|whl|tar\.gz|json)")
"""As a deploy names what it uploads; nothing else is ever removed."""


def remove_code(manifest: Manifest, builder: Builder) -> None:
    """Remove what was uploaded once and is named by no manifest that counts.

    Args:
        manifest: of what is deployed now.
        builder: of the stacks.
    """
    wanted, objects = builder.wanted, builder.cloud.objects
    folder = f"{wanted.names.slug}/code/"
    needed = {*manifest.code.values(), *manifest.replaced.values(), *manifest.stacks.values()}
    found = (
        (key, _NAME.fullmatch(key, len(folder))) for key in objects.keys(wanted.bucket, folder)
    )
    old = [key for key, name in found if name and name[1] not in needed]
    if old:
        builder.watch.tell(step(f"removing {len(old)} old uploads"))
    for key in old:
        objects.remove(wanted.bucket, key)
