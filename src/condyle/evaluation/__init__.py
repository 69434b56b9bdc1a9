"""Arrays in, estimates with their intervals out: every figure that Condyle states."""
