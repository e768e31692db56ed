"""The stable names of problems. `docs/problems.md` explains each; a test compares the two."""

# Loading the files
NO_WORKFLOWS = "no-workflows"
SYNTAX_ERROR = "syntax-error"
LOAD_FAILED = "load-failed"
LOAD_ENDED = "load-ended"
LOAD_TIMEOUT = "load-timeout"
LOAD_OUTPUT = "load-output"
MISSPELT_WORKFLOWS = "misspelt-workflows"
WORKFLOWS_TYPE = "workflows-type"
NO_DEFINITIONS = "no-definitions"
NO_PROJECTS = "no-projects"
UNKNOWN_FILE = "unknown-file"
UNKNOWN_SETTING = "unknown-setting"
DEPRECATED = "deprecated"
INTERNAL_ERROR = "internal-error"

# Planning a run
GONE_WORKFLOW = "gone-workflow"

# Calling filter hooks
FILTER_FAILED = "filter-failed"

# One object
UNKNOWN_ATTRIBUTE = "unknown-attribute"
MISSING_FIELD = "missing-field"
WRONG_TYPE = "wrong-type"
WRONG_VALUE = "wrong-value"
BAD_NAME = "bad-name"
BAD_TIMEOUT = "bad-timeout"
BAD_CRON = "bad-cron"
BAD_PATTERN = "bad-pattern"
EMPTY_COMMAND = "empty-command"
OUTSIDE_PATH = "outside-path"
MISSING_FILE = "missing-file"
PARAMETRISED_PROVIDES = "parametrised-provides"
NO_EFFECT = "no-effect"
FEATURE_NEEDS = "feature-needs"

# Objects among one another
DUPLICATE_NAME = "duplicate-name"
UNKNOWN_REQUIREMENT = "unknown-requirement"
UNKNOWN_ARTIFACT = "unknown-artifact"
UNPROVIDED_ARTIFACT = "unprovided-artifact"
PROVIDED_TWICE = "provided-twice"
UNKNOWN_DOCKER = "unknown-docker"
UNKNOWN_ALIAS = "unknown-alias"
ALIAS_SHADOWS = "alias-shadows"
UNSERVED_LABEL = "unserved-label"
CYCLE = "cycle"
TOO_MANY_JOBS = "too-many-jobs"
TOO_MANY_NEEDS = "too-many-needs"

# The infrastructure
BAD_SLUG = "bad-slug"
SLUG_CLASH = "slug-clash"
NAME_CLASH = "name-clash"
UNKNOWN_COMPONENT = "unknown-component"
BAD_NETWORK = "bad-network"
BAD_MACHINE = "bad-machine"
BAD_SIZE = "bad-size"
BAD_REPOSITORY = "bad-repository"
PLATFORM_SECRET = "platform-secret"  # noqa: S105 - a code
TOO_OPEN = "too-open"
LOOSE_DEPENDENCY = "loose-dependency"
UNFIT_SETTING = "unfit-setting"
NEWER_PRAKTIKA = "newer-praktika"

ALL = frozenset(
    value for name, value in globals().items() if name.isupper() and isinstance(value, str)
)
