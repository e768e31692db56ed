"""`praktika orchestrator --installation`."""
