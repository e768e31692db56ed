# ruff: noqa: RUF012 - the shape that authors write

from ci.settings.names import BUCKET


class Labels:
    SMALL = ["self-hosted", "small"]


MAIN_BRANCH = "trunk"
S3_ARTIFACT_PATH = BUCKET
CI_CONFIG_RUNS_ON = Labels.SMALL
CACHE_S3_PATH = f"{BUCKET}/cache"
TEMP_DIR = "./ci/tmp"
OWN_BUCKET_NAME = BUCKET
SECRET_GH_APP_ID: str = "app.id"
DISABLED_WORKFLOWS = ["retired.py"]
CLOUD_INFRASTRUCTURE_CONFIG_PATH = "./ci/infra/cloud.py"
