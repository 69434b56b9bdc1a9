"""The parts of training a recipe."""
