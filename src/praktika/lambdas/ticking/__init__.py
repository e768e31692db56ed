"""What is looked at once a minute while nobody else is awake, each thing by itself."""
