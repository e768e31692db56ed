"""Pipelines of EC2 Image Builder."""

from __future__ import annotations

import uuid

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated


class AwsImages:
    """An `Images` of one region.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def start(self, pipeline: str) -> bool:
        """Let a pipeline make an image now; see the port."""
        with translated(f"cannot start {pipeline}", f"there is no image pipeline {pipeline}"):
            try:
                self._aws.images.start_image_pipeline_execution(
                    imagePipelineArn=pipeline, clientToken=str(uuid.uuid4())
                )
            except self._aws.images.exceptions.ClientError as error:
                if code_of(error) != "ResourceInUseException":
                    raise
                return False
        return True
