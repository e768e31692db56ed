# ruff: noqa: RUF012 - the shape that authors write

from settings.names import BUCKET  # ./ci is on the path as well

from praktika import Artifact, Docker, Secret
from praktika.utils import MetaClasses, Utils

TEMP = f"{Utils.cwd()}/ci/tmp"


class Labels:
    AMD = ["self-hosted", "builder"]
    ARM = ["self-hosted", "builder-arm"]


class Builds(metaclass=MetaClasses.WithIter):
    DEBUG = "amd_debug"
    RELEASE = "amd_release"
    ARM = "arm_release"


class Jobs:
    STYLE = "Style check"
    BUILD = "Build"
    TESTS = "Stateless tests"
    DOCS = "Docs (preview), v1.2"


class Artifacts:
    DEBUG = "BIN_DEBUG"
    RELEASE = "BIN_RELEASE"
    ARM = "BIN_ARM"
    REPORT = "REPORT"


BINARIES = Artifact.Config(
    name="...",
    type=Artifact.Type.S3,
    path=f"{TEMP}/build/program",
    compress_zst=True,
).parametrize(names=[Artifacts.DEBUG, Artifacts.RELEASE, Artifacts.ARM])
REPORT = Artifact.Config(
    name=Artifacts.REPORT, type=Artifact.Type.S3, path=["./*.html", f"{TEMP}/x"]
)

DOCKERS = [
    Docker.Config(
        name="example/base",
        path="./ci/docker/base",
        platforms=Docker.Platforms.arm_amd,
        depends_on=[],
    ),
    Docker.Config(
        name="example/tests",
        path="./ci/docker/tests",
        platforms=Docker.Platforms.AMD,
        depends_on=["example/base"],
    ),
]

SECRETS = [
    Secret.Config(name="registry_password", type=Secret.Type.AWS_SSM_VAR),
    Secret.Config(name="app.id", type=Secret.Type.AWS_SSM_SECRET).join_with(
        Secret.Config(name="app.key", type=Secret.Type.AWS_SSM_SECRET)
    ),
]
assert BUCKET == "example-builds"
