"""The work of a job that builds images, and its Result: a part for each image."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import NoReturn

from praktika.sdk.files import to_json, write_atomic
from praktika.sdk.images.engine import BuildFailed, Engine, EngineFailed, client_settings
from praktika.sdk.images.index import index_of
from praktika.sdk.images.order import BUILT_FILE, ORDER_FILE, Image, Order
from praktika.sdk.images.store import Store
from praktika.sdk.images.workshop import Workshop
from praktika.sdk.job.secret import SecretMissing, find_secret
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.errors import NotThere, RegistryFailed
from praktika.sdk.registry.login import login_of
from praktika.sdk.result.result import Result
from praktika.sdk.result.status import Status
from praktika.sdk.settings import Settings
from praktika.sdk.stopwatch import Stopwatch

_PATIENCE = 60.0
_LOCAL_PATIENCE = 2.0
_LATEST = "latest"
_NO_TAG = "the plan does not say what it holds, so it cannot be known whether it is there"


def main(name: str) -> NoReturn:
    """Do what the order says, write the job's Result, and exit as it says."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # credentials are removed, too
    temp = Path(Settings.TEMP_DIR)
    try:
        order = Order.read(str(temp / ORDER_FILE))
        logins = _logins(order)
    except (OSError, ValueError, SecretMissing) as error:
        Result.create_new(name, Status.ERROR, info=str(error)).complete_job()
    with client_settings(logins, order.private) as settings:
        store = Store(order, logins, _LOCAL_PATIENCE if order.is_local else _PATIENCE)
        building = Building(order, store, Engine(order.docker, settings), temp)
        results = building.run()
    write_atomic(str(temp / BUILT_FILE), to_json(building.built))
    Result.create_from(name=name, results=results).complete_job()


class Building:
    """The images of an order, one after another.

    Attributes:
        built: digests of the images that are usable now and that the job was to finish, by name;
            "" of those that are on this machine only.
    """

    def __init__(self, order: Order, store: Store, engine: Engine, logs: Path) -> None:
        self.built: dict[str, str] = {}
        self._order = order
        self._store = store
        self._engine = engine
        self._workshop = Workshop(order, store, engine, logs)
        self._failed: set[str] = set()

    def run(self) -> list[Result]:
        """The outcome of each image that this job has something to do for."""
        results = []
        for image in self._order.images:
            watch = Stopwatch()
            result = self._tried(image)
            if result is not None:
                results.append(result.set_timing(watch))
        return results

    def _tried(self, image: Image) -> Result | None:
        try:
            result = self._one(image)
        except BuildFailed as error:
            result = Result.create_new(image.name, Status.FAIL, info=str(error))
        except (EngineFailed, RegistryFailed, OSError) as error:
            result = Result.create_new(image.name, Status.ERROR, info=str(error))
        if result is not None and not result.is_ok():
            self._failed.add(image.name)
            result.set_files([path for path in [self._workshop.log_of(image)] if path.is_file()])
        return result

    def _one(self, image: Image) -> Result | None:
        own = [name for name in image.platforms if name in self._order.platforms]
        if not own and image.name not in self._order.finishes:
            return None
        lost = [name for name in image.depends_on if name in self._failed]
        if lost:
            info = f"it depends on {', '.join(lost)}"
            return Result.create_new(image.name, Status.DROPPED, info=info)
        if not image.tags:
            return Result.create_new(image.name, Status.ERROR, info=_NO_TAG)
        return self._here(image) if self._order.is_local else self._there(image, own)

    def _there(self, image: Image, own: list[str]) -> Result:
        """Have an image in its registry."""
        digest = self._store.find(image, *image.tags)
        if digest:
            self._workshop.know(image, digest)
            self._finish(image, digest)
            return Result.create_new(image.name, Status.SKIPPED, info=f"already there: {digest}")
        made = [name for name in own if self._push_part(image, name)]
        lines = [f"built for {', '.join(made)}"] if made else []
        if image.name in self._order.finishes:
            digest = self._close(image)
            lines.append(f"{image.tag} is {digest}")
            self._finish(image, digest)
        return Result.create_new(image.name, Status.OK if lines else Status.SKIPPED, info=lines)

    def _push_part(self, image: Image, platform: str) -> bool:
        """Have an image for one platform in its registry; whether it was built for that."""
        tag = image.part_tag(platform)
        digest = self._store.find(image, tag) if tag != image.tag else ""
        if digest:  # of an attempt that did not get to its end
            self._workshop.know_part(image, platform, f"{image.name}@{digest}")
            return False
        reference = self._workshop.build(image, platform, tag)
        self._engine.push(reference, self._workshop.log_of(image))
        return True

    def _close(self, image: Image) -> str:
        """The digest of an image of which all parts are there, under its tag."""
        if len(image.platforms) == 1:
            digest = self._store.find(image, image.tag)
            if not digest:
                raise RegistryFailed(f"{image.registry} has taken {image.name} and not kept it")
            return digest
        parts = []
        for name in image.platforms:
            try:
                parts.append((name, self._store.manifest(image, image.part_tag(name))))
            except NotThere as error:
                raise RegistryFailed(f"nobody has built it for {name}: {error}") from error
        return self._store.put(image, image.tag, *index_of(parts))

    def _finish(self, image: Image, digest: str) -> None:
        """Note what an image is now; in the main branch's scope, let "latest" mean it, too."""
        if image.name not in self._order.finishes:
            return
        self.built[image.name] = digest
        if self._order.moves_latest and image.is_main:
            if self._store.find(image, _LATEST) == digest:
                return
            manifest = self._store.manifest(image, digest)
            self._store.put(image, _LATEST, manifest.media_type, manifest.data)

    def _here(self, image: Image) -> Result | None:
        """Have an image on this machine, if it is not in its registry; nothing is pushed."""
        digest, note = self._looked_up(image)
        notes = [note] if note else []
        reference = f"{image.name}:{image.tag}"
        if digest:
            self._workshop.know(image, digest)
            status, told = Status.SKIPPED, f"already there: {digest}"
        else:
            native = self._engine.platform()
            platform = native if native in image.platforms else image.platforms[0]
            if self._engine.identity(reference):
                status, told = Status.SKIPPED, "already on this machine"
                self._workshop.know_part(image, platform, reference)
            elif platform in self._order.platforms:
                self._workshop.build(image, platform, image.tag)
                status, told = Status.OK, f"built for {platform}, on this machine only"
            elif image.name in self._order.finishes:
                raise EngineFailed(f"{reference} is not on this machine: its build has not run")
            else:
                return None
        if image.name in self._order.finishes:
            self.built[image.name] = digest
        return Result.create_new(image.name, status, info=[told, *notes])

    def _looked_up(self, image: Image) -> tuple[str, str]:
        """The digest of what the registry has, or why that is not known."""
        try:
            return self._store.find(image, *image.tags), ""
        except RegistryFailed as error:
            return "", f"whether it is in its registry is not known: {error}"


def _logins(order: Order) -> dict[str, Login]:
    """Who we are, by registry.

    Raises:
        SecretMissing, ValueError: the credentials are not there, or no credentials.
    """
    if not order.secret:
        return {}
    try:
        registry, login = login_of(find_secret(order.secret))
    except SecretMissing:
        if order.is_local:
            return {}
        raise
    return {registry: login}
