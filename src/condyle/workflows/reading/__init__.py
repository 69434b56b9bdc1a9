"""The parts of reading a study."""
