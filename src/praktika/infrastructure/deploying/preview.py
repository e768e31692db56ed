"""What a deploy would do. No resource is changed.

AWS is asked what would be replaced, by a proposal, which is discarded. A template that is too long
for a request lies in the bucket for that, where the deploy would put it. Whoever may not propose is
told what two templates tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from praktika.errors import Conflict, Denied, OperatorError
from praktika.infrastructure.deploying.app import app_of
from praktika.infrastructure.deploying.deploy import observe, read_manifest
from praktika.infrastructure.deploying.only import references
from praktika.infrastructure.deploying.plan import (
    AskForSecret,
    ChangeStack,
    MakeSecret,
    MakeTaskKey,
    Observed,
    StartImage,
    Upload,
    UploadPage,
    plan,
)
from praktika.infrastructure.deploying.stacks.building import Builder
from praktika.infrastructure.deploying.stacks.states import next_move
from praktika.infrastructure.deploying.stacks.watch import Watch
from praktika.infrastructure.deploying.wanted import Part, Template, Wanted, owner_of
from praktika.ports.cloud.cloud import Cloud
from praktika.ports.cloud.stacks import Change

_UNKNOWN = "not-known-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One thing that would be done.

    Attributes:
        deed: "add", "modify", "remove", "make", "ask for", "upload" or "start".
        what: the logical id and type of a resource, or the name of something else.
        component: `Kind:name`, "" if it is not known.
        stack: of a resource.
        note: of a replacement, and the like.
    """

    deed: str
    what: str
    component: str = ""
    stack: str = ""
    note: str = ""


def preview(wanted: Wanted, cloud: Cloud) -> list[Planned]:
    """What a deploy would do; nothing if all is there.

    Raises:
        OperatorError: what a deploy would complain of, too, but for the key of the GitHub App.
    """
    manifest = read_manifest(wanted, cloud)
    if manifest is not None and manifest.is_of(wanted.digest):
        return []
    observed = observe(wanted, cloud, manifest)
    app, complaint = _app(wanted, cloud)
    builder = Builder(
        wanted=wanted,
        cloud=cloud,
        watch=Watch(stacks=cloud.stacks, tell=lambda _: None),
        app=app,
    )
    asked = [Planned(deed="ask for", what=complaint)] if complaint else []
    return [*asked, *_planned(wanted, cloud, observed, builder)]


def _app(wanted: Wanted, cloud: Cloud) -> tuple[str, str]:
    """The id of the GitHub App, and what is wrong with its secret.

    Whoever wants to know what it would cost need not have an App yet.
    """
    if not wanted.app_secret:
        return "", ""
    try:
        return app_of(cloud.secrets, wanted.app_secret), ""
    except Denied:
        raise
    except OperatorError as error:
        return _UNKNOWN, str(error)


def _planned(
    wanted: Wanted, cloud: Cloud, observed: Observed, builder: Builder
) -> Iterator[Planned]:
    for action in plan(wanted, observed):
        match action:
            case MakeSecret(hidden):
                yield Planned(deed="make", what=f"secret {hidden.name}", component=hidden.component)
            case AskForSecret(hidden):
                what = f"secret {hidden.name}"
                yield Planned(deed="ask for", what=what, component=hidden.component)
            case MakeTaskKey():
                yield Planned(deed="make", what=f"secret {wanted.names.task_key}")
            case Upload(code):
                yield Planned(deed="upload", what=code.name)
            case UploadPage(page):
                yield Planned(deed="upload", what=page.key, component=page.component)
            case StartImage(component):
                yield Planned(deed="start", what="an image", component=component)
            case ChangeStack(part):
                yield from _resources(part, cloud, observed, builder)
            case _:
                pass


def _resources(part: Part, cloud: Cloud, observed: Observed, builder: Builder) -> Iterator[Planned]:
    stack = observed.stacks.get(part)
    new = builder.template(part)
    old: Template = {}
    if next_move(stack) in {"update", "wait"}:
        old = cloud.stacks.contents(builder.name(part)).template
    changes = _asked(part, cloud, observed, builder) if next_move(stack) == "update" else None
    if changes is None:
        changes = tuple(_compared(old, new, _new_code(builder.wanted, observed)))
    for change in changes:
        yield Planned(
            deed=change.deed,
            what=f"{change.logical} ({change.kind})",
            component=owner_of(new, change.logical) or owner_of(old, change.logical),
            stack=builder.name(part),
            note={"no": "", "yes": "replaced", "perhaps": "perhaps replaced"}[change.replacement],
        )


def _asked(
    part: Part, cloud: Cloud, observed: Observed, builder: Builder
) -> tuple[Change, ...] | None:
    """What AWS says; None if it may not be asked."""
    stateful = observed.stacks.get("stateful")
    known = dict(stateful.outputs) if stateful else {}
    outputs = {name: known.get(name, _UNKNOWN) for name in builder.wanted.handed}
    try:
        changes = cloud.changes.propose(builder.proposal(part, is_new=False, outputs=outputs))
        if not changes.is_empty:
            cloud.changes.discard(changes)
    except (Denied, Conflict):
        return None
    return changes.changes


def _new_code(wanted: Wanted, observed: Observed) -> set[str]:
    """The parameters that get another value since there is new code."""
    before = observed.manifest.code if observed.manifest else {}
    return {code.parameter for code in wanted.code if before.get(code.name) != code.digest}


def _compared(old: Template, new: Template, parameters: Collection[str]) -> Iterator[Change]:
    """The changes as far as two templates tell, and parameters that get other values."""
    before, after = old.get("Resources", {}), new.get("Resources", {})
    for name in sorted({*before, *after}):
        kind = (after.get(name) or before[name])["Type"]
        if name not in after:
            yield Change(deed="remove", logical=name, kind=kind)
        elif name not in before:
            yield Change(deed="add", logical=name, kind=kind)
        elif before[name] != after[name] or not references(after[name]).isdisjoint(parameters):
            yield Change(deed="modify", logical=name, kind=kind, replacement="perhaps")
