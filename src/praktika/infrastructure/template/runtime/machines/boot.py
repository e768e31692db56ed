"""What an image needs of praktika."""

from __future__ import annotations


def install_praktika(python: str) -> list[str]:
    """Lines of a script that install praktika for an interpreter, from the project's own bucket."""
    return [
        "aws s3 cp --only-show-errors s3://${Bucket}/${Praktika} /tmp/praktika.whl",
        f"{python} -m pip install --no-cache-dir /tmp/praktika.whl",
    ]


def install_platform() -> list[str]:
    """Lines of a script that make the platform's own environment, its users and its service."""
    return ["python3.12 -m venv /opt/praktika/platform"]
