"""Digests of files, as tags of images and keys of caches.

A digest covers each file's path, whether it is executable, and its content, each with its length,
so that a rename or bytes that move from one file to the next give another digest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from praktika.sdk.host.files import traverse_paths

_LENGTH = 20


class Digest:
    """Digests as hexadecimal digits."""

    @classmethod
    def calc_files_digest(
        cls,
        include_paths: Iterable[str | Path],
        exclude_paths: Iterable[str | Path] = (),
        length: int = 64,
    ) -> str:
        """The SHA-256 of files and folders.

        Args:
            include_paths: files and folders; their order does not matter.
            exclude_paths: files and folders to leave out.
            length: how many digits of it are wanted.

        Raises:
            FileNotFoundError: an included path is not there.
        """
        files = traverse_paths(include_paths, exclude_paths)
        digest = hashlib.sha256()
        for path in sorted(map(os.path.normpath, files)):
            _add(digest, path)
        return digest.hexdigest()[:length]

    @classmethod
    def calc_docker_digest(cls, docker_config: Any, all_dockers: Sequence[Any] = ()) -> str:
        """The 20 digits that are the tag of an image.

        Args:
            docker_config: a declared image; its `path` is the folder that it is built from, and
                `depends_on` the names of the images that it builds upon.
            all_dockers: the declared images, among them those that it depends on.

        Raises:
            ValueError: it depends on an image that is not declared, or on itself.
        """
        return cls._docker(docker_config, {each.name: each for each in all_dockers}, ())

    @classmethod
    def _docker(cls, config: Any, known: dict[str, Any], trail: tuple[str, ...]) -> str:
        if config.name in trail:
            raise ValueError(f"images depend on each other: {' -> '.join((*trail, config.name))}")
        digest = hashlib.sha256()
        for name in config.depends_on or ():
            if name not in known:
                raise ValueError(f"image '{config.name}' depends on '{name}', which is unknown")
            part = cls._docker(known[name], known, (*trail, config.name))
            digest.update(f"{name}\0{part}\0".encode())
        digest.update(cls.calc_files_digest([config.path]).encode())
        return digest.hexdigest()[:_LENGTH]


def _add(digest: Any, path: str) -> None:
    name = path.encode("utf-8", "surrogateescape")
    with Path(path).open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
        mode = b"x" if os.fstat(file.fileno()).st_mode & 0o111 else b"-"
    digest.update(len(name).to_bytes(8, "big") + name + mode + content)
