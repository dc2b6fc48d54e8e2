"""Files of people at rest: encrypted bytes under a name that says nothing."""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

_MAGIC = b"RF1"
_NONCE = 12


def path_of(token: UUID) -> str:
    """Where the file of this token lies, below the storage's own folder."""
    return f"{token.hex[:2]}/{token.hex}"


def put(token: UUID, data: bytes) -> str:
    """Encrypt and store; answers the path. The token is part of what is authenticated: files cannot be swapped."""
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(_NONCE)
    name = kid.encode()
    body = _MAGIC + bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, data, _MAGIC + token.bytes)
    return default_storage.save(path_of(token), ContentFile(body))


def get(token: UUID, path: str) -> bytes:
    """Read and decrypt; a changed or exchanged file raises ValueError."""
    with default_storage.open(path, "rb") as file:
        body = file.read()
    if body[:3] != _MAGIC:
        raise ValueError("not a stored file of this installation")
    end = 4 + body[3]
    try:
        key = settings.FIELD_KEYS[body[4:end].decode()]
        return AESGCM(key).decrypt(body[end : end + _NONCE], body[end + _NONCE :], _MAGIC + token.bytes)
    except (InvalidTag, KeyError) as error:
        raise ValueError("stored file does not open: changed, exchanged, or of another key") from error


def drop(path: str) -> None:
    """Remove a stored file."""
    default_storage.delete(path)
