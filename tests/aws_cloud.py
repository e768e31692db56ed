"""The AWS API server with resource types that it does not know: these are recorded and no more.

It is started as `python aws_cloud.py`; the table of handlers is private to the server, whose version
is pinned.
"""

import sys
import uuid

RECORDED = {
    "AWS::EC2::SecurityGroupIngress": "sgr-",
    "AWS::EC2::SecurityGroupEgress": "sgr-",
    "AWS::EC2::Volume": "vol-",
    "AWS::EC2::VolumeAttachment": "va-",
    "AWS::EC2::Instance": "i-",
    "AWS::EC2::Host": "h-",
    "AWS::ImageBuilder::Component": "arn:aws:imagebuilder:eu-central-1:1:component/",
    "AWS::ImageBuilder::ImageRecipe": "arn:aws:imagebuilder:eu-central-1:1:image-recipe/",
    "AWS::ImageBuilder::InfrastructureConfiguration": "arn:aws:imagebuilder:eu-central-1:1:infra/",
    "AWS::ImageBuilder::DistributionConfiguration": "arn:aws:imagebuilder:eu-central-1:1:dist/",
    "AWS::ImageBuilder::ImagePipeline": "arn:aws:imagebuilder:eu-central-1:1:image-pipeline/",
    "AWS::ImageBuilder::Image": "arn:aws:imagebuilder:eu-central-1:1:image/",
    "AWS::ImageBuilder::LifecyclePolicy": "arn:aws:imagebuilder:eu-central-1:1:lifecycle/",
    "AWS::DLM::LifecyclePolicy": "policy-",
    "AWS::Backup::BackupSelection": "selection-",
}

PUBLIC = {
    "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64": "ami-0a23a1b2c3d4e5f60"
}
"""Parameters of AWS itself that the server does not know, either: of x86_64 it does."""


def main() -> None:
    from ministack import app
    from ministack.core import router
    from ministack.services import autoscaling, ssm
    from ministack.services.cloudformation import provisioners

    ssm._PUBLIC_AMI_PARAMETERS.update(PUBLIC)

    autoscaling._ACTION_MAP["SuspendProcesses"] = lambda asked: _suspended(autoscaling, asked)
    app.SERVICE_HANDLERS["imagebuilder"] = _imagebuilder
    router.SERVICE_PATTERNS["imagebuilder"] = {}
    handlers = provisioners._RESOURCE_HANDLERS
    for kind, start in RECORDED.items():
        handlers.setdefault(kind, {"create": _create(start), "delete": lambda *_: None})
    sys.argv[1:] = []
    app.main()


async def _imagebuilder(_method, path, _headers, _body, _query):
    """What starts an image pipeline; nothing becomes of it."""
    is_known = path == "/StartImagePipelineExecution"
    answer = b'{"imageBuildVersionArn": "arn:aws:imagebuilder:eu-central-1:1:image/one"}'
    return 200 if is_known else 404, {"Content-Type": "application/json"}, answer


def _suspended(autoscaling, asked):
    """Note it as a tag, which descriptions show."""
    group = autoscaling._asgs.get(asked["AutoScalingGroupName"])
    if group is None:
        return autoscaling._error("ValidationError", "AutoScalingGroup name not found")
    name = group["AutoScalingGroupName"]
    tag = {"Key": "suspended", "Value": asked["ScalingProcesses.member.1"], "ResourceId": name}
    others = [one for one in group["Tags"] if one["Key"] != "suspended"]
    group["Tags"] = [*others, {**tag, "ResourceType": "auto-scaling-group"}]
    return autoscaling._xml(200, "SuspendProcessesResponse", "")


def _create(start):
    def create(_logical, _properties, _stack):
        name = start + uuid.uuid4().hex[:17]
        return name, {"Arn": name, "Id": name, "GroupId": name, "ImageId": "ami-" + name[-17:]}

    return create


if __name__ == "__main__":
    main()
