"""The resources that can be made anew, a module for each kind."""

from praktika.infrastructure.template.context import Builder, Implied
from praktika.infrastructure.template.runtime.authored.function import add_own_function
from praktika.infrastructure.template.runtime.authored.machines import (
    add_own_group,
    add_own_launch_template,
    add_pool_autoscaler,
)
from praktika.infrastructure.template.runtime.authored.queue import add_own_queue
from praktika.infrastructure.template.runtime.authored.roles import add_own_profile, add_own_role
from praktika.infrastructure.template.runtime.functions.api import add_api
from praktika.infrastructure.template.runtime.functions.builtin import (
    add_broker,
    add_tick,
    add_webhook,
)
from praktika.infrastructure.template.runtime.functions.watch import add_alarms, add_logs
from praktika.infrastructure.template.runtime.imaging.builder import add_image_builder
from praktika.infrastructure.template.runtime.machines.pools import (
    add_orchestrator_pool,
    add_runner_pool,
)
from praktika.infrastructure.template.runtime.queues import add_shared_queues

BUILDERS: dict[str, Builder] = {
    "AutoScalingGroup": add_own_group,
    "GitHubTokenMinter": add_broker,
    "IAMInstanceProfile": add_own_profile,
    "IAMRole": add_own_role,
    "Lambda": add_own_function,
    "ImageBuilder": add_image_builder,
    "LaunchTemplate": add_own_launch_template,
    "OrchestratorPool": add_orchestrator_pool,
    "PoolAutoscaler": add_pool_autoscaler,
    "RunnerPool": add_runner_pool,
    "SQSQueue": add_own_queue,
}
"""By kind of component."""

IMPLIED: dict[str, Implied] = {
    "Installation:logs": add_logs,
    "Installation:queues": add_shared_queues,
    "Installation:webhook": add_webhook,
    "Installation:tick": add_tick,
    "Installation:api": add_api,
    "Installation:alarms": add_alarms,
}
"""What every installation has, by the name that its manifest gives it: `Installation:webhook`."""
