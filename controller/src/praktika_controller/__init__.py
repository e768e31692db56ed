"""What a machine of a praktika installation boots."""
