"""The command line: one module a verb, and nothing heavy until a verb runs."""

from condyle.cli.app import create_app, main

__all__ = ["create_app", "main"]
