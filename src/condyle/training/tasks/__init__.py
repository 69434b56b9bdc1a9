"""What a recipe can train: one module a kind of task."""
