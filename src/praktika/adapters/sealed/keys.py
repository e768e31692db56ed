"""Keys that sign tasks, and their public parts; there are two while one replaces the other."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import importlib
from typing import Any

from praktika.errors import OperatorError

_SIZE = 32
_PURPOSE = b"praktika: proofs of attempts"


class SigningKeys:
    """The private keys of orchestrators: the first one signs, what any has made is good.

    Args:
        text: seeds of 32 bytes in Base64, parted by commas.

    Raises:
        OperatorError: it is none, or what signs is not installed.
    """

    def __init__(self, text: str) -> None:
        seeds = _parts(text, "the parameter with the key that signs tasks")
        self._private = _ed25519().Ed25519PrivateKey.from_private_bytes(seeds[0])
        self._proving = [hmac.digest(seed, _PURPOSE, hashlib.sha256) for seed in seeds]

    def __repr__(self) -> str:
        return "SigningKeys()"

    @property
    def public(self) -> str:
        """What verifies the signatures: 32 bytes, Base64."""
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def sign(self, data: bytes) -> str:
        """The signature of these bytes, Base64."""
        return base64.b64encode(self._private.sign(data)).decode()

    def proof(self, run: str, job: str, attempt: int) -> str:
        """What whoever tells of an attempt has to show."""
        return _proof(self._proving[0], run, job, attempt)

    def proves(self, proof: str, run: str, job: str, attempt: int) -> bool:
        """Whether this was given to the runner of that attempt."""
        given = proof.encode("utf-8", "replace")
        made = [_proof(key, run, job, attempt).encode() for key in self._proving]
        return any(hmac.compare_digest(given, each) for each in made)


class PublicKeys:
    """What runners verify with.

    Args:
        text: public keys of 32 bytes in Base64, parted by commas.

    Raises:
        OperatorError: it is none, or what verifies is not installed.
    """

    def __init__(self, text: str) -> None:
        parts = _parts(text, "the public key of tasks")
        self._invalid = _library("cryptography.exceptions").InvalidSignature
        try:
            self._keys = [_ed25519().Ed25519PublicKey.from_public_bytes(each) for each in parts]
        except ValueError as error:
            raise OperatorError(f"the public key of tasks is none: {error}") from error

    def verify(self, signature: str, data: bytes) -> bool:
        """Whether one of the keys has signed these bytes."""
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(self._is_of(key, raw, data) for key in self._keys)

    def _is_of(self, key: Any, signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data)
        except self._invalid:
            return False
        return True


def _proof(key: bytes, run: str, job: str, attempt: int) -> str:
    named = f"{run}\0{job}\0{attempt}".encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hmac.digest(key, named, hashlib.sha256)).decode()


def _parts(text: str, what: str) -> list[bytes]:
    """The keys in a text. What is wrong with it is told without it."""
    try:
        found = [base64.b64decode(part, validate=True) for part in text.strip().split(",")]
    except (binascii.Error, ValueError):
        found = []
    if not found or any(len(each) != _SIZE for each in found):
        raise OperatorError(
            f"{what} cannot be used: it has to be {_SIZE} bytes in Base64, or two of that, parted "
            "by a comma. `praktika infrastructure --deploy` makes one."
        )
    return found


def _ed25519() -> Any:
    return _library("cryptography.hazmat.primitives.asymmetric.ed25519")


def _library(name: str) -> Any:
    # Loaded only where something is signed.
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise OperatorError(
            "cryptography is not installed, which signed tasks need: pip install 'praktika[github]'"
        ) from error
