"""Projects to start from."""

from praktika.infrastructure import VPC, CloudInfrastructure, Components, Storage

SETTINGS = {
    "PROJECT_SLUG": "acme",
    "AWS_REGION": "eu-north-1",
    "AWS_ACCOUNT_ID": "123456789012",
    "S3_ARTIFACT_BUCKET": "acme-artifacts",
}


def zone(letter="a", **more):
    return VPC.Subnet(availability_zone=f"eu-north-1{letter}", **more)


def acme(**more):
    """A project without faults, but for those that are given."""
    more.setdefault("name", "acme")
    more.setdefault("vpcs", [VPC.Config(subnets=[zone()])])
    more.setdefault("storages", [Storage.Config(name="artifacts", retention_days=30)])
    return CloudInfrastructure.Config(**more)


def runners(name="small", **more):
    more.setdefault("instance_type", "t4g.small")
    if "scaling" not in more:
        more.setdefault("size", 1)
    return Components.RunnerPool(name=name, **more)


def orchestrators(**more):
    more.setdefault("instance_type", "t4g.small")
    return Components.OrchestratorPool(size=1, **more)
