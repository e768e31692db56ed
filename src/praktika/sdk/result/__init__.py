"""The Result that job scripts make. Its JSON is described in `docs/result.md`."""
