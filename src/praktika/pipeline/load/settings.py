"""The repository's settings: executed file by file, and judged."""

# ruff: noqa: PTH123 - importing pathlib costs start-up time

from __future__ import annotations

from _ast import PyCF_ONLY_AST
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from praktika.pipeline import codes
from praktika.pipeline.finding import Finding, Place, warning
from praktika.pipeline.load.failures import failure
from praktika.pipeline.suggest import is_misspelt
from praktika.sdk import settings

_BACKENDS = ("", "local", "aws")
_LONGEST = 1e9
_MOST_PAUSES = 10


class Read(NamedTuple):
    """What the settings files say.

    Attributes:
        values: all settings by name.
        places: where the author set one.
        findings: what is wrong with them.
    """

    values: dict[str, Any]
    places: dict[str, Place]
    findings: list[Finding]


def read_settings(root: str, begin: Callable[[str], None]) -> Read:
    """Execute the settings files of a repository; `begin` is told each before."""
    namespaces: list[dict[str, Any]] = []
    places: dict[str, Place] = {}
    findings: list[Finding] = []
    for path in settings.files(root):
        begin(path)
        try:
            names = settings.execute(path)
        except BaseException as error:  # noqa: BLE001 - the author's code may raise anything
            findings.append(failure(error, root, path))
            continue
        namespaces.append(names)
        findings.extend(_judge(path, names, places))
    return Read(settings.combine(namespaces), places, findings)


def _judge(path: str, names: dict[str, Any], places: dict[str, Place]) -> Iterator[Finding]:
    known = [name for name in names if name in settings.DEFAULTS]
    gone = [name for name in names if name in settings.GONE]
    slips = dict(_slips(names))
    if not (known or gone or slips):
        return
    lines = _lines(path)
    places.update((name, (path, lines.get(name, 0))) for name in known)
    for name in known:
        default, value = settings.DEFAULTS[name], names[name]
        if default is not None and not _is_like(value, default):
            text = f"{name} is a {type(value).__name__}, not a {type(default).__name__}."
            yield Finding(places[name], codes.WRONG_TYPE, text)
        elif name in _RULES:
            rule, meant, hint = _RULES[name]
            if not rule(value):
                text = f"{name} is not {meant}."
                yield Finding(places[name], codes.WRONG_VALUE, text, hint)
    for name in gone:
        if name in lines:
            newer = settings.GONE[name]
            hint = f"Write {newer}." if newer else "Remove it."
            text = f"{name} is a setting of earlier versions."
            yield warning((path, lines[name]), codes.DEPRECATED, text, hint)
    for name, meant in slips.items():
        if name in lines:
            text = f"{name} is no setting. Did you mean {meant}?"
            yield warning((path, lines[name]), codes.UNKNOWN_SETTING, text)


def _is_backend(value: Any) -> bool:
    return value in _BACKENDS


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LONGEST


def _is_amount(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_pauses(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) > _MOST_PAUSES:
        return False
    return all(map(_is_duration, value))


_RULES: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "BACKEND": (
        _is_backend,
        "a place that praktika can run in",
        'Use "" for one machine, or "aws".',
    ),
    "ARTIFACT_MAX_BYTES": (_is_amount, "a whole number above 0", "Write bytes, such as 64 << 30."),
    "ARTIFACT_MAX_FILES": (_is_amount, "a whole number above 0", ""),
    "RUNNER_PICKUP_TIMEOUT_S": (_is_duration, "seconds from 0 on", "0 means never."),
    "RUNNER_OVERTIME_S": (_is_duration, "seconds from 0 on", "0 means never."),
    "RETRY_PAUSES_S": (
        _is_pauses,
        "a list of at most 10 numbers from 0 on",
        "Write the seconds before the second attempt, the third …, such as [1, 10].",
    ),
}
"""What a setting must be beyond its type: the test, the same in words, and what to write."""


def _slips(names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that are a slip of the finger away from a setting that the file does not set.

    Any other name is the author's own.
    """
    for name in names:
        if name in settings.DEFAULTS or name in settings.GONE or name.startswith("_"):
            continue
        meant = next((known for known in settings.DEFAULTS if is_misspelt(name, known)), "")
        if meant and meant not in names:
            yield name, meant


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int):
        return isinstance(value, int | float)
    if isinstance(default, list):
        return isinstance(value, list | tuple | set | frozenset)
    return isinstance(value, type(default))


def _lines(path: str) -> dict[str, int]:
    """The line of the last assignment to each name in a file, at any depth outside functions."""
    with open(path, "rb") as file:
        tree: Any = compile(file.read(), path, "exec", PyCF_ONLY_AST, dont_inherit=True)
    lines: dict[str, int] = {}
    stack: list[Any] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        for target in (*getattr(node, "targets", ()), getattr(node, "target", None)):
            name = getattr(target, "id", None)
            if name:
                lines[name] = node.lineno
        if type(node).__name__ in ("If", "Try", "With", "For"):
            stack.extend(reversed([*node.body, *getattr(node, "orelse", ())]))
    return lines
