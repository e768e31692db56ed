"""A server elsewhere, as stores of this machine."""
