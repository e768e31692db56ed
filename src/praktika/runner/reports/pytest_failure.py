"""pytest's structured account of a failure ("longrepr") as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from praktika.runner.reports.raw.text import PART_LIMIT, Excerpt, excerpt, joined, word

_PLACE = ("path", "lineno", "message")


def failure_text(longrepr: Any) -> str:
    """The message and the traceback, chained causes first."""
    if isinstance(longrepr, str):
        return excerpt(longrepr, PART_LIMIT)
    if not isinstance(longrepr, dict):
        return word(longrepr)
    text = Excerpt(PART_LIMIT)
    for line in _lines(longrepr):
        text.add(f"{line}\n")
    return joined(word(_get(longrepr, "reprcrash", "message")), str(text))


def skip_reason(longrepr: Any) -> str:
    """Why something was skipped: `[file, line, "Skipped: why"]`."""
    match longrepr:
        case [_, _, str() as reason]:
            return reason.removeprefix("Skipped: ")
    return failure_text(longrepr)


def captured(sections: Any) -> str:
    """What the test printed and logged, each stream under its title."""
    if not isinstance(sections, list):
        return ""
    text = Excerpt(PART_LIMIT)
    for section in sections:
        match section:
            case [str() as title, str() as content] if content.strip():
                text.add(f"{title}:\n{content.rstrip()}\n\n")
    return str(text).rstrip()


def subtest(context: Any) -> str:
    """How pytest itself names a subtest, `[message] (key=value)`, with a line break; or ""."""
    if not isinstance(context, dict):
        return ""
    message, values = context.get("msg"), context.get("kwargs")
    words = [f"[{word(message)}]"] if message else []
    if isinstance(values, dict) and values:
        pairs = (f"{key}={word(value)}" for key, value in values.items())
        words.append(f"({', '.join(pairs)})")
    return f"Subtest {' '.join(words)}:\n" if words else ""


def _lines(longrepr: dict[str, Any]) -> Iterator[str]:
    chain = longrepr.get("chain")
    if not isinstance(chain, list) or not chain:
        chain = [[longrepr.get("reprtraceback"), None, None]]
    for link in chain:
        if not isinstance(link, list) or not link:
            continue
        yield from _traceback(link[0])
        if isinstance(link[-1], str):
            yield f"\n{link[-1]}\n"
    sections = longrepr.get("sections")
    for section in sections if isinstance(sections, list) else ():
        if isinstance(section, list) and len(section) > 1:
            yield f"\n{word(section[0])}\n{word(section[1])}"


def _traceback(traceback: Any) -> Iterator[str]:
    entries = traceback.get("reprentries") if isinstance(traceback, dict) else None
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if number:
            yield ""
        lines = _get(entry, "data", "lines")
        yield from map(word, lines if isinstance(lines, list) else ())
        place = _get(entry, "data", "reprfileloc")
        if isinstance(place, dict):
            yield "\n{}:{}: {}".format(*(word(place.get(key)) for key in _PLACE))


def _get(value: Any, *keys: str) -> Any:
    """What lies at the end of these keys, or ""."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return "" if value is None else value
