"""Taking a project down, and its machines out of service. Nothing is found by how a name begins."""
