"""The parts of evaluating, comparing and watching a model."""
