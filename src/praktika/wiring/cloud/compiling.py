"""From a declared project to what a deploy wants."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import Any

from praktika.errors import OperatorError
from praktika.infrastructure.bundles import Bundles
from praktika.infrastructure.deploying.wanted import Code, Hidden, Page, Wanted, owned
from praktika.infrastructure.parts import parts
from praktika.version import VERSION
from praktika.wiring.cloud.projects import Project


def wanted_of(project: Project) -> Wanted:
    """What is declared, ready to be deployed.

    Raises:
        OperatorError: troposphere is not installed.
        AuthorError: a file that is to be uploaded is not there.
    """
    config = project.config
    if config is None:
        raise OperatorError(f"project '{project.name}' is not declared, so nothing can be deployed")
    templates = _templates()
    functions = [part for part in parts(config) if part.KIND == "Lambda"]
    bundles = Bundles(functions, root=project.root)  # type: ignore[arg-type]
    context = templates.Context(project=config, root=project.root, settings=project.settings)
    place = templates.Place(
        region=project.setting("AWS_REGION"),
        account=project.setting("AWS_ACCOUNT_ID"),
        bucket=project.setting("S3_ARTIFACT_BUCKET"),
    )
    # twice: which code there is, is known only then
    names = templates.compiled(context, place, {}).code
    digests = {name: bundles.digest(name) for name in names}
    return _wanted(project, templates.compiled(context, place, digests), bundles, digests)


def _wanted(project: Project, compiled: Any, bundles: Bundles, digests: dict[str, str]) -> Wanted:
    owners = compiled.owners
    return Wanted(
        names=compiled.names,
        version=VERSION,
        templates={
            part: owned(
                template, {name: owner for (it, name), owner in owners.items() if it == part}
            )
            for part, template in compiled.templates.items()
        },
        handed=compiled.handed,
        code=tuple(_code(name, it, bundles, digests) for name, it in compiled.code.items()),
        hashes=compiled.hashes,
        installation=compiled.installation,
        hidden=tuple(
            Hidden(
                name=one.name,
                component=one.component,
                about=one.description,
                is_random=one.random,
            )
            for one in compiled.secrets
        ),
        pages=tuple(
            Page(
                component=one.component,
                bucket=one.bucket,
                key=one.key,
                data=Path(project.root, one.path).read_bytes(),
            )
            for one in compiled.pages
        ),
        app_secret=app_secret_of(project),
    )


def app_secret_of(project: Project) -> str:
    """The secret with the GitHub App, "" for a project without GitHub."""
    minters = project.config.github_token_minters if project.config is not None else []
    names = {str(one.secret_name) for one in minters}
    return f"{project.slug}-{names.pop()}" if names else ""


def _code(name: str, parameter: str, bundles: Bundles, digests: dict[str, str]) -> Code:
    return Code(
        name=name,
        parameter=parameter,
        digest=digests[name],
        suffix=bundles.suffix(name),
        build=functools.partial(bundles.build, name),
    )


class _Templates:
    """What is loaded with troposphere, which is optional and slow."""

    def __init__(self) -> None:
        try:
            compiling = importlib.import_module("praktika.infrastructure.template.compile")
            context = importlib.import_module("praktika.infrastructure.template.context")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "troposphere":
                raise
            raise OperatorError(
                "troposphere is not installed, which deploys need: pip install 'praktika[deploy]'"
            ) from error
        self.compiled = compiling.compiled
        self.Place = compiling.Place
        self.Context = context.Context


@functools.cache
def _templates() -> _Templates:
    return _Templates()
