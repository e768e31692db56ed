"""An installation in a cloud: what its processes are, beyond those of a server of one's own."""
