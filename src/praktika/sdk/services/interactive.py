"""UserPrompt: questions to whoever runs a script by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from praktika.sdk.shell.output import say

T = TypeVar("T")


class UserPrompt:
    """Questions on the terminal. Without one they raise EOFError, instead of waiting for ever."""

    @classmethod
    def confirm(cls, question: str, *, default: bool = False) -> bool:
        """Whether the answer is yes; an empty answer is the default."""
        hint = "Y/n" if default else "y/N"
        while True:
            answer = _ask(f"{question} [{hint}] ").lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return answer.startswith("y") if answer else default
            say("Please answer y or n.")

    @classmethod
    def get_string(cls, question: str, validator: Callable[[str], bool] | None = None) -> str:
        """An answer that the validator accepts; by default any that is not empty."""
        accepts = validator or bool
        while True:
            answer = _ask(f"{question}: ")
            if accepts(answer):
                return answer
            say("That is not a possible answer.")

    @classmethod
    def get_number(cls, question: str, validator: Callable[[int], bool] | None = None) -> int:
        """A whole number that the validator accepts; by default any."""

        def accepts(text: str) -> bool:
            number = _number(text)
            return number is not None and (validator is None or validator(number))

        return int(cls.get_string(question, accepts))

    @classmethod
    def select_from_menu(cls, menu: Sequence[tuple[str, T]], question: str = "Your choice") -> T:
        """What belongs to the chosen line of a menu.

        Args:
            menu: pairs of a line and what it stands for.
            question: asked below the menu.
        """
        for number, (line, _) in enumerate(menu, 1):
            say(f"{number:>3}. {line}")
        chosen = cls.get_number(question, lambda number: 1 <= number <= len(menu))
        return menu[chosen - 1][1]


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise EOFError(f"there is no terminal to ask: {question}")
    return input(question).strip()


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
