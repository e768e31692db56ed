"""What a machine of a pool runs when it starts, and what an image of such machines has in it."""

from praktika.infrastructure.template.boot.script import UNIT, Boot, script, user_data

__all__ = ["UNIT", "Boot", "script", "user_data"]
