"""A project's own cloud: its declaration, its templates, its account. Loaded when it is wanted."""
