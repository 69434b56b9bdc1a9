"""Use cases: where the adapters meet."""
