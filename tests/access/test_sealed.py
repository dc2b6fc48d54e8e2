"""What a stolen database does not show: sealed columns open only where they belong, and only with the key."""

from __future__ import annotations

import base64
import os
import uuid
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cases.access.models import User
from cases.calendar import clock
from cases.dossier.models import Answer, Case
from cases.sealed import Sealed, blind_index, commitment_of, seal, unseal
from tests.cast import Cast

COLUMN = "cases_user.name"


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_what_is_sealed_opens_again_to_the_same_text(text: str) -> None:
    assert unseal(seal(text, COLUMN), COLUMN) == text


def test_a_value_of_another_column_does_not_open() -> None:
    with pytest.raises(ValueError, match="another column"):
        unseal(seal("马秀兰", COLUMN), "cases_user.phone")


def test_a_changed_byte_anywhere_does_not_open() -> None:
    token = seal("649918195208294953", COLUMN)
    prefix, kid, body, commitment = token.split(".")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    for place in (0, 11, 12, 40, len(raw) - 1):
        changed = bytearray(raw)
        changed[place] ^= 1
        other = base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        with pytest.raises(ValueError, match="does not open"):
            unseal(f"{prefix}.{kid}.{other}.{commitment}", COLUMN)
    with pytest.raises(ValueError, match="commitment"):
        unseal(f"{prefix}.{kid}.{body}.{seal('x', COLUMN).split('.')[3]}", COLUMN)


@pytest.mark.parametrize("token", ["", "马秀兰", "s1.k9.AAAA.AAAA", "a.b", "s1.k1.a.b.c"])
def test_what_this_installation_did_not_seal_does_not_open(token: str) -> None:
    with pytest.raises(ValueError):
        unseal(token, COLUMN)


def test_after_a_change_of_keys_old_values_open_and_new_ones_use_the_new_key(settings: Any) -> None:
    old = settings.FIELD_KEYS
    before = seal("李翠花", COLUMN)
    settings.FIELD_KEYS = {"k2": os.urandom(32), **old}
    assert unseal(before, COLUMN) == "李翠花"
    after = seal("李翠花", COLUMN)
    assert after.split(".")[1] == "k2"
    settings.FIELD_KEYS = old
    with pytest.raises(ValueError):
        unseal(after, COLUMN)


def test_equal_values_look_different_and_their_commitments_too() -> None:
    one, two = seal("杨存义", COLUMN), seal("杨存义", COLUMN)
    assert one.split(".")[2] != two.split(".")[2]
    assert one.split(".")[3] != two.split(".")[3]


def test_a_blind_index_finds_equal_values_of_one_purpose_only(settings: Any) -> None:
    index = blind_index("649918195208294953", "person.id")
    assert index == blind_index("649918195208294953", "person.id")
    assert index != blind_index("649918195208294953", "account.no")
    assert index != blind_index("649918195208294954", "person.id")
    assert len(index) == 64
    settings.INDEX_KEY = os.urandom(32)
    assert index != blind_index("649918195208294953", "person.id")


def test_the_column_holds_ciphertext_and_the_object_the_value(cast: Cast) -> None:
    user = User.objects.get(pk=cast["applicant1"].pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM cases_user WHERE id = %s", [user.pk])
        name, phone = cursor.fetchone()
    assert (user.name, user.phone) == ("马秀兰", "19900000001")
    assert name.startswith("s2.") and phone.startswith("s2.")
    assert "马秀兰" not in name and "19900000001" not in phone
    assert commitment_of(user.name) == name.split(".")[3]


def test_saving_an_unchanged_object_writes_the_same_bytes(cast: Cast) -> None:
    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM cases_user WHERE id = %s", [cast["applicant1"].pk])
            return str(cursor.fetchone()[0])

    first = stored()
    cast["applicant1"].save()
    User.objects.get(pk=cast["applicant1"].pk).save()
    assert stored() == first
    changed = User.objects.get(pk=cast["applicant1"].pk)
    changed.name = "马秀兰"
    changed.save()
    assert stored() != first


def test_a_value_copied_from_another_column_is_sealed_anew_for_its_own(cast: Cast) -> None:
    source = User.objects.get(pk=cast["applicant1"].pk)
    target = cast["applicant2"]
    target.name = source.phone
    target.save()
    assert isinstance(source.phone, Sealed)
    assert User.objects.get(pk=target.pk).name == "19900000001"


def test_a_sealed_column_refuses_to_be_searched(cast: Cast) -> None:
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(name="马秀兰").exists()
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(name__contains="马").exists()
    assert User.objects.filter(phone__isnull=False).count() < User.objects.count()
    assert not User.objects.filter(name="").exists()


@pytest.mark.parametrize("value", ["12.50", ["a", {"b": None}], {"户": "主"}, 0, False, "", "𠮷"])
def test_any_json_value_survives_a_sealed_json_column(cast: Cast, value: Any) -> None:
    now = clock.now()
    case = Case.objects.create(
        token=uuid.uuid4(), programme="rare_disease", owner=cast["applicant1"], created_at=now, saved_at=now
    )
    row = Answer.objects.create(case=case, key="k", value=value, by=cast["applicant1"], at=now)
    assert Answer.objects.get(pk=row.pk).value == value
