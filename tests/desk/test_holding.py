"""A step is somebody's for a time: it comes back to its earlier handler, goes back when time is over, and may be taken over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.access.models import Post
from cases.calendar import clock
from cases.calendar.rules import end_of
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from tests.desk.road import copies
from workflows import actions
from workflows.engine import clockwork
from workflows.holding import same_handlers
from workflows.models import Decision, Draft, Ending, Handover, Timer, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
WHY = "同事今天请假，申请人等着答复。"


@pytest.fixture
def county(new_case: Any, cast: Any) -> WorkItem:
    """A case at the county review, claimed by one of its two reviewers."""
    case = new_case(1, "COUNTY")
    return actions.claim(item=drive.open_item(case).pk, by=cast["xiji_review"])


def at(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("case__run", "holder").get(pk=item.pk)


def after(item: WorkItem) -> None:
    """The last moment of the claim is over and the clock has looked."""
    timer = Timer.objects.get(kind="claim", key=str(item.pk), cancelled_at=None, done_at=None)
    clock.move_demo_clock(to=timer.due_at + timedelta(seconds=1), by=None)
    clockwork.one_pass()


def test_a_claim_that_is_not_decided_in_its_time_goes_back_and_the_holder_is_told(county, cast, signed_in):
    assert at(county).state == "claimed"
    after(county)
    assert at(county).state == "open" and at(county).holder is None
    page = signed_in(cast["xiji_review"]).get(reverse("desk:home")).content.decode()
    assert "有办件转手了" in page and str(county.case.number) in page and "领取后没有办结" in page
    assert "有办件转手了" not in signed_in(cast["xiji_review2"]).get(reverse("desk:home")).content.decode()


def test_a_claim_holds_through_its_last_day(county):
    timer = Timer.objects.get(kind="claim", key=str(county.pk))
    assert timer.due_at == end_of(clock.today() + (timer.due_at.date() - clock.today()))
    clock.move_demo_clock(to=timer.due_at - timedelta(seconds=1), by=None)
    clockwork.one_pass()
    assert at(county).state == "claimed"


def test_a_decided_or_released_step_never_comes_back_by_itself(county, cast):
    actions.release(item=county.pk, reason="要去下乡", by=cast["xiji_review"])
    assert not Timer.objects.filter(kind="claim", done_at=None, cancelled_at=None).exists()
    again = actions.claim(item=county.pk, by=cast["xiji_review2"])
    actions.decide(item=again.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review2"])
    assert not Timer.objects.filter(kind="claim", key=str(county.pk), done_at=None, cancelled_at=None).exists()


def test_a_new_claim_has_its_whole_time_although_an_old_timer_fires_late(county, cast):
    old = Timer.objects.get(kind="claim", key=str(county.pk))
    clock.move_demo_clock(to=old.due_at + timedelta(seconds=1), by=None)
    actions.take_over(item=county.pk, reason=WHY, by=cast["xiji_review2"])
    actions.claim_expired(case=county.case, item=county.pk, by=None)
    assert at(county).holder == cast["xiji_review2"]


def test_why_a_step_was_given_back_is_kept_sealed(county, cast):
    with pytest.raises(Invalid):
        actions.release(item=county.pk, reason="  ", by=cast["xiji_review"])
    actions.release(item=county.pk, reason="家里有事先走", by=cast["xiji_review"])
    assert Handover.objects.get(kind="released").reason == "家里有事先走"
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason::text FROM workflows_handover WHERE kind = 'released'")
        assert "家里有事" not in cursor.fetchone()[0]
    assert "家里有事" not in Event.objects.filter(action="task.released").latest("id").payload


def test_who_lost_the_post_may_still_give_the_step_back(county, cast):
    Post.objects.filter(user=cast["xiji_review"]).update(ends_on=clock.today() - timedelta(days=1))
    actions.release(item=county.pk, reason="已经调离这个岗位", by=cast["xiji_review"])
    assert at(county).state == "open"


def test_a_colleague_takes_a_step_over_with_a_reason_that_its_holder_reads(county, cast, signed_in):
    browser = signed_in(cast["xiji_review2"])
    home = reverse("case:home", args=[county.case.number])
    address = reverse("case:take_over", args=[county.case.number])
    assert "接手这一件" in browser.get(home).content.decode()
    assert "请写明为什么接手" in browser.post(address, {"item": county.pk, "reason": ""}).content.decode()
    version = at(county).row_version
    assert browser.post(address, {"item": county.pk, "row_version": version, "reason": WHY}).status_code == 302
    assert at(county).holder == cast["xiji_review2"]
    told = signed_in(cast["xiji_review"])
    page = told.get(reverse("desk:home")).content.decode()
    assert WHY in page and str(cast["xiji_review2"].name) in page
    told.post(reverse("desk:seen"), {"handover": [row.pk for row in Handover.objects.all()]})
    assert WHY not in told.get(reverse("desk:home")).content.decode()


def test_what_the_earlier_holder_typed_stays_his_draft_and_his_late_decision_is_refused_by_name(county, cast):
    actions.save_draft(item=county, data={"opinion": "写到一半"}, by=cast["xiji_review"])
    actions.take_over(item=county.pk, reason=WHY, by=cast["xiji_review2"])
    with pytest.raises(Refusal) as late:
        actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    assert late.value.who_may == cast["xiji_review2"].name
    assert Draft.objects.get(item=county, by=cast["xiji_review"]).data["opinion"] == "写到一半"


def test_only_who_may_do_the_step_takes_it_over(county, cast):
    for name, refusal in (("xiji_intake", Refusal), ("zhongning_clerk", NotFound), ("guyuan_city", Refusal)):
        with pytest.raises(refusal):
            actions.take_over(item=county.pk, reason=WHY, by=cast[name])
    with pytest.raises(Invalid):
        actions.take_over(item=county.pk, reason=" ", by=cast["xiji_review2"])
    assert at(county).holder == cast["xiji_review"]
    assert Event.objects.filter(action="task.take_over", outcome="denied").count() == 4


def test_who_comes_too_late_reads_who_was_faster_and_when(county, cast):
    made = actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    with pytest.raises(Stale) as late:
        actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review2"])
    assert f"{cast['xiji_review'].name}在 " in str(late.value.reason) and "已经办结这一步" in str(late.value.reason)
    assert f"{clock.now():%Y}" in str(late.value.reason) and made.actor == cast["xiji_review"]


def test_an_old_page_neither_releases_nor_takes_over(county, cast):
    old = at(county).row_version
    actions.take_over(item=county.pk, reason=WHY, by=cast["xiji_review2"])
    with pytest.raises(Stale):
        actions.take_over(item=county.pk, row_version=old, reason=WHY, by=cast["xiji_review"])
    with pytest.raises(Stale):
        actions.release(item=county.pk, row_version=old, reason="下乡", by=cast["xiji_review2"])


def test_a_returned_file_comes_back_to_who_handled_it(county, cast):
    actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    case = Case.objects.get(pk=county.case_id)
    drive.step(case, "return", to_step="county_review")
    item = drive.open_item(case)
    assert item.step == "county_review" and item.state == "claimed" and item.holder == cast["xiji_review"]
    assert Handover.objects.get(item=item).kind == "came_back"


def test_a_supplemented_file_comes_back_to_the_clerk_who_asked(new_case, cast):
    case = new_case(2)
    asked = {"items": [{"kind": "answer", "key": "patient_phone", "reason": "S10", "note": ""}]}
    drive.step(case, "supplement", data=asked)
    from cases.evidence import actions as evidence

    evidence.save_supplement_answer(case=case, key="patient_phone", value="19900000777", by=case.owner)
    evidence.answer_supplement(case=case, by=case.owner)
    item = drive.open_item(case)
    assert (item.step, item.holder) == ("intake", cast["xiji_intake"])


def test_a_returned_file_goes_to_the_pool_when_its_handler_has_left(county, cast):
    actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    Post.objects.filter(user=cast["xiji_review"]).update(ends_on=clock.today() - timedelta(days=1))
    case = Case.objects.get(pk=county.case_id)
    drive.step(case, "return", to_step="county_review")
    assert drive.open_item(case).state == "open"


def test_who_is_barred_by_now_does_not_get_the_file_back(county, cast):
    actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    case = Case.objects.get(pk=county.case_id)
    drive.step(case, "return", to_step="county_review")
    item = drive.open_item(case)
    assert same_handlers(item, set()) == [cast["xiji_review"]]
    assert same_handlers(item, {cast["xiji_review"].pk}) == []


def test_accepting_again_keeps_the_policy_and_the_day_of_the_first_acceptance(county, cast):
    actions.decide(item=county.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    case = Case.objects.get(pk=county.case_id)
    before = (case.policy_id, case.accepted_on)
    clock.move_demo_clock(days=1, by=None)
    drive.step(case, "return", to_step="intake")
    drive.step(case, "accept")
    assert (case.policy_id, case.accepted_on) == before
    assert Decision.objects.filter(case=case, step="intake", outcome="accept").count() == 2


def test_the_words_of_an_ending_are_kept_and_shown(county, cast, signed_in):
    words = "家属来电，患者已于上周去世，村委会证实。"
    with pytest.raises(Invalid):
        actions.terminate(case=county.case, reasons=["made up"], opinion=words, by=cast["prov_head"])
    actions.terminate(case=county.case, reasons=["J01"], opinion=words, by=cast["prov_head"])
    made = Ending.objects.get(case=county.case)
    assert (made.opinion, made.state, made.actor) == (words, "COUNTY", cast["prov_head"])
    page = signed_in(cast["prov_head"]).get(reverse("case:tab", args=[county.case.number, "record"])).content.decode()
    assert words in page and "终止决定" in page


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflows_handover SET to_person_id = NULL",
        "UPDATE workflows_handover SET kind = 'released'",
        "DELETE FROM workflows_handover",
        "UPDATE workflows_ending SET role = 'x'",
        "DELETE FROM workflows_ending",
        "UPDATE workflows_stepduty SET level = NULL",
        "INSERT INTO workflows_stepduty (flow, step, level, others) VALUES ('rare_disease/v1', 'other', 1, '[]')",
    ],
)
def test_who_had_a_step_why_a_case_ended_and_what_a_road_declares_is_not_rewritten(county, cast, statement):
    actions.terminate(case=county.case, reasons=["J01"], opinion="家属来电，患者已于上周去世。", by=cast["prov_head"])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_note_of_a_step_that_went_away_asks_the_same_questions_for_one_and_many(
    county, cast, signed_in, django_assert_max_num_queries
):
    actions.take_over(item=county.pk, reason=WHY, by=cast["xiji_review2"])
    browser = signed_in(cast["xiji_review"])
    browser.get(reverse("desk:home"))
    with django_assert_max_num_queries(60) as one:
        browser.get(reverse("desk:home"))
    copies(at(county), 5)
    for item in WorkItem.objects.filter(case=county.case, step="county_review").exclude(pk=county.pk):
        Handover.objects.create(
            item=item, kind="taken_over", from_person=cast["xiji_review"], to_person=cast["xiji_review2"],
            reason=WHY, at=clock.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(len(one.captured_queries)):
        browser.get(reverse("desk:home"))
