"""The storage node: associations that bring objects, received as they come."""
