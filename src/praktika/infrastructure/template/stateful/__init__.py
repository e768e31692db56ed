"""The resources that would be missed, a module for each kind."""

from praktika.infrastructure.template.context import Builder
from praktika.infrastructure.template.stateful.network import add_network

BUILDERS: dict[str, Builder] = {"VPC": add_network}
"""By kind of component."""
