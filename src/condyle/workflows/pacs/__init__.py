"""Studies from and to other systems: peers, retrieving, sending, routing."""
