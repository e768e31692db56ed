"""Which file of the repository a shell line must find in order to start.

Only what is certain: the program itself, or the script that an interpreter is given, in the first
simple command of the line. What later commands need, earlier ones may make.
"""

from __future__ import annotations

import re

_END = re.compile(r"[;&|<>()\n#]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PLAIN = re.compile(r"[\w.+@%,-]*/[\w.+@%,/-]*")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
_INTERPRETER = re.compile(r"(python[\d.]*|pypy3?|node|ruby|perl|php)$")
_FIRST_ARGUMENT = frozenset({"cd", "source", "."})
_WRAPPERS = frozenset({"env", "time", "exec", "nice", "nohup", "sudo", "command", "timeout"})
_READERS = frozenset({"pytest", "py.test", "ruff", "mypy", "flake8", "pylint", "shellcheck", "cat"})


def started_file(line: str) -> str:
    """The path that must be there for the line to start, or ""."""
    words = _words(line)
    if not words:
        return ""
    program, arguments = words[0], words[1:]
    if "/" in program:
        return _plain(program)
    if program in _FIRST_ARGUMENT:
        return _plain(arguments[0]) if arguments else ""
    if program in _SHELLS or _INTERPRETER.match(program):
        return _script(arguments, is_shell=program in _SHELLS)
    return ""


def read_file(line: str) -> str:
    """The first path that a test runner or linter is given, or ""."""
    words = _words(line)
    if len(words) > 2 and words[1] == "-m" and _INTERPRETER.match(words[0]):
        words = words[2:]
    if not words or words[0] not in _READERS:
        return ""
    first = next((word for word in words[1:] if "/" in word), "")
    return _plain(first.partition("::")[0])


def _words(line: str) -> list[str]:
    """The words of the first simple command, without assignments and wrappers before it."""
    end = _END.search(line)
    words = line[: end.start() if end else None].split()
    index = 0
    is_wrapped = False
    while index < len(words):
        word = words[index]
        if word in _WRAPPERS:
            is_wrapped = True
        elif not _ASSIGNMENT.match(word) and not (is_wrapped and word[0] in "-0123456789"):
            break
        index += 1
    return words[index:]


def _script(arguments: list[str], *, is_shell: bool) -> str:
    for word in arguments:
        if not word.startswith("-"):
            return _plain(word)
        if word in ("-c", "-m") or (word == "-e" and not is_shell):
            return ""
    return ""


def _plain(word: str) -> str:
    """A word, if it is a path that no shell would change, relative to where the job starts."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        word = word[1:-1]
    is_plain = _PLAIN.fullmatch(word) and not word.startswith("/") and "..." not in word
    return word if is_plain else ""
