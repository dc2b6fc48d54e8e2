"""回避: whoever declared a relative, and whoever asked to be left out, gets no step of the case by any way."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.access.queries import posts_of
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.history.record import record_access
from cases.recusal.actions import declare_relative, end_relative
from cases.recusal.models import CaseParty, Recusal, Relative
from tests.people import person
from workflows import actions, barring, pool
from workflows.desk.panel import actions as meetings
from workflows.models import Vote, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def is_kept_from(person: Any, item: WorkItem) -> bool:
    """By the pool, the pure rule, the action and the database: all of them or none."""
    item.refresh_from_db()
    offered = WorkItem.objects.filter(pool.may_take(person, posts_of(person)), pk=item.pk).exists()
    barred = barring.bar_of(item, person.pk) is not None
    if item.state == "open":
        assert offered is not barred
    with pytest.raises(IntegrityError) if barred else transaction.atomic(), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=person)
        raise_if_fine(barred, item)
    return barred


def raise_if_fine(barred: bool, item: WorkItem) -> None:
    if not barred:
        WorkItem.objects.filter(pk=item.pk).update(state="open", holder=None)


def patient_of(number: int) -> tuple[str, str]:
    return person(number)


def test_a_relative_by_id_number_keeps_me_out_and_somebody_of_the_same_name_does_not(cast, new_case):
    case = new_case(1, "COUNTY")
    item, name = drive.open_item(case), str(case.patient.name)
    declare_relative(relation="sibling", name=name, id_no=patient_of(8)[1], by=cast["xiji_review"])
    assert not is_kept_from(cast["xiji_review"], item)
    declare_relative(relation="sibling", name="别的名字", id_no=str(case.patient.id_no), by=cast["xiji_review2"])
    assert is_kept_from(cast["xiji_review2"], item)


def test_without_an_id_number_the_name_counts(cast, new_case):
    case = new_case(1, "COUNTY")
    declare_relative(relation="other", name=str(case.patient.name), by=cast["xiji_review"])
    assert is_kept_from(cast["xiji_review"], drive.open_item(case))


def test_what_i_hold_of_a_relative_goes_back_at_once_and_finds_another(cast, new_case):
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    actions.claim(item=item.pk, by=cast["xiji_review"])
    for who in ("xiji_review", "xiji_review2"):
        declare_relative(relation="child", name=str(case.patient.name), by=cast[who])
    item.refresh_from_db()
    assert (item.state, item.holder, item.role, item.entrusted_from) == ("open", None, "MUN", "640422")
    actions.claim(item=item.pk, by=cast["guyuan_city"])


def test_an_ended_declaration_still_counts_for_cases_filed_before(cast, new_case):
    before = new_case(1, "COUNTY")
    made = declare_relative(relation="child", name=str(before.patient.name), by=cast["xiji_review"])
    end_relative(relative=made.pk, by=cast["xiji_review"])
    assert is_kept_from(cast["xiji_review"], drive.open_item(before))
    with pytest.raises(NotFound):
        end_relative(relative=made.pk, by=cast["xiji_review"])


def test_who_asks_to_be_left_out_gives_the_step_back_and_gets_none_of_the_case_again(cast, new_case):
    case = new_case(1, "COUNTY")
    item, me = drive.open_item(case), cast["xiji_review"]
    with pytest.raises(Invalid):
        actions.recuse(item=item.pk, reason=" ", by=me)
    actions.claim(item=item.pk, by=me)
    actions.recuse(item=item.pk, reason="与患者有债务往来", by=me)
    assert is_kept_from(me, item)
    assert Event.objects.filter(action="case.recused", stream__key=str(case.pk)).count() == 1
    with pytest.raises(Refusal) as again:
        actions.recuse(item=item.pk, reason="再说一次", by=me)
    assert again.value.code == "recused"
    with pytest.raises(NotFound):
        actions.recuse(item=item.pk, reason="不相干", by=cast["zhongning_clerk"])


def test_a_recusal_by_page_asks_for_a_reason(cast, new_case, signed_in):
    case = new_case(1, "COUNTY")
    item, browser = drive.open_item(case), signed_in(cast["xiji_review"])
    assert "申请回避" in browser.get(reverse("case:home", args=[case.number])).content.decode()
    address = reverse("case:recuse", args=[case.number])
    assert browser.post(address, {"item": item.pk, "row_version": item.row_version}).status_code == 200
    assert not Recusal.objects.exists()
    sent = {"item": item.pk, "row_version": item.row_version, "reason": "是患者的邻居"}
    assert browser.post(address, sent).status_code == 302
    assert Recusal.objects.get().person == cast["xiji_review"]


def test_a_panel_member_does_not_vote_on_a_relative(cast, new_case):
    case = new_case(1, "PANEL")
    declare_relative(relation="spouse", name=str(case.patient.name), by=cast["panel1"])
    meeting = meetings.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["prov_head"])
    meetings.sign_in(meeting=meeting, by=cast["panel1"])
    item = meeting.items.get()
    record_access("read", object=item, fields=["application"], by=cast["panel1"], case_id=case.pk, purpose="集体研究")
    with pytest.raises(Refusal) as no:
        meetings.vote(item=item, choice="agree", by=cast["panel1"])
    assert no.value.code == "duties" and not item.votes.exists()
    with pytest.raises(IntegrityError, match="keeps out"), transaction.atomic():
        Vote.objects.create(item=item, member=cast["panel1"], choice="agree", at=clock.now())


def test_nobody_reads_what_another_declared_and_nothing_of_it_is_plain(cast, signed_in):
    name, id_no = patient_of(9)
    browser = signed_in(cast["xiji_review"])
    sent = {"relation": "spouse", "name": name, "id_no": id_no}
    assert browser.post(reverse("recusal:relatives"), {**sent, "id_no": "1"}).status_code == 422
    assert browser.post(reverse("recusal:relatives"), sent).status_code == 302
    assert name in browser.get(reverse("recusal:relatives")).content.decode()
    for other in ("xiji_review2", "prov_head", "inspector", "auditadmin"):
        assert name not in signed_in(cast[other]).get(reverse("recusal:relatives")).content.decode()
    row = Relative.objects.get()
    assert name not in str(Event.objects.filter(action="relative.declared").get().payload)
    end = reverse("recusal:end_relative", args=[row.pk])
    assert signed_in(cast["prov_head"]).post(end).status_code == 404
    assert browser.post(end).status_code == 302


def test_everybody_named_in_a_file_is_known_by_keys_alone(cast, new_case):
    case = new_case(1)
    rows = CaseParty.objects.filter(case=case)
    assert {"patient_name", "payee"} <= set(rows.values_list("who", flat=True))
    assert all(len(row.name_key) == 64 and str(case.patient.name) not in row.name_key for row in rows)
