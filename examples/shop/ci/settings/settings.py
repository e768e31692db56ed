"""Settings of the example."""

PROJECT_SLUG = "shop"
MAIN_BRANCH = "main"
