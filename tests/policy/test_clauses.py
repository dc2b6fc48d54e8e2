"""Every rule rests on a clause: what cites nothing is not published, and a cited measure stands still."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, Stale
from cases.policy import actions, queries
from cases.policy.models import Clause, Measure, PolicyVersion
from cases.policy.rules import Row
from cases.programme import Programme, programmes
from tests.policy.first import put_in_force
from tests.policy.lean import LEAN

pytestmark = pytest.mark.django_db
CAP = {"amount": "9000"}


@pytest.fixture
def in_force(cast: Any) -> PolicyVersion:
    return put_in_force(
        programme="rare_disease", version=LEAN, editor=cast["policy_edit"], publisher=cast["policy_publish"]
    )


@pytest.fixture
def draft(in_force: PolicyVersion, cast: Any) -> PolicyVersion:
    return actions.new_draft(
        programme="rare_disease", title="新标准", effective_from=clock.today(), by=cast["policy_edit"], copy_of=in_force
    )


def test_a_row_without_a_clause_is_not_published_by_page_or_by_hand(draft: PolicyVersion, cast: Any) -> None:
    actions.edit_row(version=draft, row=Row("caps", "per_life", CAP, 9), by=cast["policy_edit"])
    with pytest.raises(Invalid) as refused:
        actions.publish(version=draft, by=cast["policy_publish"])
    assert list(refused.value.fields) == ["caps.per_life.clause"]
    with pytest.raises(DatabaseError, match="cites a clause"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(
            status="published", published_by=cast["policy_publish"], published_at=clock.now()
        )


def test_a_row_cites_only_a_clause_that_the_measures_have(draft: PolicyVersion, cast: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.edit_row(version=draft, row=Row("caps", "per_life", CAP, 9, "第 99 条"), by=cast["policy_edit"])
    assert list(refused.value.fields) == ["clause"]


def test_the_words_of_a_cited_measure_stand_still_and_change_in_a_new_edition(draft: PolicyVersion, cast: Any) -> None:
    measure = Measure.objects.get()
    by = cast["policy_edit"]
    with pytest.raises(Stale):
        actions.set_clause(measure=measure, number="示例第 12 条", text_zh="每年最高 20000 元。", by=by)
    for change in (
        lambda: Clause.objects.filter(measure=measure).update(text_zh="改了"),
        lambda: Clause.objects.create(measure=measure, number="新", text_zh="新"),
        lambda: Measure.objects.filter(pk=measure.pk).update(title="改了"),
    ):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            change()
    second = actions.new_edition(measure=measure, by=by)
    clause = actions.set_clause(measure=second, number="示例第 12 条", text_zh="每年最高 20000 元。", by=by)
    actions.edit_row(version=draft, row=Row("caps", "per_year", {"amount": "12000"}, 1, "示例第 12 条"), by=by)
    assert draft.rows.get(section="caps", key="per_year").clause == clause
    before = queries.policy_for(queries.current_version("rare_disease", clock.today()).pk)
    assert "12000" in before.row("caps", "per_year").quote("zh")


def test_the_pages_of_measures_show_clauses_with_their_rows_and_take_new_ones(
    in_force: PolicyVersion, cast: Any
) -> None:
    editor = Client()
    editor.force_login(cast["policy_edit"])
    page = editor.get(Measure.objects.get().get_absolute_url()).content.decode()
    assert "救助 3000 元" in page and "award.band1" in page and "另起一个版次" in page
    heading = {"title": "新办法", "issuer": "省里", "document_number": "1 号", "issued_on_year": "2026",
               "issued_on_month": "1", "issued_on_day": "5"}  # fmt: skip
    made = editor.post(reverse("policy:measures", args=["rare_disease"]), heading)
    assert made.status_code == 302
    told = {"number": "第一条", "text_zh": "为了救助。", "text_en": ""}
    assert editor.post(made["Location"], told).status_code == 302
    clause = Clause.objects.get(number="第一条")
    assert editor.post(made["Location"], {**told, "text_zh": ""}).status_code == 422
    gone = editor.post(reverse("policy:clause_remove", args=[clause.measure_id, clause.pk]))
    assert gone.status_code == 302 and not Clause.objects.filter(pk=clause.pk).exists()


@pytest.mark.parametrize(
    "card", [card for card in programmes() if "measure" in card.policy], ids=lambda card: card.slug
)
def test_a_shipped_measure_has_words_of_its_own_for_every_clause_that_is_cited_and_no_clause_that_nothing_cites(
    card: Programme,
) -> None:
    cited = {row.clause for row in card.policy["rows"] if row.clause}
    assert cited == set(card.policy["measure"]["clauses"])
