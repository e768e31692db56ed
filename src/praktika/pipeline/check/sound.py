"""One object by itself: unknown attributes, missing fields, values of a wrong type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from praktika.pipeline import codes
from praktika.pipeline.check.kinds import fits, item_of, words
from praktika.pipeline.declare.declared import (
    Declared,
    fields_of,
    is_written,
    origins_of,
    others_of,
    place_of,
    remarks_of,
    renamed,
    required_of,
)
from praktika.pipeline.finding import Finding, Place, warning
from praktika.pipeline.suggest import did_you_mean

D = TypeVar("D", bound=Declared)


def sound(thing: D, findings: list[Finding]) -> D:
    """The object itself, or a copy in which values of a wrong type are left out.

    What is wrong is added to `findings`. Behind this, every field holds what its type promises.
    """
    family: tuple[Declared, ...] = (thing, *origins_of(thing))
    for one in family:
        findings.extend(remarks_of(one))
        findings.extend(_other(one, name, place) for name, place in others_of(one))
    findings.extend(_missing(thing))
    findings.extend(_unstorable(thing))
    wrong = [
        field
        for field, note in fields_of(type(thing)).items()
        if not fits(note)(getattr(thing, field))
    ]
    if not wrong:
        return thing
    clone = thing.copy()
    for field in wrong:
        note = fields_of(type(thing))[field]
        findings.extend(_wrong(thing, field, note))
        clone.__dict__[field] = _remainder(thing, field, note)
        clone.__dict__["_written"].pop(field, None)
    return clone


def called(thing: Declared) -> str:
    """An object as messages call it: `Job 'build'`."""
    name = getattr(thing, "name", None)
    return f"{thing.KIND} '{shown(name)}'" if name else thing.KIND


def shown(name: object, limit: int = 80) -> str:
    """A name, shortened to `limit` characters, without characters that would upset a terminal."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(name)[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def said(value: object) -> str:
    """A value in words: its type, and its text where it has one."""
    if value is None:
        return "None"
    kind = type(value).__name__
    article = "an" if kind[0] in "aeiou" else "a"
    if not isinstance(value, str | int | float):
        return f"{article} {kind}"
    try:
        return f"{article} {kind} ({shown(repr(value), 40)})"
    except ValueError:  # an integer of thousands of digits
        return f"{article} enormous {kind}"


def _other(thing: Declared, name: str, place: Place) -> Finding:
    kind = type(thing)
    if name in kind.RENAMED:
        return renamed(place, f"{thing.KIND}'s attribute '{name}'", kind.RENAMED[name])
    if name in kind.GONE:
        text = f"{thing.KIND}'s attribute '{name}' has no effect any more."
        return warning(place, codes.DEPRECATED, text, kind.GONE[name])
    text = f"{thing.KIND} has no attribute '{shown(name)}'."
    return Finding(
        place,
        codes.UNKNOWN_ATTRIBUTE,
        text,
        did_you_mean(name, fields_of(kind)),
        kind.UNKNOWN_SEVERITY,
    )


def _missing(thing: Declared) -> Iterator[Finding]:
    for field in required_of(type(thing)):
        if not is_written(thing, field) and not getattr(thing, field):
            text = f"{called(thing)} needs '{field}'."
            value = "[…]" if fields_of(type(thing))[field].startswith("list") else "…"
            yield Finding(place_of(thing), codes.MISSING_FIELD, text, f"Add {field}={value}.")


def _unstorable(thing: Declared) -> Iterator[Finding]:
    """Texts with lone surrogates, which no file can hold; names are checked elsewhere."""
    for field in fields_of(type(thing)):
        value = getattr(thing, field)
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isascii() and field != "name" and _has_lone(text):
                what = f"'{field}' of {called(thing)} has a lone surrogate in it: '{shown(text)}'."
                yield Finding(place_of(thing, field), codes.WRONG_VALUE, what)


def _has_lone(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _wrong(thing: Declared, field: str, note: str) -> Iterator[Finding]:
    value = getattr(thing, field)
    place = place_of(thing, field)
    item = item_of(note)
    if item and isinstance(value, list | tuple):
        for index, one in enumerate(value):
            if not fits(item)(one):
                text = f"'{field}[{index}]' of {called(thing)} is {said(one)}, not {words(item)}."
                yield Finding(place, codes.WRONG_TYPE, text, _mend(one, item))
        return
    if not is_written(thing, field) and value in ("", None):
        return  # missing, which is said already
    text = f"'{field}' of {called(thing)} is {said(value)}, not {words(note)}."
    yield Finding(place, codes.WRONG_TYPE, text, _mend(value, note))


def _remainder(thing: Declared, field: str, note: str) -> object:
    value: Any = getattr(thing, field)
    item = item_of(note)
    if item and isinstance(value, list | tuple):
        return [one for one in value if fits(item)(one)]
    return getattr(type(thing)(), field)


def _mend(value: object, note: str) -> str:
    """How to get from a value to its type, where the slip is a usual one."""
    if isinstance(value, list) and note.endswith("Config"):
        return "Write '*' before a list to unpack it."
    if isinstance(value, tuple) and len(value) == 1 and not item_of(note):
        return "Remove the comma behind the value."
    if item_of(note) and fits(item_of(note))(value):
        return "Write [ ] around it."
    return ""
