"""S3: what job scripts do with object storage.

In a local run objects are files below `TEMP_DIR/s3_local`. Paths are `bucket/key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from praktika.sdk.job.environment import Environment
from praktika.sdk.services.errors import NotInThisRelease, ServiceFailed
from praktika.sdk.services.s3_local import LocalStore
from praktika.sdk.settings import Settings
from praktika.sdk.shell.output import complain

_VERSION = "version"


class S3:
    """Object storage. What fails raises ServiceFailed, or is told and returned with `no_strict`."""

    @classmethod
    def copy_file_to_s3(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        s3_path: str,
        local_path: str | Path,
        *,
        text: bool = False,
        with_rename: bool = False,
        no_strict: bool = False,
        content_type: str = "",
        content_encoding: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """The address of the stored file, or "" if it could not be stored and `no_strict`.

        Args:
            s3_path: a folder, to which the file's name is added; a path whose last part is that
                name, or any path with `with_rename`, is the object itself.
            local_path: of the file.
            text: say that it is plain text.
            with_rename: `s3_path` is the object, whatever the file's name.
            no_strict: do not raise.
            content_type: what to say that it is.
            content_encoding: how its bytes are packed.
            tags: for the object.

        Raises:
            ServiceFailed: it could not be stored, unless `no_strict`.
        """
        source = Path(local_path)
        key = s3_path.rstrip("/")
        if not with_rename and key.rpartition("/")[2] != source.name:
            key = f"{key}/{source.name}"
        meta = {
            "content_type": content_type or ("text/plain; charset=utf-8" if text else ""),
            "content_encoding": content_encoding,
            "tags": dict(tags or {}),
        }
        try:
            _store().put(key, source, meta)
        except OSError as error:
            _fail(f"{source} could not be stored as {key}: {error}", no_strict=no_strict)
            return ""
        return _store().path(key).absolute().as_uri()

    @classmethod
    def upload_asset_streaming(cls, s3_path: str, local_path: str | Path) -> str:
        """The address of a stored file that belongs to a page; `s3_path` is the object."""
        return cls.copy_file_to_s3(s3_path, local_path, with_rename=True)

    @classmethod
    def copy_file_from_s3(
        cls,
        s3_path: str,
        local_path: str | Path,
        *,
        recursive: bool = False,
        include_pattern: str = "",
        no_strict: bool = False,
    ) -> bool:
        """Whether an object was there; it is copied now.

        Args:
            s3_path: the object; with `recursive` a folder.
            local_path: a file, or a folder that is there or ends with "/".
            recursive: copy all objects below `s3_path`, in their folders.
            include_pattern: with `recursive`, only those whose path below it matches this glob.
            no_strict: do not raise.

        Raises:
            ServiceFailed: it was not there, unless `no_strict`.
        """
        store, target = _store(), Path(local_path)
        if recursive:
            prefix = s3_path.rstrip("/")
            found = list(store.keys(prefix, include_pattern or "*"))
            for key in found:
                store.get(key, target / key.removeprefix(f"{prefix}/"))
        else:
            if target.is_dir() or str(local_path).endswith("/"):
                target /= s3_path.rpartition("/")[2]
            found = [s3_path] if store.get(s3_path, target) else []
        if not found:
            _fail(f"there is nothing at {s3_path}", no_strict=no_strict)
        return bool(found)

    @classmethod
    def copy_file_from_s3_matching_pattern(
        cls, s3_path: str, local_path: str | Path, include: str, *, no_strict: bool = False
    ) -> bool:
        """Whether objects below `s3_path` matched the glob; they are copied into the folder."""
        return cls.copy_file_from_s3(
            s3_path, local_path, recursive=True, include_pattern=include, no_strict=no_strict
        )

    @classmethod
    def put(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        s3_path: str,
        local_path: str | Path,
        *,
        text: bool = False,
        metadata: Mapping[str, str] | None = None,
        if_none_matched: bool = False,
        if_match: str = "",
        no_strict: bool = False,
    ) -> bool:
        """Whether the object was stored; False if the condition does not hold.

        Args:
            s3_path: the object.
            local_path: the file with its bytes.
            text: say that it is plain text.
            metadata: words by name, kept beside the object.
            if_none_matched: only if there is no such object.
            if_match: only if this is its etag.
            no_strict: do not raise.

        Raises:
            ServiceFailed: the file could not be read or written, unless `no_strict`.
        """
        meta = {"metadata": dict(metadata or {}), "content_type": "text/plain" if text else ""}
        try:
            return _store().put(
                s3_path, Path(local_path), meta, absent=if_none_matched, etag=if_match
            )
        except OSError as error:
            _fail(f"{local_path} could not be stored as {s3_path}: {error}", no_strict=no_strict)
            return False

    @classmethod
    def head_object(cls, s3_path: str) -> dict[str, Any] | None:
        """`{etag, size, metadata, tags, content_type …}` of an object, None if there is none."""
        return _store().head(s3_path)

    @classmethod
    def delete(cls, s3_path: str) -> bool:
        """Whether there was such an object; there is none now."""
        return _store().delete(s3_path)

    @classmethod
    def clean_s3_directory(cls, s3_path: str, include: str = "*") -> int:
        """How many objects below the path were deleted, because their path matches the glob."""
        store = _store()
        return sum(store.delete(key) for key in list(store.keys(s3_path, include)))

    @classmethod
    def copy_file_to_s3_with_version(
        cls, s3_path: str, local_path: str | Path, version: int
    ) -> bool:
        """Whether a new version of an object was stored.

        Args:
            s3_path: the object.
            local_path: the file with its bytes.
            version: the one that this one replaces, as it was read; 0 when there is none yet.
        """
        before = cls.head_object(s3_path)
        if _version(before) != version:
            return False
        return cls.put(
            s3_path,
            local_path,
            metadata={_VERSION: str(version + 1)},
            if_none_matched=before is None,
            if_match=str(before["etag"]) if before else "",
        )

    @classmethod
    def copy_file_from_s3_with_version(cls, s3_path: str, local_path: str | Path) -> int:
        """The version of the object, which is copied to the file; 0 if there is none."""
        # Read first: should it change meanwhile, the version is too old rather than too new.
        version = _version(cls.head_object(s3_path))
        return version if _store().get(s3_path, Path(local_path)) else 0


def _store() -> LocalStore:
    if not Environment.get().LOCAL_RUN:
        raise NotInThisRelease(
            "S3 outside local runs is not part of this release; use the aws program by Shell"
        )
    return LocalStore(Path(str(Settings.TEMP_DIR)) / "s3_local")


def _version(facts: Mapping[str, Any] | None) -> int:
    word = ((facts or {}).get("metadata") or {}).get(_VERSION, "0")
    return int(word) if str(word).isdigit() else 0


def _fail(message: str, *, no_strict: bool) -> None:
    if not no_strict:
        raise ServiceFailed(message)
    complain(message)
