"""How a machine leaves its group.

idle       the group gets smaller; one machine a second and pool, which looks once more
replaced   another one comes: spot machines that go, machines of one job, and sick ones

Nobody else ends machines: Auto Scaling is told to spare all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from praktika_controller.aws import AWS_ERRORS, Clients
from praktika_controller.bucket import Bucket
from praktika_controller.idle import ticket, turn
from praktika_controller.logs.journal import log
from praktika_controller.machine.identity import Identity

REPLACED_PER_HOUR = 3
"""Sick machines of a pool: if it is the image that is broken, more of them do not help."""


class Leaving:
    """The way out.

    Args:
        aws: the clients.
        identity: of this machine.
        bucket: where tickets are drawn.
        now: seconds since the epoch.
        wait: lets so many seconds pass.
    """

    def __init__(
        self,
        aws: Clients,
        identity: Identity,
        bucket: Bucket,
        *,
        now: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._aws = aws
        self._identity = identity
        self._bucket = bucket
        self._now = now
        self._wait = wait

    def has_turn(self) -> bool:
        """Whether it is this machine that may look, and leave its pool, now: it has a second."""
        begun = self._now()
        key = ticket(self._identity.pool, begun)
        if not self._bucket.create(key, self._identity.instance.encode()):
            return False
        self._wait(max(0.0, turn(begun) - self._now()))
        return True

    def leave(self, reason: str, *, smaller: bool) -> None:
        """End this machine.

        Args:
            reason: why.
            smaller: whether the group does without it; AWS refuses that of one at its minimum.
        """
        log("machine.leaving", reason=reason, smaller=smaller)
        self._aws.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=self._identity.instance, ShouldDecrementDesiredCapacity=smaller
        )

    def replace(self, reason: str) -> bool:
        """Let another machine take this one's place; False if too many of the pool were already."""
        hour = int(self._now() // 3600)
        for number in range(REPLACED_PER_HOUR):
            key = f"leaving/{self._identity.pool}/sick-{hour}-{number}"
            try:
                is_ours = self._bucket.create(key, self._identity.instance.encode())
            except AWS_ERRORS as error:
                log("machine.stays", reason=f"whether it may go is not known: {error}")
                return False
            if is_ours:
                self._give_up(reason)
                return True
        log("machine.stays", reason=f"{REPLACED_PER_HOUR} of its pool were replaced in this hour")
        return False

    def _give_up(self, reason: str) -> None:
        try:
            self.leave(reason, smaller=False)
        except AWS_ERRORS as error:
            log("machine.unhealthy", reason=str(error))
            self._aws.autoscaling.set_instance_health(
                InstanceId=self._identity.instance,
                HealthStatus="Unhealthy",
                ShouldRespectGracePeriod=False,
            )
