"""Classes that list their own constants, objects that are files, and a change of folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any, Self

from praktika.sdk.files import read_json, to_json, write_atomic
from praktika.sdk.job.local import git


class WithIter(type):
    """A metaclass: iterating the class gives the values of its public attributes."""

    def __iter__(cls) -> Iterator[Any]:
        return (value for name, value in vars(cls).items() if not name.startswith("_"))


class Serializable(ABC):
    """An object whose attributes are stored as JSON in a file of its own."""

    @classmethod
    @abstractmethod
    def file_name_static(cls, name: str) -> str:
        """Path of the file of the object of that name."""

    @classmethod
    def from_dict(cls, obj: dict[str, Any]) -> Self:
        """The object with these attributes."""
        return cls(**obj)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """The object in a file; raises OSError or ValueError if there is none."""
        return cls.from_dict(read_json(path))

    @classmethod
    def from_fs(cls, name: str) -> Self:
        """The stored object of that name; raises OSError or ValueError if there is none."""
        return cls.from_file(cls.file_name_static(name))

    @classmethod
    def exist(cls, name: str) -> bool:
        """Whether an object of that name is stored."""
        return Path(cls.file_name_static(name)).is_file()

    def to_dict(self) -> dict[str, Any]:
        """The attributes by name."""
        return dict(vars(self))

    def to_json(self, *, pretty: bool = False) -> str:
        """The attributes as JSON."""
        return to_json(self.to_dict(), indent=4 if pretty else None).decode()

    def file_name(self) -> str:
        """Path of this object's file; its attribute `name` is the name."""
        return self.file_name_static(str(getattr(self, "name", "")))

    def dump(self) -> Self:
        """Write this object's file."""
        write_atomic(self.file_name(), to_json(self.to_dict(), indent=4))
        return self


class MetaClasses:
    """What job scripts derive their classes from."""

    WithIter = WithIter
    Serializable = Serializable


class ContextManager:
    """Things that hold for a while."""

    @staticmethod
    @contextmanager
    def cd(to: str | Path | None = None) -> Iterator[None]:
        """Work in another folder: by default the root of the repository around this one."""
        with chdir(to or git("rev-parse", "--show-toplevel") or "."):
            yield
