from praktika import CloudInfrastructure
from praktika.infrastructure import DedicatedHost

CLOUD = CloudInfrastructure.Config(
    name="example_cloud",
    lambda_functions=[*CloudInfrastructure.SLACK_APP_LAMBDAS],
    dedicated_hosts=[DedicatedHost.Config(name="mac", instance_type="mac1.metal")],
)
