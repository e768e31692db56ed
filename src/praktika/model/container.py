"""What `run_in_docker` says: an image, and options for `docker run`, each behind a "+".

`image[:tag][+root][+--option=value]…`. A part may also be written with a space, `-e VAR`, and with
quotes, as a shell splits it; nothing in it is expanded.
"""

from __future__ import annotations

import shlex
from posixpath import normpath

import msgspec

from praktika.model.reference import Reference

ROOT = "root"

_LONG = {
    "-P": "--publish-all",
    "-a": "--attach",
    "-c": "--cpu-shares",
    "-d": "--detach",
    "-e": "--env",
    "-h": "--hostname",
    "-i": "--interactive",
    "-l": "--label",
    "-m": "--memory",
    "-p": "--publish",
    "-t": "--tty",
    "-u": "--user",
    "-v": "--volume",
    "-w": "--workdir",
}
_WITHOUT_VALUE = frozenset(
    {"--init", "--no-healthcheck", "--oom-kill-disable", "--privileged", "--publish-all"}
    | {"--read-only", "--disable-content-trust"}
)
# Each of these would part the job from its container, or has no meaning for one that is waited for.
_OURS = frozenset(
    {"--attach", "--cidfile", "--detach", "--detach-keys", "--help", "--interactive", "--name"}
    | {"--pull", "--restart", "--rm", "--sig-proxy", "--tty"}
)
_LIMITS = ("--memory", "--kernel-memory", "--cpu", "--blkio-", "--device-read-", "--device-write-")
_LIMIT_NAMES = frozenset(
    {"--shm-size", "--ulimit", "--pids-limit", "--oom-kill-disable", "--oom-score-adj"}
)


class Option(msgspec.Struct, frozen=True):
    """One option for `docker run`.

    Attributes:
        name: in its long form, with its dashes.
        value: None if it takes none, as `--privileged`.
    """

    name: str
    value: str | None = None

    def __str__(self) -> str:
        """One argument that cannot be read as two."""
        return self.name if self.value is None else f"{self.name}={self.value}"

    @property
    def is_limit(self) -> bool:
        """Whether it only says how much of the host a container may use."""
        return self.name in _LIMIT_NAMES or self.name.startswith(_LIMITS)


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """The container that a job asks for.

    Attributes:
        image: as written.
        options: in the order in which they are written.
        is_root: whether its user is the image's own, root unless the image says otherwise.
    """

    image: str
    options: tuple[Option, ...] = ()
    is_root: bool = False

    def __str__(self) -> str:
        """One spelling for all that mean the same."""
        parts = [self.image, *map(str, self.options), *([ROOT] if self.is_root else [])]
        return "+".join(parts)

    def has(self, name: str) -> bool:
        """Whether an option of that name is there."""
        return any(option.name == name for option in self.options)

    def values(self, name: str) -> list[str]:
        """The values of all options of that name."""
        return [option.value or "" for option in self.options if option.name == name]

    def without_limits(self) -> Container:
        """The same without what only depends on the size of a host: for keys of a cache."""
        options = tuple(option for option in self.options if not option.is_limit)
        return msgspec.structs.replace(self, options=options)


def parse(text: str) -> Container:
    """What `run_in_docker` asks for.

    Raises:
        ValueError: it has faults; the error names all of them.
    """
    container, faults = read(text)
    if faults:
        raise ValueError("; ".join(faults))
    return container


def read(text: str) -> tuple[Container, tuple[str, ...]]:
    """What of `run_in_docker` can be read, and what is wrong with the rest, a clause each."""
    image, *parts = text.split("+")
    faults = []
    try:
        Reference.parse(image)
    except ValueError as error:
        faults.append(str(error))
    options = []
    for part in parts:
        if part.strip() in {"", ROOT}:
            continue
        try:
            options.append(_option(part))
        except ValueError as error:
            faults.append(str(error))
    is_root = any(part.strip() == ROOT for part in parts)
    return Container(image=image, options=tuple(options), is_root=is_root), tuple(faults)


def is_relative(source: str) -> bool:
    """Whether the first part of a volume is a path below the workspace, not a name or absolute."""
    return source in {".", ".."} or source.startswith(("./", "../"))


def _option(part: str) -> Option:
    """The option that a part is.

    Raises:
        ValueError: it is none, or not one that can be given.
    """
    try:
        first, *rest = shlex.split(part)
    except ValueError as error:
        raise ValueError(f"`{part}` cannot be split: {error}") from None
    if not first.startswith("-"):
        raise ValueError(f"`{part}` is neither `root` nor an option, which starts with a dash")
    if first.startswith("--"):
        name, equals, value = first.partition("=")
        values = [value, *rest] if equals else rest
    else:
        name, value = _LONG.get(first[:2], first[:2]), first[2:].removeprefix("=")
        values = [value, *rest] if value else rest
    _check(part, name, values)
    return Option(name, values[0] if values else None)


def _check(part: str, name: str, values: list[str]) -> None:
    if name in _OURS:
        raise ValueError(f"`{part}` is praktika's to say; leave it out")
    if len(name) <= len("--x"):
        raise ValueError(f"`{part}` is no option of `docker run`")
    if len(values) > 1:
        raise ValueError(f"`{part}` has more than one value; put each option behind a `+`")
    if not values and name not in _WITHOUT_VALUE:
        raise ValueError(f"`{part}` has no value; write `{name}=…`")
    if "\0" in part:
        raise ValueError("an option has a NUL character in it")
    source = values[0].partition(":")[0] if values else ""
    if name == "--volume" and is_relative(source) and normpath(source).split("/")[0] == "..":
        raise ValueError(f"`{part}` leads out of the workspace")
