"""Adapters for one machine: SQLite for journals and queues, a folder for blobs, local processes."""
