"""Carrying out a plan, action by action."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from praktika.infrastructure.deploying import made
from praktika.infrastructure.deploying.afterwards.settle import settle
from praktika.infrastructure.deploying.manifest import Manifest, packed
from praktika.infrastructure.deploying.plan import (
    Action,
    AskForSecret,
    ChangeStack,
    MakeSecret,
    MakeTaskKey,
    PutInstallation,
    SaveManifest,
    Upload,
    UploadPage,
)
from praktika.infrastructure.deploying.progress import Tell, note, step
from praktika.infrastructure.deploying.stacks.building import Builder
from praktika.infrastructure.deploying.wanted import Code, Wanted
from praktika.model.installation import FILE
from praktika.model.wire import encode
from praktika.ports.cloud.cloud import Cloud

API = "ApiUrl"
"""The output of the runtime stack with the base URL of the installation's API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Carries out actions.

    Attributes:
        wanted: what they are for.
        cloud: where.
        builder: of the stacks.
        app: id of the GitHub App, "" without.
        tell: is told what is done.
        check: is called before each action, and may raise.
    """

    wanted: Wanted
    cloud: Cloud
    builder: Builder
    app: str
    tell: Tell
    check: Callable[[], None] = lambda: None

    def apply(self, actions: Sequence[Action]) -> None:
        """Do everything, in order."""
        for action in actions:
            self.check()
            self._do(action)

    def begin(self, before: Manifest | None) -> None:
        """Say that from now on what is deployed is something in between."""
        empty = Manifest(praktika=self.wanted.version)
        self._save(msgspec.structs.replace(before or empty, digest=""))

    def _do(self, action: Action) -> None:
        match action:
            case MakeSecret(hidden):
                self.tell(step(f"making secret {hidden.name}"))
                made.make_random(self.cloud.parameters, hidden.name, hidden.about)
            case AskForSecret(hidden):
                self.tell(
                    note(
                        f"{hidden.component} needs parameter {hidden.name}, which is not there: "
                        f"aws ssm put-parameter --type SecureString --name {hidden.name} --value …"
                    )
                )
            case MakeTaskKey(has_seed):
                self.tell(step("making the key that signs tasks"))
                if not has_seed:
                    made.make_seed(self.cloud.parameters, self.wanted.names)
                made.make_public(self.cloud.parameters, self.wanted.names)
            case ChangeStack(part):
                self.builder.change(part)
            case Upload(code):
                self._upload(code)
            case UploadPage(page):
                self.cloud.objects.put(page.bucket, page.key, page.data, kind="text/html")
            case PutInstallation(is_last):
                self._put_installation(is_last=is_last)
            case SaveManifest(manifest):
                self._save(manifest)
            case _:
                settle(action, self.builder)

    def _upload(self, code: Code) -> None:
        self.tell(step(f"building and uploading {code.name}"))
        with tempfile.TemporaryDirectory(prefix="praktika-code-") as folder:
            file = code.build(Path(folder))
            self.cloud.objects.put(self.wanted.bucket, self.wanted.key(code), file)

    def _put_installation(self, *, is_last: bool) -> None:
        runtime = self.builder.find("runtime")
        api = runtime.outputs.get(API, "") if runtime else ""
        if is_last and not api:
            return  # nothing more is known than before
        installation = msgspec.structs.replace(
            self.wanted.installation, app=self.app, api=api.rstrip("/")
        )
        key = f"{self.wanted.names.slug}/blobs/{FILE}"
        data = encode(installation)
        self.cloud.objects.put(self.wanted.bucket, key, data, kind="application/json")

    def _save(self, manifest: Manifest) -> None:
        self.cloud.parameters.replace(self.wanted.names.manifest, packed(manifest))
