"""How deploys look on a terminal."""
