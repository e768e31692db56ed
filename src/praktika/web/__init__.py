"""HTTP: webhooks in, the API, the pages."""
