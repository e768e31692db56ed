"""What a job has left, without secrets. Texts and numbers are looked at, the shape stays."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from praktika.model.result import Result
from praktika.model.wire import encode
from praktika.runner.process import Mask
from praktika.runner.process.mask import STARS


def masked(result: Result, mask: Mask) -> Result:
    """The Result without secrets that the job has written into it."""
    data = encode(result)
    return result if mask.json(data) == data else _masked(result, mask)


def masked_data(value: Any, mask: Mask) -> Any:
    """Plain data as JSON has it, without secrets.

    A whole number that holds one becomes text.
    """
    match value:
        case str():
            return mask.text(value)
        case dict():
            return {mask.text(key): masked_data(each, mask) for key, each in value.items()}
        case list() | tuple():
            return [masked_data(each, mask) for each in value]
        case int() if mask.text(str(value)) != str(value):
            return STARS.decode()
    return value


def _masked(result: Result, mask: Mask) -> Result:
    return structs.replace(
        result,
        name=mask.text(result.name),
        info=mask.text(result.info),
        files=tuple(map(mask.text, result.files)),
        links=tuple(map(mask.text, result.links)),
        ext=masked_data(result.ext, mask),
        results=tuple(_masked(part, mask) for part in result.results),
    )
