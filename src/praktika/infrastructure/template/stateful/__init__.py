"""The resources that would be missed, a module for each kind."""

from praktika.infrastructure.template.context import Builder
from praktika.infrastructure.template.stateful.database.cluster import add_database
from praktika.infrastructure.template.stateful.hosts import add_hosts
from praktika.infrastructure.template.stateful.machines import add_machines
from praktika.infrastructure.template.stateful.network import add_network
from praktika.infrastructure.template.stateful.pages import add_page
from praktika.infrastructure.template.stateful.secrets import add_secret
from praktika.infrastructure.template.stateful.storage import add_storage

BUILDERS: dict[str, Builder] = {
    "VPC": add_network,
    "Storage": add_storage,
    "ReportPage": add_page,
    "SecretParameter": add_secret,
    "CIDBCluster": add_database,
    "DedicatedHost": add_hosts,
    "EC2Instance": add_machines,
}
"""By kind of component."""
