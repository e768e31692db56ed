"""What authors declare besides pools: queues, functions, roles, launch templates, groups."""
