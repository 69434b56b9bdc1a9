"""The parts of the clinic: receiving studies, and running the bundles on them."""
