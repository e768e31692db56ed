"""Deploying some components alone: what is deployed, in which only theirs is replaced. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import msgspec

from praktika.errors import AuthorError
from praktika.infrastructure.deploying.manifest import Manifest
from praktika.infrastructure.deploying.wanted import PARTS, Part, Template, Wanted, owner_of
from praktika.pipeline.suggest import did_you_mean

_ALIASES = {
    "EC2Instance": ("instance", "instances"),
    "SecretParameter": ("secret", "secrets"),
    "CIDBCluster": ("cidb", "ci_db"),
    "Storage": ("s3", "bucket", "buckets"),
    "ReportPage": ("html",),
    "SQSQueue": ("sqs",),
    "AutoScalingGroup": ("asg", "asgs"),
    "GitHubTokenMinter": ("token", "tokens"),
    "OrchestratorPool": ("orchestrator", "orchestrators"),
    "RunnerPool": ("runner", "runners", "pool", "pools"),
}
"""Other names of kinds, besides their plurals; in any case."""


def chosen(words: Sequence[str], components: Collection[str]) -> frozenset[str]:
    """The components that words mean: a kind, or `Kind:name`.

    Args:
        words: as they were typed.
        components: all that there are, declared or deployed, as `Kind:name`.

    Raises:
        AuthorError: a word means none.
    """
    found: set[str] = set()
    for word in words:
        kind, sign, name = word.partition(":")
        meant = [one for one in components if _is_meant(one, kind, name if sign else None)]
        if not meant:
            kinds = {one.partition(":")[0] for one in components}
            hint = did_you_mean(word, sorted({*components, *kinds}))
            there = ", ".join(sorted(components))
            parts = (f"There is no component '{word}'.", hint, f"There are {there}.")
            raise AuthorError(text=" ".join(filter(None, parts)))
        found.update(meant)
    return frozenset(found)


def narrowed(
    wanted: Wanted,
    deployed: Mapping[Part, Template],
    manifest: Manifest,
    components: Collection[str],
) -> Wanted:
    """What is deployed, in which the chosen components are as they are wanted.

    Args:
        wanted: all of it.
        deployed: templates as they were given last.
        manifest: of what is deployed.
        components: that were chosen.

    Raises:
        AuthorError: something that stays needs what would go, or something new needs what is not
            chosen.
    """
    templates = {
        part: _merged(deployed[part], wanted.templates[part], components) for part in PARTS
    }
    for part in PARTS:
        known = [*wanted.templates.values(), deployed[part]]
        _refuse_gaps(templates[part], known, components)
    used = set(_references(_theirs(wanted.templates["runtime"], components)))
    hashes = {name: it for name, it in manifest.components.items() if name not in components}
    hashes |= {name: it for name, it in wanted.hashes.items() if name in components}
    pools = [one for one in wanted.installation.pools if _component(one.role, one.name) in hashes]
    return replace(
        wanted,
        templates=templates,
        handed=_handed(templates),
        code=tuple(
            code
            if code.parameter in used or code.name not in manifest.code
            else replace(code, digest=manifest.code[code.name])
            for code in wanted.code
        ),
        hashes=hashes,
        hidden=tuple(one for one in wanted.hidden if one.component in components),
        pages=tuple(one for one in wanted.pages if one.component in components),
        installation=msgspec.structs.replace(wanted.installation, pools=tuple(pools)),
    )


def references(value: Any) -> set[str]:
    """The logical ids and parameters that a part of a template refers to."""
    return set(_references(value))


def _is_meant(component: str, kind: str, name: str | None) -> bool:
    own, _, own_name = component.partition(":")
    names = {own.lower(), f"{own.lower()}s", *_ALIASES.get(own, ())}
    return kind.lower() in names and (name is None or name == own_name)


def _component(role: str, pool: str) -> str:
    return f"{'RunnerPool' if role == 'job_runner' else 'OrchestratorPool'}:{pool}"


def _handed(templates: Mapping[Part, Template]) -> tuple[str, ...]:
    outputs = templates["stateful"].get("Outputs", {})
    return tuple(name for name in templates["runtime"].get("Parameters", {}) if name in outputs)


def _merged(old: Template, new: Template, components: Collection[str]) -> Template:
    kept = {
        name: one
        for name, one in old.get("Resources", {}).items()
        if owner_of(old, name) not in components
    }
    resources = {**kept, **_theirs(new, components)}
    known = {**old.get("Parameters", {}), **new.get("Parameters", {})}
    outputs = {**old.get("Outputs", {}), **new.get("Outputs", {})}
    outputs = {
        name: one
        for name, one in outputs.items()
        if all(it in resources or it in known for it in _references(one))
    }
    used = {*_references(resources), *_references(outputs)}
    merged = {**new, "Resources": resources, "Outputs": outputs}
    merged["Parameters"] = {name: one for name, one in known.items() if name in used}
    return {key: value for key, value in merged.items() if value != {}}


def _theirs(template: Template, components: Collection[str]) -> dict[str, Any]:
    """The resources of some components."""
    resources = template.get("Resources", {})
    return {name: one for name, one in resources.items() if owner_of(template, name) in components}


def _refuse_gaps(
    template: Template, known: Sequence[Template], components: Collection[str]
) -> None:
    """Refuse a template in which something refers to what is not there."""
    resources, parameters = template.get("Resources", {}), template.get("Parameters", {})
    for name, one in resources.items():
        missing = [it for it in _references(one) if it not in resources and it not in parameters]
        for gap in missing:
            owner = owner_of(template, name)
            needed = next(filter(None, (owner_of(it, gap) for it in known)), gap)
            if owner in components:
                text = f"{owner} needs {needed}, which is not deployed like that: choose it, too."
            else:
                text = f"{owner} is deployed and needs {needed}, which would go: choose it, too."
            raise AuthorError(text=f"{text} Or deploy everything, without --only.")


def _references(value: Any) -> Iterator[str]:
    """The logical ids that a part of a template refers to; AWS's own are left out."""
    match value:
        case {"Ref": str(name)}:
            yield from () if name.startswith("AWS::") else (name,)
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from _named_in(text, ())
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from _named_in(text, own)
            yield from _references(own)
        case dict():
            waits = value.get("DependsOn", ())
            yield from [waits] if isinstance(waits, str) else waits
            yield from _references([one for key, one in value.items() if key != "DependsOn"])
        case list():
            yield from chain.from_iterable(map(_references, value))


def _named_in(text: str, own: Collection[str]) -> Iterator[str]:
    for name in re.findall(r"\$\{([^!}][^}]*)\}", text):
        bare = name.partition(".")[0].strip()
        if not name.startswith("AWS::") and bare not in own:
            yield bare
