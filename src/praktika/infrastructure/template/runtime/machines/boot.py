"""What a machine runs when it starts."""

from __future__ import annotations

from praktika.infrastructure.template.draft import Place


def user_data(place: Place, script: str) -> str:
    """A script, in which `${Praktika}` and `${Controller}` are keys of objects in the bucket."""
    own = script.replace("${", "${!")
    get = f"aws s3 cp --region {place.region} s3://{place.bucket}"
    return f"#!/bin/bash\n{own}\n{get}/${{Praktika}} /tmp/\n{get}/${{Controller}} /tmp/\n"


def install_praktika(python: str) -> list[str]:
    """Lines of a script that install praktika for an interpreter, from the project's own bucket."""
    return [
        "aws s3 cp --only-show-errors s3://${Bucket}/${Praktika} /tmp/praktika.whl",
        f"{python} -m pip install --no-cache-dir /tmp/praktika.whl",
    ]


def install_platform() -> list[str]:
    """Lines of a script that make the platform's own environment, its users and its service."""
    return ["python3.12 -m venv /opt/praktika/platform"]
