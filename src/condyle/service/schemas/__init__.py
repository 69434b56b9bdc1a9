"""What the service's routes take and give; the viewer's client is generated from it."""
