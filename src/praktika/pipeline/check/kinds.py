"""The types of fields, as their classes write them: `str`, `list[str]`, `JobDigest | None`.

`fits` makes a test of such a text, `words` says it to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from praktika.pipeline.declare.declared import Declared

Test = Callable[[object], bool]

_WORDS = {
    "str": "a string",
    "bool": "True or False",
    "int": "a number",
    "float": "a number",
    "None": "None",
    "JobConfig": "a Job",
    "ArtifactConfig": "an Artifact",
    "DockerConfig": "a Docker",
    "SecretConfig": "a Secret",
    "JobDigest": "a Job.CacheDigestConfig",
    "WorkflowInput": "a Workflow.Config.InputConfig",
    "AdviserConfig": "a Workflow.OrchestratorAI.Config",
}
_PLURAL = {
    "str": "strings",
    "JobConfig": "Jobs",
    "ArtifactConfig": "Artifacts",
    "DockerConfig": "Dockers",
    "SecretConfig": "Secrets",
    "WorkflowInput": "InputConfigs",
}


@cache
def fits(note: str) -> Test:
    """A test whether a value is of the type that the text names."""
    choices = _choices(note)
    if len(choices) > 1:
        tests = [fits(choice) for choice in choices]
        return lambda value: any(test(value) for test in tests)
    simple = _SIMPLE.get(note)
    if simple is not None:
        return simple
    if note.startswith("list["):
        item = fits(item_of(note))
        return lambda value: isinstance(value, list | tuple) and all(map(item, value))
    if note.startswith("dict[str, "):
        item = fits(note[len("dict[str, ") : -1])
        return lambda value: isinstance(value, dict) and _all_named(value, item)
    if note.startswith("Callable"):
        return callable
    return lambda value: isinstance(value, Declared) and _is_a(type(value), note)


def item_of(note: str) -> str:
    """`X` of the choice `list[X]` in a type, or "" when no choice is a list."""
    for choice in _choices(note):
        if choice.startswith("list["):
            return choice[len("list[") : -1]
    return ""


@cache
def words(note: str) -> str:
    """A type in words: `a string or a list of strings`."""
    said: list[str] = []
    for choice in _choices(note):
        word = _word(choice)
        if word not in said:
            said.append(word)
    return " or ".join(said)


def _word(choice: str) -> str:
    if choice.startswith("list["):
        item = choice[len("list[") : -1]
        return f"a list of {_PLURAL.get(item, words(item))}" if item != "Any" else "a list"
    if choice.startswith("dict["):
        return "a dict with strings as keys"
    if choice.startswith("Callable"):
        return "a function"
    return _WORDS.get(choice, choice)


def _choices(note: str) -> list[str]:
    """The alternatives of a type: what stands between its outer bars."""
    depth, start, found = 0, 0, []
    for index, char in enumerate(note):
        depth += (char == "[") - (char == "]")
        if char == "|" and not depth:
            found.append(note[start:index].strip())
            start = index + 1
    return [*found, note[start:].strip()]


def _all_named(value: dict[object, object], item: Test) -> bool:
    return all(isinstance(key, str) and item(one) for key, one in value.items())


def _is_a(kind: type, name: str) -> bool:
    return any(parent.__name__ == name for parent in kind.__mro__)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SIMPLE: dict[str, Test] = {
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": _is_number,
    "float": _is_number,
    "None": lambda value: value is None,
    "Any": lambda _: True,
}
