"""What a project shall be: compiled templates, and what goes with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from praktika.infrastructure.template.names import Names
from praktika.model.installation import Installation
from praktika.model.wire import encode

Part = Literal["stateful", "runtime"]
PARTS: tuple[Part, ...] = ("stateful", "runtime")
"""In the order in which they are made."""

OWNER = "praktika"
"""Below the metadata of each resource: the component that it belongs to."""

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Code of a function, or a package, which is uploaded under a name that has its digest.

    Attributes:
        name: of the function or package.
        parameter: of the runtime stack, for the key.
        digest: SHA-256 of what it is built from; cheap, nothing is built for it.
        suffix: of the file.
        build: makes the file in a folder.
    """

    name: str
    parameter: str
    digest: str
    suffix: str
    build: Callable[[Path], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A secret parameter that is made if it is missing, and never changed.

    Attributes:
        name: of the parameter.
        component: that needs it.
        about: for people.
        is_random: we make up the value; otherwise the operator fills it in.
    """

    name: str
    component: str
    about: str = ""
    is_random: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file that is uploaded as a page."""

    component: str
    bucket: str
    key: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A project, ready to be deployed.

    Attributes:
        names: of the project.
        version: of this praktika.
        templates: by stack; each resource says in its metadata whose it is, see `owned`.
        handed: parameters of the runtime stack whose values are outputs of the stateful one.
        code: what is uploaded, and the parameters of the runtime stack that take the keys.
        hashes: by component, `Kind:name`.
        hidden: secret parameters that have to be there before the stacks are.
        pages: to upload.
        installation: for all parts; `app` and `api` are not known yet.
        app_secret: the secret with the GitHub App, "" without GitHub.
    """

    names: Names
    version: str
    templates: Mapping[Part, Template]
    handed: tuple[str, ...]
    code: tuple[Code, ...]
    hashes: Mapping[str, str]
    installation: Installation
    hidden: tuple[Hidden, ...] = ()
    pages: tuple[Page, ...] = ()
    app_secret: str = field(default="", repr=False)

    @property
    def bucket(self) -> str:
        """For everything that is uploaded, but pages."""
        return self.installation.bucket

    def key(self, code: Code) -> str:
        """Where code is in the bucket."""
        return f"{self.names.slug}/code/{code.name}-{code.digest}{code.suffix}"

    @property
    def digest(self) -> str:
        """SHA-256 of all of this: as long as it is the same, there is nothing to deploy."""
        facts = [
            self.version,
            *(text_of(self.templates[part]) for part in PARTS),
            *(f"{code.name} {code.digest}{code.suffix}" for code in self.code),
            *(f"{one.name} {one.is_random}" for one in self.hidden),
            *(f"{page.bucket}/{page.key} {digest_of(page.data)}" for page in self.pages),
            encode(self.installation).decode(),
            self.app_secret,
        ]
        return digest_of(json.dumps(facts).encode())


def text_of(template: Template) -> str:
    """The canonical JSON of a template."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(data: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def owned(template: Template, owners: Mapping[str, str]) -> Template:
    """The template in which each resource says whose it is.

    So that this is known of a deployed stack, too, even of resources that are not declared any
    more.

    Args:
        template: a template.
        owners: `Kind:name` of the component of each resource, by logical id.
    """
    resources = {
        name: {**one, "Metadata": {**one.get("Metadata", {}), OWNER: owners.get(name, "")}}
        for name, one in template.get("Resources", {}).items()
    }
    return {**template, "Resources": resources}


def owner_of(template: Template, logical: str) -> str:
    """The component of a resource, "" if its template does not say."""
    resource = template.get("Resources", {}).get(logical, {})
    return str(resource.get("Metadata", {}).get(OWNER, ""))
