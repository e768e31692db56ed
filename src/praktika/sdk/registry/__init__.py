"""A registry of images over HTTP, by the Registry HTTP API v2, with the standard library alone."""
