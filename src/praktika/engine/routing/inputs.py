"""What is given when a workflow is dispatched, checked against what it asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from praktika.errors import AuthorError
from praktika.model.facts import InputValue
from praktika.model.routes import Input

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LONGEST = 20_000
"""Characters of all texts together, which have to travel in one message."""

_LARGEST = 2**53
"""Up to here every program that reads JSON sees the same number."""


def checked(inputs: Sequence[Input], given: Mapping[str, InputValue]) -> dict[str, InputValue]:
    """The value of each input, as its kind has it; defaults where nothing is given.

    An input that is neither given nor has a default is left out. An empty text counts as given
    only for an input of text that need not be there.

    Args:
        inputs: what the workflow asks for.
        given: by name, as typed by a person or as sent by a program.

    Raises:
        AuthorError: something is unknown, missing or wrong; the text names all of it.
    """
    faults = [_unknown(name, inputs) for name in given if name not in {it.name for it in inputs}]
    values: dict[str, InputValue] = {}
    for each in inputs:
        value = given.get(each.name)
        if value is None or (value == "" and (each.required or each.kind != "text")):
            if each.default is not None:
                values[each.name] = each.default
            elif each.required:
                faults.append(f"input '{each.name}' is missing{_described(each)}")
            continue
        try:
            values[each.name] = _read(each, value)
        except ValueError as error:
            faults.append(f"input '{each.name}' {error}")
    length = sum(len(value) for value in values.values() if isinstance(value, str))
    if length > _LONGEST:
        faults.append(f"the inputs have {length:,} characters; {_LONGEST:,} are the most")
    if faults:
        raise AuthorError(text="\n".join(faults))
    return values


def _read(declared: Input, value: InputValue) -> InputValue:
    match declared.kind:
        case "boolean":
            return _boolean(value)
        case "number":
            return _number(value)
        case "choice":
            return _choice(declared.options, value)
        case _:
            return _text(value)


def _boolean(value: InputValue) -> bool:
    word = str(value).strip().lower()
    if word not in _WORDS:
        raise ValueError(f"is {_quoted(value)}; it is true or false")
    return _WORDS[word]


def _number(value: InputValue) -> int | float:
    if isinstance(value, bool):
        raise ValueError(f"is {_quoted(value)}; it is a number")  # noqa: TRY004 - read as the others
    for kind in (int, float):
        try:
            number = kind(value) if isinstance(value, str) else value
        except ValueError:
            continue
        if abs(number) <= _LARGEST:  # neither infinite nor no number
            return number
    raise ValueError(f"is {_quoted(value)}; it is a number")


def _choice(options: Sequence[str], value: InputValue) -> str:
    text = value if isinstance(value, str) else _quoted(value)
    if text not in options:
        known = ", ".join(f"'{option}'" for option in options)
        raise ValueError(f"is {_quoted(value)}; it is one of {known}.{_meant(text, options)}")
    return text


def _text(value: InputValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is {_quoted(value)}; it is a text")  # noqa: TRY004 - read as the others
    if value.encode("utf-8", "replace").decode() != value:
        raise ValueError("is not written in UTF-8")
    return value


def _unknown(name: str, inputs: Sequence[Input]) -> str:
    names = [each.name for each in inputs]
    known = ", ".join(f"'{each}'" for each in names)
    there = f"there are {known}." if known else "the workflow has none"
    return f"there is no input '{name}'; {there}{_meant(name, names)}"


def _meant(word: str, known: Sequence[str]) -> str:
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(word.casefold(), folded, n=1)
    return f" Did you mean '{folded[close[0]]}'?" if close else ""


def _described(declared: Input) -> str:
    return f": {declared.description}" if declared.description else ""


def _quoted(value: InputValue) -> str:
    """The value in words, cut where nobody would read on; booleans and numbers as JSON has them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value[:100]}'" if isinstance(value, str) else str(value)
