"""From the tags of a machine to its work."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack

from praktika_controller import VERSION
from praktika_controller.aws import Clients
from praktika_controller.bucket import Bucket
from praktika_controller.faults import Fault, Sick
from praktika_controller.logs.journal import File, Sink, log, set_up
from praktika_controller.logs.shipping import PERIOD, Shipping
from praktika_controller.machine import notices
from praktika_controller.machine.fence import raise_fence
from praktika_controller.machine.health import Health
from praktika_controller.machine.identity import ORCHESTRATOR, Identity, identify
from praktika_controller.machine.leaving import Leaving
from praktika_controller.machine.metadata import Metadata, find_metadata
from praktika_controller.machine.notices import Notices
from praktika_controller.machine.pool import Pool
from praktika_controller.machine.processes import become_subreaper
from praktika_controller.machine.systemd import Supervisor
from praktika_controller.queues import Queues
from praktika_controller.work.orchestrator import OrchestratorRole
from praktika_controller.work.places import Places, find_places
from praktika_controller.work.runner import RunnerRole
from praktika_controller.work.station import Station, find_pace


def main() -> int:
    """Serve as what this machine is, until it leaves or the service is ended; the exit code."""
    become_subreaper()
    places = find_places()
    places.make()
    with ExitStack() as stack:
        file = File(places.log)
        stack.callback(file.close)
        stack.callback(set_up([file]))
        metadata = find_metadata()
        try:
            identity = identify(metadata)
        except Fault as fault:
            log("machine.unknown", reason=str(fault))
            sys.stderr.write(f"praktika_controller: {fault}\n")
            return 1
        aws = Clients(identity.region)
        shipping = Shipping(
            aws, identity.log_group, identity.instance, period=_seconds("SHIP", PERIOD)
        )
        shipping.start()
        stack.callback(shipping.close)
        stack.callback(set_up([shipping]))
        return _serve(_station(identity, places, aws, metadata, [file, shipping]), metadata)


def _serve(station: Station, metadata: Metadata) -> int:
    identity = station.identity
    log(
        "service.started",
        version=VERSION,
        instance=identity.instance,
        role=identity.role,
        pool=identity.pool,
        trust=identity.trust,
    )
    _fence(station, metadata)
    station.ending.install()
    station.notices.start()
    station.supervisor.tell(READY="1")
    role = OrchestratorRole if identity.role == ORCHESTRATOR else RunnerRole
    try:
        role(station).serve()
    except Exception as error:
        log("service.failed", reason=f"{type(error).__name__}: {error}")
        raise
    finally:
        station.notices.close()
    station.supervisor.tell(STOPPING="1")
    return 0


def _fence(station: Station, metadata: Metadata) -> None:
    """Put up the fence; a machine that has none takes no work."""
    if not metadata.is_real:
        log("fence.skipped", reason="the metadata service is not AWS's own")
        return
    try:
        log("fence.raised", how=raise_fence(station.places.user))
    except Sick as sick:
        station.health.broken(str(sick))


def _station(
    identity: Identity, places: Places, aws: Clients, metadata: Metadata, sinks: list[Sink]
) -> Station:
    bucket = Bucket(aws, identity.bucket, identity.project)
    queues = Queues(aws, identity.project)
    docker = shutil.which("docker") or ""
    has_docker = places.docker_socket.exists() and identity.role != ORCHESTRATOR
    return Station(
        identity=identity,
        places=places,
        aws=aws,
        queues=queues,
        bucket=bucket,
        leaving=Leaving(aws, identity, bucket),
        pool=Pool(aws, queues, identity),
        notices=Notices(metadata, _seconds("NOTICES", notices.PERIOD)),
        health=Health(
            places.work,
            (places.work, places.overlays),
            room=int(_seconds("ROOM", 1 << 30)),
            docker=docker if has_docker else "",
        ),
        supervisor=Supervisor(),
        sinks=sinks,
        pace=find_pace(),
    )


def _seconds(name: str, default: float) -> float:
    return float(os.environ.get(f"PRAKTIKA_CONTROLLER_{name}") or default)
