"""Test vectors stand beside a version: one that fails, or none at all, keeps it from being published."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from cases.policy import actions, queries
from cases.policy.models import PolicyVersion
from cases.policy.rules import Policy
from cases.policy.vectors import run
from cases.programme import programmes
from workflows.programmes.rare_disease.policy import POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Any) -> PolicyVersion:
    return actions.load_policy(programme="rare_disease", version=POLICY, by=cast["policy_edit"])


@pytest.mark.parametrize("card", programmes(), ids=lambda card: card.slug)
def test_every_shipped_policy_has_vectors_and_gives_what_they_say(card: Any) -> None:
    """Add "vectors" to the POLICY of the programme: title, facts and expected amount."""
    vectors = card.policy.get("vectors", ())
    assert vectors, f"{card.slug} ships no vector"
    policy = Policy.from_rows(card.policy["rows"])
    ran = [run(card.slug, policy, one["title"], one["facts"], one["expected"]) for one in vectors]
    assert [(one.title, str(one.fault)) for one in ran if one.fault] == []


def test_a_failing_vector_keeps_a_version_from_being_published(draft: PolicyVersion, cast: Any) -> None:
    facts = {"total": "20000"}
    actions.set_vector(version=draft, title="错的", facts=facts, expected={"amount": "1"}, by=cast["policy_edit"])
    with pytest.raises(Invalid) as refused:
        actions.publish(version=draft, by=cast["policy_publish"])
    assert [str(words) for words in refused.value.fields.values()] == ["应得 1 元，算出 3000.00 元。"]
    actions.set_vector(version=draft, title="错的", facts=facts, expected={"amount": "3000"}, by=cast["policy_edit"])
    actions.publish(version=draft, by=cast["policy_publish"])


def test_a_version_without_a_vector_is_published_neither_by_page_nor_by_hand(draft: PolicyVersion, cast: Any) -> None:
    for one in draft.vectors.all():
        actions.remove_vector(version=draft, vector=one.pk, by=cast["policy_edit"])
    with pytest.raises(Invalid, match="错误"):
        actions.publish(version=draft, by=cast["policy_publish"])
    with pytest.raises(DatabaseError, match="test vector"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(
            status="published", published_by=cast["policy_publish"], published_at=clock.now()
        )


def test_waiting_list_and_rows_are_compared_where_they_are_stated(draft: PolicyVersion) -> None:
    policy = queries.policy_for(draft.pk)
    short = {"total": "80000", "fund_left": "1"}
    assert not run("rare_disease", policy, "", short, {"amount": "0", "waitlist": True}).fault
    assert run("rare_disease", policy, "", short, {"amount": "0", "waitlist": False}).fault
    assert run("rare_disease", policy, "", {"total": "9000"}, {"amount": "3000", "rows": ["award.band2"]}).fault
    assert run("rare_disease", policy, "", {"total": "负"}, {"amount": "0"}).fault


def test_vectors_are_written_and_run_on_their_page(draft: PolicyVersion, cast: Any) -> None:
    editor = Client()
    editor.force_login(cast["policy_edit"])
    address = reverse("policy:vectors", args=[draft.pk])
    typed = {"title": "自费六千", "facts": '{"total": "6000"}', "amount": "3000", "rows": "award.self_pay，award.band1"}
    assert editor.post(address, typed).status_code == 302
    page = editor.get(address).content.decode()
    assert "自费六千" in page and "应得 3000" not in page
    assert editor.post(address, {**typed, "facts": "六千"}).status_code == 422
    assert editor.post(address, {**typed, "amount": "2999"}).status_code == 302
    assert "应得 2999" in editor.get(address).content.decode()
