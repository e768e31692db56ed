"""Bytes that anybody may have written, as characters, lines, numbers and times."""
