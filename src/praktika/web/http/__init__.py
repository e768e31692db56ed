"""HTTP itself: limits, ranges, who asks, files."""
