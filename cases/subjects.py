"""Data keys (数据密钥): each case, person, account and registration has a key of its own, and destroying it erases what it sealed."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat

from cases.errors import Erased

ERASED, RESTRICTED = "erased", "restricted"
_NONCE = 12


class Closed(ValueError):
    """已删除或限制处理: the key of this subject is destroyed, or the subject is kept in storage only."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the subject of this value is {why}")
        self.why = why


def subject_of(instance: Any) -> str | None:
    """Whose data the sealed columns of this row are, e.g. `case:12`; None where they are nobody's.

    A model says it in `sealed_for` as `kind:path`: the kind of subject, and the attribute of the row that names it.
    """
    declared: str = getattr(type(instance), "sealed_for", "")
    if not declared:
        return None
    kind, path = declared.split(":")
    value = instance
    for name in path.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return f"{kind}:{value.hex if isinstance(value, UUID) else value}"


def with_key(sql: str, *, restricted: bool = True) -> str:
    """The SQL of a sealed column with the wrapped key of its subject behind it, so that opening a row costs no query.

    An erased subject has `.erased` there; one in storage only `.restricted`, unless `restricted` is False (the check of history).
    """
    kept = "WHEN k.restricted_at IS NOT NULL THEN '.restricted' " if restricted else ""
    return (
        f"({sql} || coalesce((SELECT CASE WHEN k.destroyed_at IS NOT NULL THEN '.erased' {kept}"
        f"ELSE '.' || k.kid || '.' || k.wrapped END FROM cases_subjectkey k WHERE k.subject = split_part({sql}, '.', 2)), ''))"
    )


def set_aside() -> Exists:
    """Of a question for cases: whether the case is kept in storage only."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    # the table stands in a room above: found by name, so that the dependency keeps going one way
    return Exists(
        apps.get_model("cases", "SubjectKey")._default_manager.filter(subject=subject, restricted_at__isnull=False)
    )


def wrap(key: bytes, subject: str) -> tuple[str, str]:
    """A data key under the installation's current key: the name of that key, and the wrapped one."""
    kid, own = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(_NONCE)
    body = nonce + AESGCM(own).encrypt(nonce, key, f"key|{kid}|{subject}".encode())
    return kid, base64.urlsafe_b64encode(body).decode().rstrip("=")


def unwrap(told: str, subject: str) -> bytes:
    """The data key in `kid.wrapped`. Raises Closed when it is destroyed or not to be used, ValueError when it does not open."""
    if told in (ERASED, RESTRICTED):
        raise Closed(told)
    kid, _dot, wrapped = told.partition(".")
    body = base64.urlsafe_b64decode(wrapped + "=" * (-len(wrapped) % 4))
    try:
        return AESGCM(settings.FIELD_KEYS[kid]).decrypt(body[:_NONCE], body[_NONCE:], f"key|{kid}|{subject}".encode())
    except (InvalidTag, KeyError, ValueError) as error:
        raise ValueError("the key of this subject does not open") from error


def key_to_open(subject: str) -> bytes:
    """The data key of one subject, asked of the database. Raises Closed, and ValueError where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN destroyed_at IS NOT NULL THEN 'erased' WHEN restricted_at IS NOT NULL THEN 'restricted' "
            "ELSE kid || '.' || wrapped END FROM cases_subjectkey WHERE subject = %s",
            [subject],
        )
        row = cursor.fetchone()
    if row is None:
        raise ValueError("the key of this subject is missing")
    return unwrap(row[0], subject)


def key_to_seal(subject: str) -> bytes:
    """The data key of one subject, made when it has none. Raises Erased: nothing new is sealed for an erased subject."""
    held = _held(subject)
    if held is None:
        prepare([subject])
        held = _held(subject) or key_to_open(subject)
    return held


def prepare_for(rows: Iterable[Any]) -> None:
    """The keys of these rows in one statement, before they are stored together."""
    prepare(subject for row in rows if (subject := subject_of(row)))


def prepare(subjects: Iterable[str]) -> None:
    """Fetch or make the keys of many subjects in one statement, to seal with in this transaction. Raises Erased."""
    wanted = sorted(set(subjects))
    fresh = [wrap(os.urandom(32), subject) for subject in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, told FROM privacy_keys(%s::text[], %s::text[], %s::text[])",
            [wanted, [kid for kid, _wrapped in fresh], [wrapped for _kid, wrapped in fresh]],
        )
        for subject, told in cursor.fetchall():
            try:
                _hold(subject, unwrap(told, subject))
            except Closed as closed:
                raise Erased(closed.why) from closed


def _held(subject: str) -> bytes | None:
    """A key that this transaction has used already; what was rolled back is not held."""
    mark, key = vars(connection).get("relief_keys", {}).get(subject, (None, None))
    return key if any(told[1] is mark for told in connection.run_on_commit) else None


def _hold(subject: str, key: bytes) -> None:
    """Keep a key until this transaction ends: Django forgets the mark when the transaction, or a part of it, is rolled back."""
    keys = vars(connection).setdefault("relief_keys", {})
    if not connection.in_atomic_block:
        return
    mark = partial(keys.pop, subject, None)
    keys[subject] = (mark, key)
    transaction.on_commit(mark)
