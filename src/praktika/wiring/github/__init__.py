"""GitHub, as an installation is set up for it."""
