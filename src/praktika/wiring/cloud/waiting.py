"""What a job that no machine has taken yet waits for, as far as whoever asks may see."""

from __future__ import annotations

from functools import partial

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.engine.pickup import cause
from praktika.errors import OperatorError
from praktika.model.facts import Trust
from praktika.ports.blobs import Blobs
from praktika.ports.cloud.groups import Groups
from praktika.wiring.cloud.installed import read_installation
from praktika.wiring.cloud.orchestrator.pools import CloudPools, machines_of


def waits_for(blobs: Blobs, label: str, trust: Trust, groups: Groups | None = None) -> str:
    """One clause about the pool that serves a label; "" where nothing is deployed.

    Args:
        blobs: of the installation.
        label: that the job has.
        trust: of its code.
        groups: None for those of the installation's region.
    """
    try:
        installation = read_installation(blobs)
    except OperatorError:  # runners that somebody has started by hand
        return ""
    here = groups or AwsGroups(Clients(installation.region))
    pools = CloudPools(installation.pools, partial(machines_of, here))
    return pools.hopeless(label, trust) or cause(label, pools.supply(label, trust), trust)
