"""What a deploy does when its stacks are there, as no template can say it."""
