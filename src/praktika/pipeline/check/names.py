"""Names: any text that can be shown, each used once.

Spaces, quotes, slashes, emoji and three hundred characters are fine, and so are names that look
alike once normalised ("A B", "A_B"): a job's key carries a hash of its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from unicodedata import category

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import Declared, is_written, place_of
from praktika.pipeline.finding import Finding, Place

Show = Callable[[Place], str]


def check_names(things: Iterable[Declared], show: Show) -> Iterator[Finding]:
    """What is wrong with the names of objects of one kind that stand together.

    Args:
        things: jobs of a workflow, its artifacts, all workflows …
        show: a place as text, for "first declared at".
    """
    first: dict[str, Declared] = {}
    for thing in things:
        names = thing.name if isinstance(thing.name, list) else [thing.name]
        for name in names:
            yield from _check_text(thing, name)
            earlier = first.setdefault(name.casefold(), thing) if name else thing
            if earlier is not thing:
                yield _duplicate(thing, name, earlier, show)


def unprintable(name: str) -> str:
    """The characters of a name that no terminal, file or page can show as they are."""
    if name.isprintable():
        return ""
    return "".join(char for char in name if category(char) in ("Cc", "Cs"))


def _check_text(thing: Declared, name: str) -> Iterator[Finding]:
    place = place_of(thing, "name")
    if not name.strip():
        if is_written(thing, "name"):
            yield Finding(place, codes.BAD_NAME, f"A {thing.KIND} has an empty name.")
        return
    bad = unprintable(name)
    if bad:
        text = f"The name of {called(thing)} has {_listed(bad)} in it."
        hint = "Use any text without control characters and lone surrogates."
        yield Finding(place, codes.BAD_NAME, text, hint)


def _duplicate(thing: Declared, name: str, earlier: Declared, show: Show) -> Finding:
    place, before = place_of(thing, "name"), place_of(earlier, "name")
    other = earlier.name
    differs = isinstance(other, str) and other != name
    how = f"differs from '{shown(other)}' in case only" if differs else "is declared twice"
    where = f"; the first is at {show(before)}" if place != before else ""
    text = f"{thing.KIND} '{shown(name)}' {how}{where}."
    return Finding(place, codes.DUPLICATE_NAME, text, "Give each a name of its own.")


def _listed(characters: str) -> str:
    return ", ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(characters))
