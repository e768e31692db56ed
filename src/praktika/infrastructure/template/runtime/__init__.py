"""The resources that can be made anew, a module for each kind."""

from praktika.infrastructure.template.context import Builder, Implied

BUILDERS: dict[str, Builder] = {}
"""By kind of component."""

IMPLIED: dict[str, Implied] = {}
"""What every installation has, by the name that its manifest gives it: `Installation:webhook`."""
