"""The face `praktika.secret`; what a workflow declares is in `praktika.pipeline.declare`."""

from praktika.pipeline.declare.secret import Secret

__all__ = ["Secret"]
