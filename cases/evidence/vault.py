"""Files of people at rest: encrypted bytes under a name that says nothing."""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cases.subjects import key_to_open, key_to_seal

_MAGIC, _OWN = b"RF1", b"RF2"
_NONCE = 12


def path_of(token: UUID) -> str:
    """Where the file of this token lies, below the storage's own folder."""
    return f"{token.hex[:2]}/{token.hex}"


def put(token: UUID, data: bytes, *, subject: str | None) -> str:
    """Encrypt under the data key of this subject, None where it is nobody's, and store; answers the path.

    The token is part of what is authenticated: files cannot be swapped. Raises Erased for an erased subject.
    """
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    magic, name, key = (_MAGIC, kid, key) if subject is None else (_OWN, subject, key_to_seal(subject))
    nonce = os.urandom(_NONCE)
    body = magic + bytes([len(name)]) + name.encode() + nonce + AESGCM(key).encrypt(nonce, data, magic + token.bytes)
    return default_storage.save(path_of(token), ContentFile(body))


def get(token: UUID, path: str) -> bytes:
    """Read and decrypt; a changed or exchanged file raises ValueError, one of an erased subject Closed."""
    with default_storage.open(path, "rb") as file:
        body = file.read()
    magic = body[:3]
    if magic not in (_MAGIC, _OWN):
        raise ValueError("not a stored file of this installation")
    end = 4 + body[3]
    name = body[4:end].decode()
    try:
        key = key_to_open(name) if magic == _OWN else settings.FIELD_KEYS[name]
        return AESGCM(key).decrypt(body[end : end + _NONCE], body[end + _NONCE :], magic + token.bytes)
    except (InvalidTag, KeyError) as error:
        raise ValueError("stored file does not open: changed, exchanged, or of another key") from error


def drop(path: str) -> None:
    """Remove a stored file."""
    default_storage.delete(path)


def empty(path: str, subject: str) -> None:
    """Of an erased subject's file nothing stays but whose it was: whoever asks for it is told so."""
    name = subject.encode()
    default_storage.delete(path)
    default_storage.save(path, ContentFile(_OWN + bytes([len(name)]) + name))
