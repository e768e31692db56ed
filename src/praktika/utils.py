"""The face `praktika.utils`; its parts are in `praktika.sdk.shell` and `praktika.sdk.host`."""

from praktika.sdk.host.meta import ContextManager, MetaClasses
from praktika.sdk.host.utils import Utils
from praktika.sdk.shell.bash import CommandFailed
from praktika.sdk.shell.shell import Shell
from praktika.sdk.shell.tee_popen import TeePopen

__all__ = ["CommandFailed", "ContextManager", "MetaClasses", "Shell", "TeePopen", "Utils"]
