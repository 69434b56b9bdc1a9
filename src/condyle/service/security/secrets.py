"""Secrets that a browser or a program carries; the archive keeps only their hashes."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_PREFIX = "condyle_"
"""How an access token begins, so that a scanner of files knows one."""


def new_secret() -> str:
    """Gives 256 bits by chance, as text that fits a header."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Gives the SHA-256 of a secret, by which the archive finds it."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
