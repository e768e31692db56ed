"""What a machine runs when it starts."""

from __future__ import annotations

from praktika.infrastructure.template.draft import Place


def user_data(place: Place, script: str) -> str:
    """A script, in which `${Praktika}` and `${Controller}` are keys of objects in the bucket."""
    own = script.replace("${", "${!")
    get = f"aws s3 cp --region {place.region} s3://{place.bucket}"
    return f"#!/bin/bash\n{own}\n{get}/${{Praktika}} /tmp/\n{get}/${{Controller}} /tmp/\n"
