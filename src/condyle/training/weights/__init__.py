"""Published weights: which keys and shapes they have, and how they come into a network."""
