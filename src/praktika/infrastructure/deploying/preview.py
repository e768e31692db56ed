"""What a deploy would do. Nothing is changed; a proposal that AWS makes for it is discarded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from praktika.infrastructure.deploying.app import app_of
from praktika.infrastructure.deploying.deploy import observe, read_manifest
from praktika.infrastructure.deploying.plan import (
    AskForSecret,
    ChangeStack,
    MakeSecret,
    MakeTaskKey,
    Observed,
    Upload,
    UploadPage,
    plan,
)
from praktika.infrastructure.deploying.stacks.building import INLINE, Builder
from praktika.infrastructure.deploying.stacks.states import next_move
from praktika.infrastructure.deploying.stacks.watch import Watch
from praktika.infrastructure.deploying.wanted import Part, Template, Wanted, owner_of, text_of
from praktika.ports.cloud.cloud import Cloud
from praktika.ports.cloud.stacks import Change

_UNKNOWN = "not-known-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One thing that would be done.

    Attributes:
        deed: "add", "modify", "remove", "make", "ask for" or "upload".
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
        OperatorError: what a deploy would complain of, too.
    """
    manifest = read_manifest(wanted, cloud)
    if manifest is not None and manifest.digest == wanted.digest:
        return []
    observed = observe(wanted, cloud, manifest)
    builder = Builder(
        wanted=wanted,
        cloud=cloud,
        watch=Watch(stacks=cloud.stacks, tell=lambda _: None),
        app=app_of(cloud.secrets, wanted.app_secret) if wanted.app_secret else "",
    )
    return list(_planned(wanted, cloud, observed, builder))


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
    can_ask = bool(old) and next_move(stack) == "update" and len(text_of(new).encode()) <= INLINE
    changes = _asked(part, cloud, observed, builder) if can_ask else _compared(old, new)
    for change in changes:
        yield Planned(
            deed=change.deed,
            what=f"{change.logical} ({change.kind})",
            component=owner_of(new, change.logical) or owner_of(old, change.logical),
            stack=builder.name(part),
            note={"no": "", "yes": "replaced", "perhaps": "perhaps replaced"}[change.replacement],
        )


def _asked(part: Part, cloud: Cloud, observed: Observed, builder: Builder) -> tuple[Change, ...]:
    stateful = observed.stacks.get("stateful")
    known = dict(stateful.outputs) if stateful else {}
    outputs = {name: known.get(name, _UNKNOWN) for name in builder.wanted.handed}
    changes = cloud.changes.propose(builder.proposal(part, is_new=False, outputs=outputs))
    if not changes.is_empty:
        cloud.changes.discard(changes)
    return changes.changes


def _compared(old: Template, new: Template) -> Iterator[Change]:
    """The changes as far as two templates tell."""
    before, after = old.get("Resources", {}), new.get("Resources", {})
    for name in sorted({*before, *after}):
        kind = (after.get(name) or before[name])["Type"]
        if name not in after:
            yield Change(deed="remove", logical=name, kind=kind)
        elif name not in before:
            yield Change(deed="add", logical=name, kind=kind)
        elif before[name] != after[name]:
            yield Change(deed="modify", logical=name, kind=kind, replacement="perhaps")
