"""What a project has on AWS, by its tag and its paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.cloud.buckets import delete_bucket
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Conflict
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.cloud import PROJECT_TAG

_BUCKET = "arn:aws:s3:::"
_QUEUE = re.compile(r"arn:aws[^:]*:sqs:[^:]*:\d+:(.+)")
_CONTROL = r"-control-(un)?trusted-i-[0-9a-f]+(-dead)?"
"""Names of the queues that machines make for themselves, after the project's."""

_GONE = {
    *("InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound"),
    *("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
    *("InvalidVolume.NotFound", "ResourceNotFoundException", "ParameterNotFound", "NoSuchBucket"),
}
_IN_USE = {"VolumeInUse", "InvalidSnapshot.InUse", "BucketNotEmpty"}


class AwsBelongings:
    """A `Belongings` of one region.

    Args:
        aws: the clients.
        project: slug, which is never looked for at the beginning of a name.
    """

    def __init__(self, aws: Clients, project: str) -> None:
        self._aws = aws
        self._project = project
        self._path = f"/praktika/{project}/"
        self._images_path = f"/imagebuilder/praktika/{project}"

    def owned(self) -> list[Belonging]:
        """Everything; see the port."""
        with translated(f"cannot look for what belongs to {self._project}"):
            found = {
                *(Belonging(kind="image", name=one) for one in self._images()),
                *(Belonging(kind="snapshot", name=one) for one in self._snapshots()),
                *(Belonging(kind="volume", name=one) for one in self._volumes()),
                *(Belonging(kind="queue", name=one) for one in self._control_queues()),
                *(Belonging(kind="log group", name=one) for one in self._log_groups()),
                *(Belonging(kind="parameter", name=one) for one in self._parameters()),
            }
            known = {one.name for one in found}
            for arn in self._tagged():
                # an arn ends in `:parameter/praktika/…`, `:log-group:/…`, `/ami-…`, `/vol-…`
                queue = _QUEUE.fullmatch(arn)
                if arn.startswith(_BUCKET):
                    found.add(Belonging(kind="bucket", name=arn.removeprefix(_BUCKET)))
                elif queue:
                    found.add(Belonging(kind="queue", name=queue[1]))
                elif not any(arn.removesuffix(":*").endswith(name) for name in known):
                    found.add(Belonging(kind="other", name=arn))
        return sorted(found)

    def remove(self, belonging: Belonging) -> None:
        """Delete something; see the port."""
        deed = self._deeds().get(belonging.kind)
        if deed is None:
            return
        what = f"{belonging.kind} {belonging.name}"
        with translated(f"cannot delete {what}"):
            from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

            try:
                deed(belonging.name)
            except ClientError as error:
                if code_of(error) in _IN_USE:
                    raise Conflict(f"cannot delete {what}: it is in use") from error
                if code_of(error) not in _GONE:
                    raise

    def _deeds(self) -> dict[str, Callable[[str], object]]:
        aws = self._aws
        return {
            "bucket": lambda name: delete_bucket(aws, name),
            "image": self._delete_image,
            "snapshot": lambda name: aws.ec2.delete_snapshot(SnapshotId=name),
            "volume": lambda name: aws.ec2.delete_volume(VolumeId=name),
            "queue": self._delete_queue,
            "log group": lambda name: aws.logs.delete_log_group(logGroupName=name),
            "parameter": lambda name: aws.ssm.delete_parameter(Name=name),
        }

    @property
    def _filters(self) -> Any:
        return [{"Name": f"tag:{PROJECT_TAG}", "Values": [self._project]}]

    def _images(self) -> Iterator[str]:
        pages = self._aws.ec2.get_paginator("describe_images").paginate(
            Owners=["self"], Filters=self._filters
        )
        return (one["ImageId"] for page in pages for one in page["Images"])

    def _snapshots(self) -> Iterator[str]:
        pages = self._aws.ec2.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"], Filters=self._filters
        )
        return (one["SnapshotId"] for page in pages for one in page["Snapshots"])

    def _volumes(self) -> Iterator[str]:
        pages = self._aws.ec2.get_paginator("describe_volumes").paginate(Filters=self._filters)
        return (one["VolumeId"] for page in pages for one in page["Volumes"])

    def _delete_image(self, name: str) -> None:
        """Delete an image and what it was made of, which need not have the tag."""
        images = self._aws.ec2.describe_images(ImageIds=[name], Owners=["self"])["Images"]
        disks = [disk for image in images for disk in image.get("BlockDeviceMappings", ())]
        self._aws.ec2.deregister_image(ImageId=name)
        for disk in disks:
            snapshot = disk.get("Ebs", {}).get("SnapshotId", "")
            if snapshot:
                self._aws.ec2.delete_snapshot(SnapshotId=snapshot)

    def _control_queues(self) -> Iterator[str]:
        pages = self._aws.sqs.get_paginator("list_queues").paginate(
            QueueNamePrefix=f"{self._project}-control-"
        )
        names = (url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", ()))
        pattern = re.compile(re.escape(self._project) + _CONTROL)
        return (name for name in names if pattern.fullmatch(name))

    def _delete_queue(self, name: str) -> None:
        url = self._aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        self._aws.sqs.delete_queue(QueueUrl=url)

    def _log_groups(self) -> Iterator[str]:
        pages = self._aws.logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=self._path
        )
        return (one["logGroupName"] for page in pages for one in page["logGroups"])

    def _parameters(self) -> Iterator[str]:
        pages = self._aws.ssm.get_paginator("describe_parameters")
        paths = [self._path.rstrip("/"), self._images_path]
        by_path: Any = [{"Key": "Path", "Option": "Recursive", "Values": paths}]
        by_tag: Any = [{"Key": f"tag:{PROJECT_TAG}", "Values": [self._project]}]
        for page in pages.paginate(ParameterFilters=by_path):
            yield from (one["Name"] for one in page["Parameters"])
        for page in pages.paginate(ParameterFilters=by_tag):
            yield from filter(self._is_tagged, (one["Name"] for one in page["Parameters"]))

    def _is_tagged(self, parameter: str) -> bool:
        """Asked again for what is elsewhere: nothing is deleted because a filter was ignored."""
        answer = self._aws.ssm.list_tags_for_resource(
            ResourceType="Parameter", ResourceId=parameter
        )
        return {"Key": PROJECT_TAG, "Value": self._project} in answer["TagList"]

    def _tagged(self) -> Iterator[str]:
        pages = self._aws.tagging.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": PROJECT_TAG, "Values": [self._project]}]
        )
        return (one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"])
