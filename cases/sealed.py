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
from django.utils.translation import gettext as _

from cases.errors import Erased
from cases.subjects import ERASED, Closed, key_to_open, key_to_seal, subject_of, unwrap, with_key

_PREFIX, _OWN = "s1", "s2"
_SALT = 32
_NONCE = 12


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seal(value: str, column: str, subject: str | None = None) -> str:
    """Encrypt one value for one column; the answer is `s1.<key id>.<nonce+ciphertext>.<commitment>`.

    A value of a subject (`case:12`) is sealed under the subject's own data key: `s2.<subject>.<nonce+ciphertext>.<commitment>`.
    The commitment is HMAC-SHA256 of the value under a random salt that stands only inside the ciphertext: history may
    hold it, it proves the value later, and it says nothing once the key is destroyed. Raises Erased for an erased subject.
    """
    if subject is None:
        prefix, (name, key) = _PREFIX, next(iter(settings.FIELD_KEYS.items()))
    else:
        prefix, name, key = _OWN, subject, key_to_seal(subject)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    raw = value.encode()
    text = AESGCM(key).encrypt(nonce, salt + raw, f"{prefix}|{name}|{column}".encode())
    return f"{prefix}.{name}.{_b64(nonce + text)}.{_b64(hmac.digest(salt, raw, hashlib.sha256))}"


def unseal(token: str, column: str) -> str:
    """Decrypt a token of `seal`; another column's token, a changed byte or an unknown key raises ValueError.

    A token may have the wrapped key of its subject behind it, as `with_key` reads it. Raises Closed for an erased subject.
    """
    try:
        prefix, name, body, commitment, *told = token.split(".")
    except ValueError as error:
        raise ValueError("not a sealed value of this installation") from error
    key = _key(prefix, name, told)
    data = _unb64(body)
    try:
        plain = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], f"{prefix}|{name}|{column}".encode())
    except Exception as error:  # cryptography raises InvalidTag without a text
        raise ValueError("sealed value does not open: changed, or of another column") from error
    salt, raw = plain[:_SALT], plain[_SALT:]
    if not hmac.compare_digest(hmac.digest(salt, raw, hashlib.sha256), _unb64(commitment)):
        raise ValueError("sealed value does not match its commitment")
    return raw.decode()


def _key(prefix: str, name: str, told: list[str]) -> bytes:
    if prefix == _OWN:
        return unwrap(".".join(told[:2]), name) if told else key_to_open(name)
    if prefix != _PREFIX or told or name not in settings.FIELD_KEYS:
        raise ValueError("not a sealed value of this installation")
    return bytes(settings.FIELD_KEYS[name])


def bare(token: str) -> str:
    """The token as it is stored, without the key that was read with it."""
    return ".".join(token.split(".", 4)[:4])


def gone(why: str) -> str:
    """What stands on a page in place of a value that may not be read any more."""
    return _("已删除") if why == ERASED else _("限制查阅")


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
    """A decrypted value that remembers its token and column, so that saving it unchanged writes the same bytes.

    `why` says that it may not be read any more, and then the text is what stands in its place.
    """

    token: str
    column: str
    why: str

    @classmethod
    def of(cls, value: str, token: str, column: str, why: str = "") -> Sealed:
        """A value together with its sealed form."""
        sealed = cls(value)
        sealed.token, sealed.column, sealed.why = token, column, why
        return sealed

    def belongs(self, column: str, subject: str | None) -> bool:
        """Sealed for this column, and for this subject or before subjects had keys: its bytes may stand there as they are."""
        prefix, name = self.token.split(".", 2)[:2]
        return self.column == column and (prefix == _PREFIX or name == subject or self.why != "")


class GoneValue(dict[str, Any]):
    """A structured value that is erased or in storage only: empty on a list, the same bytes when it is saved.

    Who needs something in it gets the refusal that says so (Erased), not a fault.
    """

    def __init__(self, token: str, why: str) -> None:
        super().__init__()
        self.token, self.why = token, why

    def __str__(self) -> str:
        return gone(self.why)

    def __missing__(self, key: str) -> Any:
        raise Erased(self.why)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.token)


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

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """The wrapped key of the subject comes with the value: rows of many subjects are opened without another query."""
        return with_key(sql), [*params, *params]

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return value
        try:
            return Sealed.of(unseal(value, self._column()), bare(value), self._column())
        except Closed as closed:
            return Sealed.of(gone(closed.why), bare(value), self._column(), closed.why)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        if isinstance(value, Sealed) and value.column == self._column():
            return value.token
        if getattr(self.model, "sealed_for", ""):
            raise FieldError(f"{self.model.__name__}.{self.name} is sealed for a subject: save the row itself")
        return seal(str(value), self._column())

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, str) and value != "":
            subject = subject_of(model_instance)
            if not (isinstance(value, Sealed) and value.belongs(self._column(), subject)):
                # remembered, so that the next save of the same object does not look like another value in history
                value = Sealed.of(str(value), seal(str(value), self._column(), subject), self._column())
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
        value = getattr(model_instance, self.attname)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, GoneValue):
            return Sealed.of("", value.token, self._column())
        return Sealed.of("", seal(_json(value), self._column(), subject_of(model_instance)), self._column())

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return None
        try:
            return json.loads(unseal(value, self._column()))
        except Closed as closed:
            return GoneValue(bare(value), closed.why)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or (isinstance(value, Sealed) and value.column == self._column()):
            return None if value is None else value.token
        if getattr(self.model, "sealed_for", ""):
            raise FieldError(f"{self.model.__name__}.{self.name} is sealed for a subject: save the row itself")
        return seal(_json(value), self._column())

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
