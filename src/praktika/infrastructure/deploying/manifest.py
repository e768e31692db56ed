"""The manifest: what is deployed, in one parameter."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping

import msgspec

from praktika.errors import OperatorError
from praktika.model.wire import WireError, decode, encode
from praktika.ports.cloud.parameters import LIMIT

FORMAT = 1
_MOST = 1 << 20
"""Bytes that a manifest may have once it is unpacked."""

_SHORT = 16
"""Hexadecimal digits of a component's hash: these only tell people what has changed."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is deployed.

    Attributes:
        praktika: the version that deployed it.
        digest: of all that was wanted; "" if it is not all there, or a deploy was cut short.
        components: hashes by `Kind:name`.
        stacks: by name of the part, SHA-256 of the template that it was last given.
        code: by name, the digest of what is uploaded.
        replaced: the same of what that took the place of, which machines that start may still want.
        again: whether there is something to deploy, though the declaration is the same.
    """

    praktika: str
    digest: str = ""
    components: Mapping[str, str] = {}
    stacks: Mapping[str, str] = {}
    code: Mapping[str, str] = {}
    replaced: Mapping[str, str] = {}
    again: bool = False

    def is_of(self, digest: str) -> bool:
        """Whether all that is wanted, by its digest, is deployed."""
        return self.digest == digest and not self.again


class _Envelope(msgspec.Struct, frozen=True):
    """What even a praktika of another time can read."""

    v: int
    praktika: str
    data: str


def packed(manifest: Manifest) -> str:
    """The manifest as the text of a parameter.

    Raises:
        OperatorError: there are too many components for one.
    """
    components = {name: hash_[:_SHORT] for name, hash_ in manifest.components.items()}
    body = encode(msgspec.structs.replace(manifest, components=components))
    data = base64.b64encode(zlib.compress(body, 9)).decode()
    text = encode(_Envelope(v=FORMAT, praktika=manifest.praktika, data=data)).decode()
    if len(text) > LIMIT:
        raise OperatorError(
            f"{len(components)} components are too many for one manifest "
            f"({len(text)} of {LIMIT} bytes). Split the project into two."
        )
    return text


def same(kept: str, hash_: str) -> bool:
    """Whether a hash, of which a manifest keeps the beginning, is that of a component."""
    return bool(kept) and kept[:_SHORT] == hash_[:_SHORT]


def unpacked(text: str, name: str, version: str) -> Manifest:
    """The manifest in the text of a parameter.

    Args:
        text: of the parameter.
        name: of the parameter, for complaints.
        version: of this praktika.

    Raises:
        OperatorError: it is damaged, or of a newer praktika.
    """
    try:
        envelope = decode(text.encode(), _Envelope)
        _refuse_newer(envelope, name, version)
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(base64.b64decode(envelope.data, validate=True), _MOST)
        return decode(body, Manifest)
    except (WireError, zlib.error, binascii.Error) as error:
        raise OperatorError(
            f"the manifest, parameter {name}, is damaged: {error}. Nothing was changed. Restore an "
            f"earlier version of the parameter, or remove it (aws ssm delete-parameter --name "
            f"{name}): the next deploy then compares everything anew."
        ) from error


def _refuse_newer(envelope: _Envelope, name: str, version: str) -> None:
    if envelope.v > FORMAT or _numbers(envelope.praktika) > _numbers(version):
        raise OperatorError(
            f"praktika {envelope.praktika} has deployed this (parameter {name}), and this is "
            f"praktika {version}, which may not know all that is there. Use praktika "
            f"{envelope.praktika} or newer: pip install 'praktika[deploy]>={envelope.praktika}'."
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
