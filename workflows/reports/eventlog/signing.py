"""The key that signs exports (导出签名): made from the installation's index key, so that there is no other key to keep."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from cases.history.notes import LOG, Key, Note, sign

NAME = "relief-export"


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(settings.INDEX_KEY, b"export.signature.v1", hashlib.sha256))


def public_key() -> Key:
    """公钥 as whoever checks an export pins it."""
    return Key(NAME, LOG, _key().public_key().public_bytes_raw())


def signed(text: str) -> str:
    """The text as a signed note in the form of C2SP."""
    body = text.rstrip("\n") + "\n"
    return Note(body, (sign(body, name=NAME, key=_key()),)).text()
