"""What `praktika infrastructure` does, for commands: everything that takes long to load is here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from praktika.errors import Absent, AuthorError, Denied, OperatorError
from praktika.infrastructure.cost.estimate import Estimate, estimate
from praktika.infrastructure.deploying.app import app_secret
from praktika.infrastructure.deploying.deploy import (
    Deployed,
    Surroundings,
    deploy,
    keep_app,
    narrowed_to,
    read_manifest,
)
from praktika.infrastructure.deploying.only import chosen
from praktika.infrastructure.deploying.preview import Planned, preview
from praktika.infrastructure.deploying.progress import Tell
from praktika.infrastructure.deploying.wanted import Wanted
from praktika.infrastructure.removal.destroy import destroy_all, destroy_runtime
from praktika.infrastructure.removal.inventory import Inventory, take
from praktika.infrastructure.removal.restart import groups_of, restart
from praktika.infrastructure.removal.status import Status, status_of
from praktika.model.problem import Problem
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.machines import Machine
from praktika.wiring.cloud.compiling import app_secret_of, wanted_of
from praktika.wiring.cloud.projects import Project, find_project, load_project
from praktika.wiring.cloud.site import Site, open_site, surroundings

__all__ = [
    "Belonging",
    "Declared",
    "Deployed",
    "Estimate",
    "Existing",
    "Inventory",
    "Machine",
    "Planned",
    "Status",
]


class Declared:
    """A project that is declared without errors.

    Args:
        root: of the checkout.
        name: of the project, "" for the only one.
        only: words for components, none for all.

    Attributes:
        problems: warnings of the declaration.

    Raises:
        AuthorError: the declaration has errors, or a word means nothing.
        OperatorError: a library is missing, or what is deployed is not as it should be.
    """

    def __init__(self, root: Path, name: str, only: Sequence[str]) -> None:
        self.project, compilation = load_project(root, name)
        self.problems: tuple[Problem, ...] = compilation.problems
        self._site = open_site(self.project)
        self._all = wanted_of(self.project)
        self._wanted = narrowed_to(self._all, self._site.cloud, only) if only else self._all

    def deploy(self, tell: Tell, by: str, *, may_end: bool) -> Deployed:
        """Make the cloud what is declared; machines may be ended with a pool that goes, or not."""
        around: Surroundings = surroundings(tell, by, may_end=may_end)
        return deploy(self._wanted, self._site.cloud, around)

    def preview(self) -> list[Planned]:
        """What a deploy would do."""
        return preview(self._wanted, self._site.cloud)

    def estimate(self) -> Estimate:
        """What it costs."""
        return estimate(self._wanted)

    def status(self) -> Status:
        """What is deployed, beside what is declared."""
        wanted: Wanted = self._all
        return status_of(wanted, self._site.cloud, read_manifest(wanted, self._site.cloud))


class Existing:
    """A project that may be deployed, whatever is declared.

    Args:
        root: of the checkout.
        name: of the project, "" for that of the settings.

    Raises:
        AuthorError: there is no such project.
        OperatorError: the credentials are for another account.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.project: Project = find_project(root, name)
        self._site: Site = open_site(self.project)
        self._site.check_account()

    def keep_app(self, app: str, key_file: Path, by: str) -> tuple[str, bool]:
        """Store the GitHub App; the name of its secret, and whether there was none.

        Raises:
            OperatorError: the number or the key is none, or the project works without GitHub.
        """
        name = app_secret_of(self.project)
        if not name:
            raise OperatorError(
                "the project has no GitHubTokenMinter in github_token_minters, so nobody would "
                "use the App: declare one with its repositories first"
            )
        text = app_secret(app, key_file)
        around = surroundings(lambda _: None, by)
        cloud, names = self._site.cloud, self._site.names
        return name, keep_app(cloud, names, around, secret=name, app=app, text=text)

    def inventory(self, *, everything: bool) -> Inventory:
        """What there is to destroy, and what is at work."""
        return take(self._site.cloud, self._site.names, everything=everything)

    def destroy_runtime(self, tell: Tell, by: str) -> None:
        """Delete the runtime stack."""
        destroy_runtime(self._site.cloud, self._site.names, surroundings(tell, by))

    def destroy_all(self, there: Inventory, tell: Tell, by: str) -> list[Belonging]:
        """Delete everything; what is left."""
        around: Surroundings = surroundings(tell, by)
        return destroy_all(self._site.cloud, self._site.names, there, around)

    def left_to_the_operator(self) -> list[str]:
        """Secrets that people have made for the project, which are never deleted here."""
        name = app_secret_of(self.project) or f"{self.project.slug}-gh-app"
        try:
            self._site.cloud.secrets.get(name, "aws secret")
        except Absent:
            found = []
        except Denied:
            found = [f"secret {name} in Secrets Manager, if it is there: it may not be read"]
        else:
            found = [f"secret {name} in Secrets Manager"]
        config = self.project.config
        declared = config.secret_parameters if config is not None else []
        names = [
            self._site.names.parameter(one.name) for one in declared if not one.generate_random
        ]
        there = sorted(self._site.cloud.parameters.present(names))
        return [*found, *(f"parameter {one}" for one in there)]

    def machines(self, only: Sequence[str]) -> list[str]:
        """The groups of the pools, or of those that words mean.

        Raises:
            Absent: nothing is deployed.
            AuthorError: a word means no pool.
        """
        groups = groups_of(self._site.cloud, self._site.names)
        components = chosen(only, set(groups.values())) if only else set(groups.values())
        return [group for group, component in groups.items() if component in components]

    def restart(self, groups: Sequence[str]) -> list[Machine]:
        """The machines of these groups, which were asked to leave once they are idle."""
        return restart(self._site.cloud, groups)

    def webhook(self) -> tuple[str, str]:
        """The address that GitHub calls, and the secret with which it signs.

        Raises:
            AuthorError: nothing is deployed.
        """
        stack = self._site.cloud.stacks.find(self._site.names.runtime)
        api = stack.outputs.get("ApiUrl", "") if stack else ""
        secret = self._site.cloud.parameters.get(self._site.names.webhook_secret)
        if not api or secret is None:
            raise AuthorError(text="There is no webhook yet: deploy first.")
        return f"{api.rstrip('/')}/webhooks/github", secret.text
