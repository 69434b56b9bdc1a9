"""From cases to a trained network: the only room that imports torch."""
