"""Protocols to a cloud's own parts."""
