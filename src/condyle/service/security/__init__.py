"""Passwords, sessions, tokens, and what a browser is told to refuse."""
