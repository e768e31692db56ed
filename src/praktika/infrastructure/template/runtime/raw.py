"""Properties that authors write as CloudFormation reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn


class Raw(AWSHelperFn):  # type: ignore[misc]  # an untyped library
    """A value that goes into a template as it is."""

    def __init__(self, data: Any) -> None:
        self.data = data


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Our properties, and the author's in their place; names begin with a capital or do not."""
    given = {
        name[:1].upper() + name[1:]: Raw(value) if isinstance(value, dict | list) else value
        for name, value in (theirs or {}).items()
    }
    return {**ours, **given}
