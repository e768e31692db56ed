"""Who asks: a machine of a pool, by what IAM says of the session that has signed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from praktika.errors import Denied
from praktika.model.installation import Installation, Pool

_SESSION = re.compile(
    r"arn:aws[a-z-]*:sts::(\d{12}):assumed-role/([A-Za-z0-9_+=,.@-]{1,64})/(i-[0-9a-f]{8,17})"
)
"""Of a machine the name of the session is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A machine.

    Attributes:
        pool: that it belongs to, or one of those that share its role.
        instance: the cloud's id of it.
        queues: that machines of its role take tasks from.
    """

    pool: Pool
    instance: str
    queues: frozenset[str]

    @property
    def runner(self) -> str:
        """The name under which it claims attempts."""
        return f"{self.pool.trust}-{self.instance}"


def caller_of(arn: str, installation: Installation) -> Caller:
    """The machine that a session is of.

    Args:
        arn: of the session, as IAM gives it.
        installation: whose machines are known.

    Raises:
        Denied: it is none of this installation's machines.
    """
    found = _SESSION.fullmatch(arn)
    if found is None:
        raise Denied("tokens are for machines of this installation, and for nobody else")
    account, role, instance = found.groups()
    if account != installation.account:
        raise Denied("the account is not that of this installation")
    pools = [pool for pool in installation.pools if pool.role_in(installation.project) == role]
    if len({(pool.role, pool.trust) for pool in pools}) != 1:
        raise Denied(f"role {role} is that of no pool of this installation, or of pools unlike")
    queues = frozenset(queue for pool in pools for queue in pool.queues)
    return Caller(pool=pools[0], instance=instance, queues=queues)
