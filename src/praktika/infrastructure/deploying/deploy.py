"""A deploy, from the first read to the last write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import msgspec

from praktika.errors import AuthorError, OperatorError
from praktika.infrastructure.deploying.app import app_of
from praktika.infrastructure.deploying.apply import API, Application
from praktika.infrastructure.deploying.lock import BEAT, Lock, Me
from praktika.infrastructure.deploying.manifest import Manifest, packed, unpacked
from praktika.infrastructure.deploying.only import chosen, narrowed
from praktika.infrastructure.deploying.plan import Observed, parameters_of, plan
from praktika.infrastructure.deploying.progress import Tell
from praktika.infrastructure.deploying.stacks.building import Builder, own_stack
from praktika.infrastructure.deploying.stacks.states import is_sound
from praktika.infrastructure.deploying.stacks.watch import Watch
from praktika.infrastructure.deploying.wanted import PARTS, Wanted
from praktika.infrastructure.template.names import Names
from praktika.patience import Beat
from praktika.ports.cloud.cloud import Cloud
from praktika.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a deploy needs besides a cloud.

    Attributes:
        me: this process.
        tell: is told what is done.
        pause: seconds between two looks at a stack.
        may_end: whether machines may be ended with a group that goes.
    """

    me: Me
    tell: Tell
    pause: float = 2.0
    may_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """How a deploy ended; `api` is the base URL of the installation's API, if it is known."""

    outcome: Literal["unchanged", "deployed"]
    api: str = ""


def deploy(wanted: Wanted, cloud: Cloud, around: Surroundings) -> Deployed:
    """Make the cloud what is wanted; one request tells that nothing has changed since.

    Raises:
        OperatorError: it is another account, a newer praktika's, something is missing, or AWS
            could not.
    """
    manifest = read_manifest(wanted, cloud)
    if manifest is not None and manifest.is_of(wanted.digest):
        return Deployed(outcome="unchanged")
    app = app_of(cloud.secrets, wanted.app_secret) if wanted.app_secret else ""
    with locked(cloud, wanted.names, around) as lock:
        return _deploy(wanted, cloud, around, lock, app=app)


@contextmanager
def locked(cloud: Cloud, names: Names, around: Surroundings) -> Iterator[Lock]:
    """The right to change a project, for as long as the block lasts.

    Raises:
        OperatorError: somebody else is at it.
    """
    name = f"{names.manifest.removesuffix('manifest')}deploying"
    lock = Lock(cloud.parameters, name, around.me)
    lock.acquire()
    try:
        with Beat(BEAT, lock.beat):
            yield lock
    finally:
        lock.release()


def read_manifest(wanted: Wanted, cloud: Cloud) -> Manifest | None:
    """The manifest; None if there is none. The account has been found to be the right one.

    Raises:
        OperatorError: it is another account, or the manifest is not for us.
    """
    found = cloud.parameters.get(wanted.names.manifest)
    account = found.account if found else cloud.account.identity().account
    settled = wanted.installation.account
    if account != settled:
        raise OperatorError(
            f"these credentials are for account {account}, and AWS_ACCOUNT_ID in the settings is "
            f"{settled or 'not set'}. Nothing was changed. Choose others with AWS_PROFILE."
        )
    return unpacked(found.text, wanted.names.manifest, wanted.version) if found else None


def observe(wanted: Wanted, cloud: Cloud, manifest: Manifest | None) -> Observed:
    """What is there of what is wanted."""
    slug = wanted.names.slug
    names = {"stateful": wanted.names.stateful, "runtime": wanted.names.runtime}
    stacks = {part: own_stack(cloud, names[part], slug) for part in PARTS}
    # before its stack, a bucket of that name would be somebody else's
    keys = [wanted.key(code) for code in wanted.code] if is_sound(stacks["stateful"]) else []
    return Observed(
        manifest=manifest,
        stacks=stacks,
        parameters=frozenset(cloud.parameters.present(parameters_of(wanted))),
        keys=frozenset(key for key in keys if cloud.objects.has(wanted.bucket, key)),
    )


def _deploy(
    wanted: Wanted, cloud: Cloud, around: Surroundings, lock: Lock, *, app: str
) -> Deployed:
    manifest = read_manifest(wanted, cloud)  # again: somebody may have been at it until now
    actions = plan(wanted, observe(wanted, cloud, manifest))
    watch = Watch(stacks=cloud.stacks, tell=around.tell, pause=around.pause, check=lock.check)
    builder = Builder(wanted=wanted, cloud=cloud, watch=watch, app=app, may_end=around.may_end)
    application = Application(
        wanted=wanted, cloud=cloud, builder=builder, app=app, tell=around.tell, check=lock.check
    )
    if actions:
        application.begin(manifest)
        application.apply(actions)
    runtime = builder.find("runtime")
    return Deployed(
        outcome="deployed" if actions else "unchanged",
        api=runtime.outputs.get(API, "") if runtime else "",
    )


def narrowed_to(wanted: Wanted, cloud: Cloud, words: Sequence[str]) -> Wanted:
    """What is deployed, in which the components that words mean are as they are wanted.

    Raises:
        AuthorError: nothing is deployed yet, a word means no component, or it does not go alone.
    """
    manifest = read_manifest(wanted, cloud)
    names = {"stateful": wanted.names.stateful, "runtime": wanted.names.runtime}
    slug = wanted.names.slug
    if manifest is None or any(own_stack(cloud, name, slug) is None for name in names.values()):
        raise AuthorError(
            text="Not everything is deployed yet, and some of it does not go without the rest. "
            "Deploy everything first, without --only."
        )
    deployed = {part: cloud.stacks.contents(names[part]).template for part in PARTS}
    components = chosen(words, {*wanted.hashes, *manifest.components})
    return narrowed(wanted, deployed, manifest, components)


def keep_app(
    cloud: Cloud, names: Names, around: Surroundings, *, secret: str, app: str, text: str
) -> bool:
    """Store the secret of a GitHub App; whether there was none.

    The next deploy tells everybody of another App, though nothing else has changed; another key of
    the same one is nobody's concern but the token broker's.

    Args:
        cloud: where.
        names: of the project.
        around: see there.
        secret: its name.
        app: the id of the App.
        text: what the secret holds, see `app_secret`.

    Raises:
        OperatorError: somebody deploys, or a newer praktika has.
    """
    about = "The GitHub App of praktika. Its token broker alone reads it."
    with locked(cloud, names, around):
        found = cloud.parameters.get(names.manifest)
        if found is not None and _app_in(cloud, secret) != app:
            manifest = unpacked(found.text, names.manifest, VERSION)
            marked = msgspec.structs.replace(manifest, again=True)
            cloud.parameters.replace(names.manifest, packed(marked))
        return cloud.vault.keep(secret, text, about=about)


def _app_in(cloud: Cloud, secret: str) -> str:
    """The id of the App that is stored; "" if that cannot be known."""
    try:
        return app_of(cloud.secrets, secret)
    except OperatorError:
        return ""
