"""The common part of everything that an author declares.

A subclass lists its fields as annotated class attributes, as a dataclass does; from them come the
constructor, the checks of `check.fields` and the documentation. It is not a dataclass because a
dataclass raises at the first unknown argument, and because importing `dataclasses` would cost
every job script and every `praktika check` another ten milliseconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from praktika.pipeline import codes
from praktika.pipeline.finding import NOWHERE, Finding, Place, Severity, warning

T = TypeVar("T")

_OURS = __file__.rpartition("pipeline")[0]  # the directory of the praktika package


class _Fresh:
    """Marks a field whose default is made anew for every object."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], object]) -> None:
        self.factory = factory


def fresh(*, factory: Callable[[], T]) -> T:
    """The default of a field that each object needs its own copy of: a list, a dict."""
    return _Fresh(factory)  # type: ignore[return-value]


def caller() -> Place:
    """File and line of the innermost frame that is not praktika's own: the author's."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented cheap way to a frame
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return NOWHERE if frame is None else (frame.f_code.co_filename, frame.f_lineno)


@dataclass_transform(kw_only_default=True, field_specifiers=(fresh,))
class Declared:
    """An object that an author declares.

    Building one from any arguments succeeds. Attributes may be assigned later; each field
    remembers where its value was written.
    """

    KIND: ClassVar[str] = "object"
    RENAMED: ClassVar[dict[str, str]] = {}
    GONE: ClassVar[dict[str, str]] = {}
    UNKNOWN_SEVERITY: ClassVar[Severity] = "error"
    CHECKED_BY: ClassVar[str] = ""
    """The module that judges objects of this kind, loaded when one is declared."""

    _fields: ClassVar[dict[str, str]] = {}
    _required: ClassVar[tuple[str, ...]] = ()
    _fresh: ClassVar[dict[str, Callable[[], object]]] = {}

    _where: Place
    _written: dict[str, Place]
    _others: tuple[tuple[str, Place], ...] = ()
    _remarks: tuple[Finding, ...] = ()
    _origins: tuple[Declared, ...] = ()

    def __init_subclass__(cls) -> None:
        own = {
            name: note
            for name, note in cls.__annotations__.items()
            if not name.startswith("_") and not note.startswith("ClassVar")
        }
        made: dict[str, Callable[[], object]] = {}
        required = []
        for name, note in own.items():
            default = cls.__dict__.get(name, cls)
            if default is cls:  # no default: required, and reads as the empty value
                required.append(name)
                default = _empty(note)
                if not isinstance(default, _Fresh):
                    setattr(cls, name, default)
            if isinstance(default, _Fresh):
                made[name] = default.factory
        cls._fields = {**cls._fields, **own}
        cls._required = (*cls._required, *required)
        cls._fresh = {**cls._fresh, **made}

    def __init__(self, *args: object, **kwargs: object) -> None:
        state = self.__dict__
        where = caller()
        state["_where"] = where
        state["_written"] = written = {}
        for name, factory in self._fresh.items():
            state[name] = factory()
        if args:
            self._take_positional(args, kwargs)
        fields = self._fields
        for name, value in kwargs.items():
            if name in fields:
                state[name] = value
                written[name] = where
            else:
                self._take_other(name, value, where)

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._fields:
            self.__dict__[name] = value
            self._written[name] = caller()
        elif name.startswith("_"):
            self.__dict__[name] = value
        else:
            self._take_other(name, value, caller())

    def __getattr__(self, name: str) -> Any:
        newer = type(self).RENAMED.get(name)
        if newer is None:
            raise AttributeError(f"{self.KIND} has no attribute '{name}'")
        return getattr(self, newer)

    def __repr__(self) -> str:
        name = self.__dict__.get("name", "")
        return f"{self.KIND}({name!r})"

    def copy(self) -> Self:
        """A deep copy: what is changed on it does not change the original."""
        clone = object.__new__(type(self))
        clone.__dict__.update((name, copied(value)) for name, value in self.__dict__.items())
        return clone

    def copy_shallow(self) -> Self:
        """A copy that shares its values with the original."""
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone

    def _with(self, **changes: object) -> Self:
        """A copy with other values, which count as written where the author asked for them."""
        clone = self.copy()
        where = caller()
        for name, value in changes.items():
            clone.__dict__[name] = value
            clone.__dict__["_written"][name] = where
        return clone

    def _take_positional(self, args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        names = list(self._fields)
        for name, value in zip(names, args, strict=False):
            kwargs.setdefault(name, value)
        if len(args) > len(names):
            text = f"{self.KIND} takes at most {len(names)} values, not {len(args)}."
            remark(self, Finding(self._where, codes.UNKNOWN_ATTRIBUTE, text))

    def _take_other(self, name: str, value: object, where: Place) -> None:
        """Remember a value under a name that is no field: an older name, or a mistake."""
        newer = type(self).RENAMED.get(name)
        if newer is not None:
            self.__dict__[newer] = value
            self._written[newer] = where
        else:
            self.__dict__[name] = value
        self.__dict__["_others"] = (*self._others, (name, where))


def remark(thing: Declared, finding: Finding) -> None:
    """Remember on an object that something about it looks odd."""
    thing.__dict__["_remarks"] = (*remarks_of(thing), finding)


def renamed(where: Place, older: str, newer: str) -> Finding:
    """The finding that something was called by an older name."""
    return warning(where, codes.DEPRECATED, f"{older} is an older name.", f"Write '{newer}'.")


def place_of(thing: Declared, field: str = "") -> Place:
    """Where a field got its value; without one, or for a default, where the object was built."""
    return thing._written.get(field, thing._where)  # noqa: SLF001 - this module's own


def remarks_of(thing: Declared) -> tuple[Finding, ...]:
    """What looked odd while the object was built."""
    return thing._remarks  # noqa: SLF001 - this module's own


def others_of(thing: Declared) -> tuple[tuple[str, Place], ...]:
    """The names that the author used and that are no fields, each with its place."""
    return thing._others  # noqa: SLF001 - this module's own


def origins_of(thing: Declared) -> tuple[Declared, ...]:
    """The objects that this one took values from, such as the set of a parametrized job."""
    return thing._origins  # noqa: SLF001 - this module's own


def is_written(thing: Declared, field: str) -> bool:
    """Whether the author gave the field a value."""
    return field in thing._written  # noqa: SLF001 - this module's own


def fields_of(kind: type[Declared]) -> dict[str, str]:
    """The names of a kind's fields, with their types as written in its class."""
    return kind._fields


def required_of(kind: type[Declared]) -> tuple[str, ...]:
    """The names of the fields that have no default."""
    return kind._required  # noqa: SLF001 - this module's own


def parts_of(thing: Declared) -> Iterator[Declared]:
    """The declared objects that an object holds, one level down."""
    for name in thing._fields:
        value = getattr(thing, name)
        if isinstance(value, Declared):
            yield value
        elif isinstance(value, list | tuple):
            for item in value:
                if isinstance(item, Declared):
                    yield item


def _empty(note: str) -> object:
    """What a required field reads as when its value is missing."""
    if note.startswith("list["):
        return _Fresh(list)
    return "" if note.startswith("str") else None


def copied(value: Any) -> Any:
    """A deep copy of lists, dicts and declared objects; anything else is shared."""
    if isinstance(value, Declared):
        return value.copy()
    if type(value) is list:
        return [copied(item) for item in value]
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return value
