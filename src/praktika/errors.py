"""The tree of errors, and what each means for whoever runs praktika.

    PraktikaError
    ├── AuthorError      the declaration is wrong: problems, no traceback      exit 2
    ├── OperatorError    the environment is wrong: what, and how to mend it    exit 3
    │   ├── Denied       a store or service refused these credentials
    │   ├── Absent       a named thing is not there
    │   └── OutOfSpace   a disk is full; jobs that end may make room
    ├── Conflict         somebody else was first; look again
    └── TransientError   it may work when tried again                          exit 4
        ├── Unavailable  a store or service did not answer
        └── Limited      a service wants to be left alone for a while

Anything else that is raised is a bug of praktika itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from praktika.model.problem import Problem


class PraktikaError(Exception):
    """Something that praktika expects to happen; its text is for people."""

    exit_code: ClassVar[int] = 1


class AuthorError(PraktikaError):
    """The declaration has problems; `str()` lists all of them, one a line."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem] = (), text: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__(text or "\n".join(map(str, self.problems)))


class OperatorError(PraktikaError):
    """The surroundings are wrong; the text says what, and how to mend it."""

    exit_code = 3


class Denied(OperatorError):
    """These credentials may not do that. Never raised for something that is merely absent."""


class Unrecognised(Denied):
    """These credentials are of nobody that the service knows; others may have replaced them."""


class Absent(OperatorError):
    """There is nothing of that name. Never raised for something that is merely forbidden."""


class OutOfSpace(OperatorError):
    """A disk is full. When a job ends, its workspace is removed, which may help."""


class Conflict(PraktikaError):
    """Somebody else was first; read again and decide anew."""


class TransientError(PraktikaError):
    """It may work when tried again."""

    exit_code = 4


class Unavailable(TransientError):
    """A store or service did not answer."""


class Limited(TransientError):
    """A service wants to be left alone until `until`, in seconds since the epoch."""

    def __init__(self, text: str, until: float) -> None:
        super().__init__(text)
        self.until = until
