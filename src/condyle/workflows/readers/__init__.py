"""The parts of a reader study."""
