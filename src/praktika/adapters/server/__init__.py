"""Another praktika's stores, by its HTTP API."""
