"""What runs the bundles: a process of its own, its steps, and the queue that it takes from."""
