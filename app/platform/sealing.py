"""Secrets that must be read again are sealed with the installation's key, which no database and no backup holds."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FIRST_WAY = "1."
"""AES-256-GCM under a key derived by HKDF-SHA256. Another way gets another mark, so that old seals still open."""

NONCE_BYTES = 12


class BrokenSeal(ValueError):
    """It was sealed under another key, about something else, or changed since."""


def seal(secret: str, *, key: bytes, about: str) -> str:
    """A secret as it may be stored. ``about`` names what it belongs to: elsewhere it does not open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    closed = AESGCM(_derived(key)).encrypt(nonce, secret.encode(), about.encode())
    return FIRST_WAY + base64.urlsafe_b64encode(nonce + closed).decode()


def unseal(sealed: str, *, key: bytes, about: str) -> str:
    """The secret again.

    Raises:
        BrokenSeal: it does not open with this key, or is not about this.
    """
    if not sealed.startswith(FIRST_WAY):
        raise BrokenSeal("sealed in an unknown way")
    try:
        whole = base64.urlsafe_b64decode(sealed.removeprefix(FIRST_WAY))
        return AESGCM(_derived(key)).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal("another key, another owner, or changed") from error


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bridge sealed secrets").derive(key)
