"""Secrets that travel in links: 160 bits, stored as digests only."""

import hashlib
import secrets

TOKEN_BYTES = 20


def new_token() -> str:
    """A fresh secret for a link or a cookie, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What is stored of a token: its SHA-256, 64 hexadecimal digits. A token is random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
