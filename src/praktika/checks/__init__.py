"""What a run looks like on the forge."""
