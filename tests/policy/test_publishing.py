"""A policy is drafted by one person and published by another; nobody changes it afterwards, by any path."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.award.facts import Facts
from cases.award.rules import award
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.policy import actions, queries
from cases.policy.models import PolicyRow, PolicyVersion
from cases.policy.rules import Row
from tests.policy.first import put_in_force
from tests.policy.lean import LEAN
from workflows.programmes.rare_disease.policy import POLICY

pytestmark = pytest.mark.django_db
BAND = {"shape": "band", "over": "5000", "to": "20000", "amount": "3500"}


@pytest.fixture
def editor(cast: Any) -> Any:
    return _holder(cast, "policy.edit")


@pytest.fixture
def publisher(cast: Any) -> Any:
    return _holder(cast, "policy.publish")


def _holder(cast: Any, right: str) -> Any:
    return next(user for user in cast.values() if queries.post_with(user, right))


@pytest.fixture
def in_force(editor: Any, publisher: Any) -> PolicyVersion:
    return put_in_force(programme="rare_disease", version=LEAN, editor=editor, publisher=publisher)


def second_draft(in_force: PolicyVersion, editor: Any) -> PolicyVersion:
    draft = actions.new_draft(
        programme="rare_disease", title="新标准", effective_from=clock.today(), by=editor, copy_of=in_force
    )
    actions.edit_row(version=draft, row=Row("award", "band1", BAND, 2, "示例第 9 条第一档"), by=editor)
    return draft


def test_the_shipped_example_is_whole_and_pays_what_the_field_says(editor: Any, publisher: Any) -> None:
    in_force = put_in_force(programme="rare_disease", version=POLICY, editor=editor, publisher=publisher)
    policy = queries.current("rare_disease", clock.today())
    assert policy.version == in_force.pk and policy.number == 1
    amounts = [
        award(policy, Facts(total=Decimal(total), categories=held)).amount
        for total, held in (
            ("20000", ("H02",)),
            ("20000.01", ("H02",)),
            ("80000", ("H01",)),
            ("5000", ()),
            ("45000", ()),
        )
    ]
    assert amounts == [3600, 7200, 12000, 0, 6000]
    assert policy.days("publicity") == 5 and policy.period("follow_up").unit == "days"
    assert [one.code for one in policy.checklist({"minor": True})].count("D04") == 1


def test_a_new_version_pays_new_amounts_and_the_old_one_the_old_without_a_restart(
    in_force: PolicyVersion, editor: Any, publisher: Any
) -> None:
    old = queries.current("rare_disease", clock.today())
    draft = second_draft(in_force, editor)
    assert queries.current("rare_disease", clock.today()) == old
    actions.publish(version=draft, by=publisher)
    new = queries.current("rare_disease", clock.today())
    pinned = queries.policy_for(in_force.pk)
    assert [award(policy, Facts(total=Decimal("15000"))).amount for policy in (pinned, new)] == [3000, 3500]


def test_a_version_waits_for_its_effective_date(in_force: PolicyVersion, editor: Any, publisher: Any) -> None:
    draft = second_draft(in_force, editor)
    later = clock.today() + timedelta(days=10)
    actions.set_effective_date(version=draft, effective_from=later, title="新标准", by=editor)
    actions.publish(version=draft, by=publisher)
    assert queries.current_version("rare_disease", clock.today()) == in_force
    assert queries.current_version("rare_disease", later).pk == draft.pk


def test_a_draft_is_never_read_from_memory(in_force: PolicyVersion, editor: Any) -> None:
    draft = second_draft(in_force, editor)
    assert queries.policy_for(draft.pk).row("award", "band1").value["amount"] == "3500"
    actions.edit_row(version=draft, row=Row("award", "band1", {**BAND, "amount": "3600"}, 2), by=editor)
    assert queries.policy_for(draft.pk).row("award", "band1").value["amount"] == "3600"


def test_whoever_drafted_does_not_publish(in_force: PolicyVersion, cast: Any, editor: Any) -> None:
    draft = second_draft(in_force, editor)
    with pytest.raises(Refusal) as refused:
        actions.publish(version=draft, by=editor)
    assert refused.value.who_may
    draft.refresh_from_db()
    assert draft.status == PolicyVersion.DRAFT
    denied = Event.objects.filter(action="policy.publish", outcome="denied")
    assert denied.count() == 1


def test_somebody_with_both_rights_still_needs_a_second_person(in_force: PolicyVersion, editor: Any) -> None:
    draft = second_draft(in_force, editor)
    post = queries.require_post(editor, queries.EDIT)
    post.role.rights = [*post.role.rights, queries.PUBLISH]
    post.role.save()
    with pytest.raises(Refusal, match="另一位"):
        actions.publish(version=draft, by=editor)
    with pytest.raises(DatabaseError, match="policy_two_persons"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(
            status="published", published_by=editor, published_at=clock.now()
        )


def test_other_posts_are_told_who_may_and_outsiders_find_nothing(in_force: PolicyVersion, cast: Any) -> None:
    with pytest.raises(Refusal) as refused:
        actions.new_draft(programme="x", title="x", effective_from=clock.today(), by=cast["xiji_intake"])
    assert refused.value.status == 403 and refused.value.who_may
    with pytest.raises(NotFound):
        actions.new_draft(programme="x", title="x", effective_from=clock.today(), by=cast["applicant1"])
    with pytest.raises(NotFound):
        queries.version_for(cast["applicant1"], in_force.pk)


def test_one_open_draft_a_programme(in_force: PolicyVersion, editor: Any) -> None:
    second_draft(in_force, editor)
    with pytest.raises(Refusal, match="草稿"):
        second_draft(in_force, editor)


def test_a_draft_with_a_fault_is_not_published(in_force: PolicyVersion, editor: Any, publisher: Any) -> None:
    draft = second_draft(in_force, editor)
    actions.edit_row(
        version=draft, row=Row("award", "band1", {**BAND, "to": "15000"}, 2, "示例第 9 条第一档"), by=editor
    )
    with pytest.raises(Invalid) as refused:
        actions.publish(version=draft, by=publisher)
    assert list(refused.value.fields) == ["award.band2.over"]


def test_a_wrong_amount_is_not_even_kept_in_a_draft(in_force: PolicyVersion, editor: Any) -> None:
    draft = second_draft(in_force, editor)
    for amount in ("-1", "三千", "3.005", ""):
        with pytest.raises(Invalid) as refused:
            actions.edit_row(version=draft, row=Row("award", "band1", {**BAND, "amount": amount}, 2), by=editor)
        assert list(refused.value.fields) == ["amount"]
    assert queries.policy_for(draft.pk).row("award", "band1").value["amount"] == "3500"


def test_a_past_date_is_refused_once_a_policy_is_in_force(in_force: PolicyVersion, editor: Any, publisher: Any) -> None:
    draft = second_draft(in_force, editor)
    actions.set_effective_date(version=draft, effective_from=date(2026, 2, 1), title="新标准", by=editor)
    with pytest.raises(Invalid) as refused:
        actions.publish(version=draft, by=publisher)
    assert list(refused.value.fields) == ["effective_from"]


def test_a_published_version_can_only_be_retired(in_force: PolicyVersion, editor: Any, publisher: Any) -> None:
    with pytest.raises(Stale):
        actions.edit_row(version=in_force, row=Row("award", "band1", BAND, 2), by=editor)
    with pytest.raises(Stale):
        actions.publish(version=in_force, by=publisher)
    actions.retire(version=in_force, by=publisher)
    with pytest.raises(Refusal, match="还没有发布政策"):
        queries.current("rare_disease", clock.today())
    assert queries.policy_for(in_force.pk).days("intake") == 3


ROW_OF = "(SELECT min(id) FROM cases_policyrow WHERE section = 'award')"
BY_HAND = [
    f"UPDATE cases_policyrow SET value = '{{}}' WHERE id = {ROW_OF}",
    f"DELETE FROM cases_policyrow WHERE id = {ROW_OF}",
    "INSERT INTO cases_policyrow (version_id, section, key, position, value, note_zh, note_en) "
    "SELECT max(id), 'caps', 'x', 1, '{}', '', '' FROM cases_policyversion",
    "UPDATE cases_policyversion SET effective_from = '2020-01-01'",
    "UPDATE cases_policyversion SET status = 'draft', published_by_id = NULL, published_at = NULL",
    "UPDATE cases_policyversion SET made_by_id = published_by_id",
    "DELETE FROM cases_policyversion",
    "INSERT INTO cases_policyversion (programme, division, number, status, effective_from, title, note, "
    "made_by_id, made_at, published_by_id, published_at) SELECT programme, '', 9, 'published', '2026-05-01', '', '', "
    "made_by_id, made_at, published_by_id, published_at FROM cases_policyversion",
]


def test_a_published_version_is_held_by_the_database(in_force: PolicyVersion) -> None:
    for statement in BY_HAND:
        with (
            pytest.raises(DatabaseError, match="policy version|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert queries.policy_for(in_force.pk).row("award", "band1").value["amount"] == "3000"


def test_every_change_of_a_policy_leaves_an_event_and_its_rows(in_force: PolicyVersion) -> None:
    told = Event.objects.filter(stream__kind="policy", stream__key=str(in_force.pk)).values_list("action", flat=True)
    assert {"policy.draft", "policy.publish", "row.insert", "row.update"} <= set(told)
    kept = PolicyRow.objects.filter(version=in_force).count() + in_force.vectors.count()
    assert kept == list(told).count("row.insert") - 1


def test_reading_a_pinned_policy_again_asks_the_database_nothing(
    in_force: PolicyVersion, django_assert_num_queries: Any
) -> None:
    queries.policy_for(in_force.pk)
    with django_assert_num_queries(0):
        queries.policy_for(in_force.pk)
