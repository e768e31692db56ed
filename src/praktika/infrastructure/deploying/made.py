"""Secrets that we make up. They go to the cloud and nowhere else, least of all to a disk."""

from __future__ import annotations

import base64
import secrets

from praktika.errors import Conflict, OperatorError
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.parameters import Parameters

_SEED = 32


def make_random(parameters: Parameters, name: str, about: str) -> None:
    """Store a secret that nobody knows; nothing if there is one."""
    _create(parameters, name, secrets.token_urlsafe(_SEED), about)


def make_seed(parameters: Parameters, names: Names) -> None:
    """Store the seed of the key that signs tasks; nothing if there is one."""
    seed = base64.b64encode(secrets.token_bytes(_SEED)).decode()
    _create(parameters, names.task_key, seed, "The key that signs tasks: an Ed25519 seed.")


def make_public(parameters: Parameters, names: Names) -> None:
    """Store the public part of the stored seed, whatever is there.

    Raises:
        OperatorError: the seed is none, or a library is missing.
    """
    found = parameters.get(names.task_key)
    text = public_part(found.text if found else "", names.task_key)
    about = "Verifies tasks: an Ed25519 public key."
    try:
        parameters.create(names.task_public_key, text, about=about)
    except Conflict:
        parameters.replace(names.task_public_key, text)


def public_part(seeds: str, name: str) -> str:
    """The public keys of seeds, in base64 and parted by commas, as there are two at a change."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional
    except ImportError as error:
        raise OperatorError(
            "cryptography is not installed, which deploying needs: pip install 'praktika[deploy]'"
        ) from error
    try:
        raw = [base64.b64decode(seed.strip(), validate=True) for seed in seeds.split(",")]
        keys = [ed25519.Ed25519PrivateKey.from_private_bytes(one) for one in raw]
    except ValueError as error:
        raise OperatorError(
            f"parameter {name} holds no key: it must be {_SEED} bytes in base64. Delete it, and "
            "the next deploy makes another one; tasks that wait are refused then."
        ) from error
    public = [key.public_key().public_bytes_raw() for key in keys]
    return ",".join(base64.b64encode(one).decode() for one in public)


def _create(parameters: Parameters, name: str, text: str, about: str) -> None:
    try:
        parameters.create(name, text, secret=True, about=about)
    except Conflict:
        return
