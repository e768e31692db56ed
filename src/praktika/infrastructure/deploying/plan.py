"""What a deploy does, in order: decided from what is wanted and what is there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from praktika.infrastructure.deploying.manifest import Manifest, same
from praktika.infrastructure.deploying.stacks.states import is_sound
from praktika.infrastructure.deploying.wanted import (
    PARTS,
    Code,
    Hidden,
    Page,
    Part,
    Wanted,
    digest_of,
    text_of,
)
from praktika.ports.cloud.stacks import Stack

IMAGE_BUILDER = "ImageBuilder:"
"""What begins the names of components that make images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is there.

    Attributes:
        manifest: None if nothing was ever deployed, or it was lost.
        stacks: by part.
        parameters: those of `parameters_of` that are there.
        keys: of code and packages that are uploaded already.
    """

    manifest: Manifest | None
    stacks: Mapping[Part, Stack | None]
    parameters: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MakeSecret:
    """Make up a secret, which is not there yet."""

    hidden: Hidden


@dataclass(frozen=True, slots=True)
class AskForSecret:
    """Tell the operator of a secret that only they can make."""

    hidden: Hidden


@dataclass(frozen=True, slots=True)
class MakeTaskKey:
    """Make the key that signs tasks, as far as it is not there."""

    has_seed: bool


@dataclass(frozen=True, slots=True)
class ChangeStack:
    """Make or change a stack; it may turn out that nothing changes."""

    part: Part


@dataclass(frozen=True, slots=True)
class Upload:
    """Build code and upload it."""

    code: Code


@dataclass(frozen=True, slots=True)
class UploadPage:
    """Upload a page."""

    page: Page


@dataclass(frozen=True, slots=True)
class PutInstallation:
    """Tell all parts what the installation is; "last" once all of it is known."""

    is_last: bool


@dataclass(frozen=True, slots=True)
class KeepUnbalanced:
    """See to it that no machine of a pool is ended to have as many in each zone."""


@dataclass(frozen=True, slots=True)
class StartImage:
    """Let an image builder make an image now, without waiting for it."""

    component: str


@dataclass(frozen=True, slots=True)
class RemoveCode:
    """Remove code that was replaced by what has been replaced itself."""

    manifest: Manifest


@dataclass(frozen=True, slots=True)
class SaveManifest:
    """Say what is deployed."""

    manifest: Manifest


Afterwards = KeepUnbalanced | StartImage | RemoveCode
"""What no template can say."""

Action = (
    MakeSecret
    | AskForSecret
    | MakeTaskKey
    | ChangeStack
    | Upload
    | UploadPage
    | PutInstallation
    | Afterwards
    | SaveManifest
)


def plan(wanted: Wanted, observed: Observed) -> tuple[Action, ...]:
    """What to do, in order; nothing if all is there."""
    manifest = observed.manifest
    if manifest is not None and manifest.is_of(wanted.digest):
        return ()
    return tuple(_actions(wanted, observed))


def parameters_of(wanted: Wanted) -> tuple[str, ...]:
    """The parameters of which a plan has to know whether they are there."""
    names = wanted.names
    hidden = (one.name for one in wanted.hidden)
    return tuple(dict.fromkeys((*hidden, names.webhook_secret, *_task_keys(wanted))))


def finished(wanted: Wanted, before: Manifest | None = None) -> Manifest:
    """The manifest once all of it is deployed."""
    old = before or Manifest(praktika=wanted.version)
    code = {code.name: code.digest for code in wanted.code}
    replaced = {name: it for name, it in old.replaced.items() if name in code}
    replaced |= {name: it for name, it in old.code.items() if code.get(name) != it}
    return Manifest(
        praktika=wanted.version,
        digest=wanted.digest,
        components=wanted.hashes,
        stacks={part: digest_of(text_of(wanted.templates[part]).encode()) for part in PARTS},
        code=code,
        replaced=replaced,
    )


def _actions(wanted: Wanted, observed: Observed) -> Iterator[Action]:
    yield from _secrets(wanted, observed)
    changes_stateful = _differs("stateful", wanted, observed)
    if changes_stateful:
        yield ChangeStack("stateful")
    for code in wanted.code:
        if wanted.key(code) not in observed.keys:
            yield Upload(code)
    yield PutInstallation(is_last=False)
    if changes_stateful or _differs("runtime", wanted, observed) or _has_new_code(wanted, observed):
        yield ChangeStack("runtime")
    yield KeepUnbalanced()
    yield PutInstallation(is_last=True)
    for page in wanted.pages:
        yield UploadPage(page)
    yield from _images(wanted, observed)
    manifest = finished(wanted, observed.manifest)
    yield SaveManifest(manifest)
    if observed.manifest is not None and observed.manifest.digest:
        # otherwise it is not known what machines were last told to start with
        yield RemoveCode(manifest)


def _secrets(wanted: Wanted, observed: Observed) -> Iterator[Action]:
    names = wanted.names
    webhook = Hidden(
        name=names.webhook_secret, component="Installation:webhook", about="GitHub signs with it."
    )
    own = {webhook.name, *_task_keys(wanted)}
    for hidden in (webhook, *(one for one in wanted.hidden if one.name not in own)):
        if hidden.name not in observed.parameters:
            yield MakeSecret(hidden) if hidden.is_random else AskForSecret(hidden)
    if not observed.parameters.issuperset(_task_keys(wanted)):
        yield MakeTaskKey(has_seed=names.task_key in observed.parameters)


def _images(wanted: Wanted, observed: Observed) -> Iterator[Action]:
    """Images of what is new: else there would be none, or an old one, until the next Sunday."""
    manifest = observed.manifest
    before = manifest.components if manifest and "runtime" in manifest.stacks else {}
    for component, hash_ in sorted(wanted.hashes.items()):
        if component.startswith(IMAGE_BUILDER) and not same(before.get(component, ""), hash_):
            yield StartImage(component)


def _task_keys(wanted: Wanted) -> tuple[str, str]:
    return wanted.names.task_key, wanted.names.task_public_key


def _differs(part: Part, wanted: Wanted, observed: Observed) -> bool:
    """Whether a stack is not known to be what it shall be."""
    manifest = observed.manifest
    if manifest is None or not manifest.digest or manifest.again:
        return True
    if not is_sound(observed.stacks.get(part)):
        return True
    return manifest.stacks.get(part) != digest_of(text_of(wanted.templates[part]).encode())


def _has_new_code(wanted: Wanted, observed: Observed) -> bool:
    before = observed.manifest.code if observed.manifest else {}
    return {code.name: code.digest for code in wanted.code} != before
