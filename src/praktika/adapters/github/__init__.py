"""GitHub: webhooks, the REST API, the tokens of an app."""
