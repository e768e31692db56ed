"""From a declared project to two templates, and what a deploy has to know besides.

Nothing here reaches for AWS. The same declaration gives the same templates, to the letter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from troposphere.cloudformation import WaitConditionHandle

from praktika.infrastructure.parts import github_api, ordered, parts, storages
from praktika.infrastructure.template import runtime, stateful
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, Page, Place, Secret, Stack
from praktika.infrastructure.template.names import Names, slug_of
from praktika.model.installation import Installation
from praktika.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A project, ready to be deployed.

    Attributes:
        names, place: of the project.
        templates: by stack; `text` makes the canonical JSON of one.
        handed: parameters of the runtime stack whose values are the outputs of the same names of
            the stateful one.
        code: by the name of a function or package, the parameter of the runtime stack that takes
            the key of its object.
        owners: the component (`Kind:name`) of each resource, by stack and logical id.
        hashes: by component; one changes if, and only if, something of the component does.
        secrets: that have to be there before the stacks are.
        pages: files to upload.
        installation: for `installation.json`; `app` and `api` are known later only.
    """

    names: Names
    place: Place
    templates: Mapping[Stack, Mapping[str, Any]]
    handed: tuple[str, ...]
    code: Mapping[str, str]
    owners: Mapping[tuple[Stack, str], str]
    hashes: Mapping[str, str]
    secrets: tuple[Secret, ...]
    pages: tuple[Page, ...]
    installation: Installation


def compiled(context: Context, place: Place, digests: Mapping[str, str]) -> Compiled:
    """A project that has been checked, as templates.

    Args:
        context: the project and what is around it.
        place: where it is deployed.
        digests: SHA-256 of each function's and package's code, by name; those that are not known
            yet may be left out.
    """
    context = replace(context, project=ordered(context.project))
    draft = Draft(names=Names(slug_of(context.project.name)), place=place, digests=digests)
    for part in parts(context.project):
        for builders in (stateful.BUILDERS, runtime.BUILDERS):
            if part.KIND in builders:
                builders[part.KIND](part, draft, context)
    for build in runtime.IMPLIED.values():
        build(draft, context)
    _fill(draft)
    templates: dict[Stack, Any] = {
        "stateful": _sorted(draft.stateful.to_dict()),
        "runtime": _sorted(draft.runtime.to_dict()),
    }
    return Compiled(
        names=draft.names,
        place=place,
        templates=templates,
        handed=tuple(sorted(draft.stateful.outputs)),
        code=dict(sorted(draft.code.items())),
        owners=dict(sorted(draft.owners.items())),
        hashes=_hashes(draft, templates, digests),
        secrets=tuple(sorted(draft.secrets, key=lambda secret: secret.name)),
        pages=tuple(sorted(draft.pages, key=lambda page: page.key)),
        installation=_installation(context, draft),
    )


def _fill(draft: Draft) -> None:
    """Let no stack be empty, which CloudFormation does not take; this resource does nothing."""
    stacks: tuple[tuple[Stack, Any], ...] = (
        ("stateful", draft.stateful),
        ("runtime", draft.runtime),
    )
    for stack, template in stacks:
        if not template.resources:
            draft.add(stack, "Installation:nothing", WaitConditionHandle("Nothing"))


def text(template: Mapping[str, Any]) -> str:
    """The canonical JSON of a template."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sorted(template: dict[str, Any]) -> Any:
    return json.loads(text(template))


def _hashes(
    draft: Draft, templates: Mapping[Stack, Any], digests: Mapping[str, str]
) -> dict[str, str]:
    """The hash of each component, over its resources, its code and what else is made for it."""
    facts: dict[str, list[Any]] = {title: [] for title in sorted({*draft.owners.values()})}
    codes = {parameter: name for name, parameter in draft.code.items()}
    for (stack, name), owner in sorted(draft.owners.items()):
        resource = templates[stack]["Resources"][name]
        code = {codes[ref]: digests.get(codes[ref], "") for ref in _refs(resource) if ref in codes}
        facts[owner].append([stack, name, resource, code])
    extras: list[Secret | Page] = [*draft.secrets, *draft.pages]
    for extra in extras:
        facts.setdefault(extra.component, []).append(repr(extra))
    return {title: hashlib.sha256(_bytes(known)).hexdigest() for title, known in facts.items()}


def _bytes(known: list[Any]) -> bytes:
    return json.dumps(sorted(map(json.dumps, known)), sort_keys=True).encode()


def _refs(value: Any) -> Iterator[str]:
    """The logical ids that a part of a template refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        for one in value.values():
            yield from _refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _refs(one)


def _installation(context: Context, draft: Draft) -> Installation:
    repositories = {
        name for minter in context.project.github_token_minters for name in minter.repositories
    }
    return Installation(
        project=draft.names.slug,
        region=draft.place.region,
        account=draft.place.account,
        bucket=draft.place.bucket,
        version=VERSION,
        repositories=tuple(sorted(repositories)),
        forge=github_api(context.project),
        pages=_pages(context, draft),
        pools=tuple(sorted(draft.pools, key=lambda pool: (pool.role, pool.name))),
    )


def _pages(context: Context, draft: Draft) -> str:
    """The base URL of what people may read, if the bucket of runs is a public one."""
    place = draft.place
    is_public = any(
        one.public and draft.names.own(one.name) == place.bucket
        for one in storages(context.project)
    )
    if not is_public:
        return ""
    hosts = context.settings.get("S3_BUCKET_TO_HTTP_ENDPOINT") or {}
    host = hosts.get(place.bucket) or f"{place.bucket}.s3.{place.region}.amazonaws.com"
    return f"https://{host.removeprefix('https://').rstrip('/')}/{draft.names.slug}/blobs"
