"""All services that there are light clients for."""

from __future__ import annotations

from praktika.adapters.aws.light import json_services
from praktika.adapters.aws.light.clients import Makers
from praktika.adapters.aws.light.functions import LightLambda
from praktika.adapters.aws.light.groups import LightAutoScaling
from praktika.adapters.aws.light.objects import LightS3

EVERY: Makers = {
    "autoscaling": LightAutoScaling,
    "lambda": LightLambda,
    "s3": LightS3,
    "secretsmanager": json_services.secretsmanager,
    "sqs": json_services.sqs,
    "ssm": json_services.ssm,
}
