"""Adapters to registries of images."""

from praktika.adapters.registry.http import HttpRegistry, logins_in

__all__ = ["HttpRegistry", "logins_in"]
