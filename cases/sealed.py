"""Encrypted columns: what a stolen database does not show, and commitments that history may hold instead of values."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact

_PREFIX = "s1"
_SALT = 32
_NONCE = 12


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seal(value: str, column: str) -> str:
    """Encrypt one value for one column; the answer is `s1.<key id>.<nonce+ciphertext>.<commitment>`.

    The commitment is HMAC-SHA256 of the value under a random salt that stands only inside the ciphertext: history may
    hold it, it proves the value later, and it says nothing once the key is destroyed (audit.md, erasure).
    """
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    raw = value.encode()
    text = AESGCM(key).encrypt(nonce, salt + raw, f"{_PREFIX}|{kid}|{column}".encode())
    return f"{_PREFIX}.{kid}.{_b64(nonce + text)}.{_b64(hmac.digest(salt, raw, hashlib.sha256))}"


def unseal(token: str, column: str) -> str:
    """Decrypt a token of `seal`; another column's token, a changed byte or an unknown key raises ValueError."""
    try:
        prefix, kid, body, commitment = token.split(".")
        key = settings.FIELD_KEYS[kid]
    except (ValueError, KeyError) as error:
        raise ValueError("not a sealed value of this installation") from error
    data = _unb64(body)
    try:
        plain = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], f"{prefix}|{kid}|{column}".encode())
    except Exception as error:  # cryptography raises InvalidTag without a text
        raise ValueError("sealed value does not open: changed, or of another column") from error
    salt, raw = plain[:_SALT], plain[_SALT:]
    if not hmac.compare_digest(hmac.digest(salt, raw, hashlib.sha256), _unb64(commitment)):
        raise ValueError("sealed value does not match its commitment")
    return raw.decode()


def commitment_of(value: Any) -> str:
    """The commitment part of a sealed value that came from the database ("" when it is empty or fresh)."""
    token = getattr(value, "token", "")
    return token.rsplit(".", 1)[-1] if token else ""


def blind_index(value: str, purpose: str) -> str:
    """Keyed digest for exact search of a sealed value (ID number, account, phone): 64 hex characters.

    `purpose` keeps two columns apart, so that equal values in different columns do not show as equal.
    """
    key = hmac.digest(settings.INDEX_KEY, purpose.encode(), hashlib.sha256)
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


class Sealed(str):
    """A decrypted value that remembers its token and column, so that saving it unchanged writes the same bytes."""

    token: str
    column: str

    @classmethod
    def of(cls, value: str, token: str, column: str) -> Sealed:
        """A value together with its sealed form."""
        sealed = cls(value)
        sealed.token, sealed.column = token, column
        return sealed


class _Empty(Exact):
    """`= ''` is the one comparison that a sealed column allows: is anything there?"""

    def get_prep_lookup(self) -> Any:
        if self.rhs not in ("", None):
            raise FieldError("a sealed value is found by its blind index")
        return self.rhs


class SealedField(models.TextField[Any, Any]):
    """加密字段: text that is ciphertext in the database; no lookups but isnull."""

    def _column(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return value
        return Sealed.of(unseal(value, self._column()), value, self._column())

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        if isinstance(value, Sealed) and value.column == self._column():
            return value.token
        return seal(str(value), self._column())

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, str) and value != "":
            # remembered, so that the next save of the same object does not look like another value in history
            token = self.get_prep_value(value)
            value = Sealed.of(str(value), token, self._column())
            setattr(model_instance, self.attname, value)
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return _Empty
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: search its blind index instead")
        return super().get_lookup(lookup_name)


class SealedJSONField(SealedField):
    """加密的结构化字段: any JSON value as ciphertext."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return getattr(model_instance, self.attname)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return None
        return json.loads(unseal(value, self._column()))

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return seal(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")), self._column())

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)
