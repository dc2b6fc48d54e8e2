"""What is there twice is found at submission, before the panel and at payment, decided with a reason, and holds a case up until then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar import clock
from cases.dossier.models import Answer, Case
from cases.duplicates.actions import decide_hit, keep_hits, must_be_clear, note_trace
from cases.duplicates.hits import hits_of, undecided_of
from cases.duplicates.models import CaseTrace, Hit, HitDecision
from cases.duplicates.search import findings_of
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.money.actions import build_batch
from cases.money.queries import candidates
from cases.recusal.actions import declare_relative
from tests.desk.road import signed_in
from tests.desk.standing import new_case, road, standing
from workflows.desk.panel import actions as meetings
from workflows.models import Recheck
from workflows.programmes.rare_disease.people import demo_answers, demo_id
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["new_case", "road", "signed_in", "standing"]
SLUG = "rare_disease"


def twice(
    cast: Any, number: int, other: int, *, owner: str = "applicant2", place: str = "640422100991", **changes: Any
) -> Case:
    """The person of `number` again, with another ID number: name, birthday and phone are the same."""
    first = demo_answers(number)
    born = date.fromisoformat(
        f"{first['patient_id_no'][6:10]}-{first['patient_id_no'][10:12]}-{first['patient_id_no'][12:14]}"
    )
    again = {
        "patient_name": first["patient_name"], "patient_phone": first["patient_phone"], "hukou_division": place,
        "patient_id_no": demo_id(other + 400, born=born, sex="M"), **changes,
    }  # fmt: skip
    return drive.apply(slug=SLUG, number=other, by=cast[owner], changes=again)


def decided(case: Case, by: Any, verdict: str = "different", reason: str = "电话核对，是两个人。") -> HitDecision:
    one = undecided_of([case])[case.pk][0]
    return decide_hit(
        case=case,
        kind=one.kind,
        subject=one.subject,
        fingerprint=one.fingerprint,
        verdict=verdict,
        reason=reason,
        by=by,
    )


def test_probably_the_same_person_is_found_at_submission_from_both_sides(cast: Any, road: Any) -> None:
    one = drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    assert not Hit.objects.exists() and Recheck.objects.get(case=one).found["hits"] == 0
    other = twice(cast, 1, 2)
    hit = Hit.objects.get()
    assert (hit.case, hit.other, hit.kind, hit.severity, hit.moment) == (other, one, "similar", "severe", "submit")
    assert {"name", "birth", "phone", "other_id"} <= set(hit.reasons) and hit.score >= 80
    assert Recheck.objects.get(case=other).found["severe"] == 1
    assert [found.other for found in findings_of([one])[one.pk]] == [other.pk]


def test_a_trace_holds_no_name_and_follows_the_facts(cast: Any, road: Any) -> None:
    case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    trace = CaseTrace.objects.get(case=case)
    assert (
        trace.id_key == case.patient_key and len(trace.glyphs) > 3 and all(isinstance(one, int) for one in trace.births)
    )
    Answer.objects.create(
        case=case,
        key="address",
        value="演示别村九组一号",
        source="verified",
        reason="入户看过",
        by=cast["xiji_intake"],
        at=clock.now(),
    )
    assert note_trace(case, now=clock.now()).home != trace.home


def test_a_severe_hit_keeps_a_case_from_the_panel_until_it_is_decided_with_a_reason(cast: Any, road: Any) -> None:
    drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    case = drive.to(twice(cast, 1, 2), "PANEL")
    item = drive.open_item(case)
    with pytest.raises(Refusal) as refused:
        meetings.call_meeting(held_on=clock.today(), items=[item.pk], by=cast["prov_head"])
    assert (refused.value.code, refused.value.status) == ("hits_open", 409) and "县级初审员" in str(
        refused.value.who_may
    )
    with pytest.raises(Invalid) as bare:
        decided(case, cast["xiji_review"], reason=" ")
    assert list(bare.value.fields) == ["reason"]
    decided(case, cast["xiji_review"], "ask")
    with pytest.raises(Refusal):
        must_be_clear([case])
    decided(case, cast["xiji_review"])
    assert meetings.call_meeting(held_on=clock.today(), items=[item.pk], by=cast["prov_head"]).items.count() == 1
    assert Event.objects.filter(action="hit.decided", stream__key=str(case.pk)).count() == 2


def test_whether_two_are_one_person_is_decided_once_for_both_cases_and_the_last_word_counts(
    cast: Any, road: Any
) -> None:
    one, case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"]), twice(cast, 1, 2)
    assert [len(undecided_of([one, case])[each.pk]) for each in (one, case)] == [1, 1]
    first = decided(case, cast["xiji_review"])
    assert [len(undecided_of([one, case])[each.pk]) for each in (one, case)] == [0, 0]
    (shown,) = hits_of(cast["xiji_review"], one)
    assert shown.stands == first and shown.decisions == [first] and not shown.holds
    found = findings_of([one])[one.pk][0]
    told = {"kind": found.kind, "subject": found.subject, "fingerprint": found.fingerprint, "by": cast["xiji_review"]}
    decide_hit(case=one, verdict="ask", reason="还要再问一次家里人。", **told)
    assert [len(undecided_of([one, case])[each.pk]) for each in (one, case)] == [1, 1]


def test_what_another_county_decided_counts_here_and_its_words_stay_there(cast: Any, road: Any) -> None:
    one = drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    case = twice(cast, 1, 2, place="640521100991")
    decided(one, cast["xiji_review"])
    assert undecided_of([case])[case.pk] == []
    (shown,) = hits_of(cast["zhongning_clerk"], case)
    assert shown.stands is not None and shown.decisions == [] and shown.ask


def test_a_decision_counts_no_more_when_either_side_changes(cast: Any, road: Any) -> None:
    one, case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"]), twice(cast, 1, 2)
    decided(case, cast["xiji_review"])
    assert undecided_of([case])[case.pk] == []
    CaseTrace.objects.filter(case=one).update(accounts=[7])
    assert [found.kind for found in undecided_of([case])[case.pk]] == ["similar"]
    (shown,) = hits_of(cast["xiji_review"], case)
    assert shown.reopened and shown.holds and shown.decisions[0].reason == "电话核对，是两个人。"


def test_what_changed_since_the_page_was_opened_is_seen_before_it_is_decided(cast: Any, road: Any) -> None:
    one, case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"]), twice(cast, 1, 2)
    seen = undecided_of([case])[case.pk][0]
    CaseTrace.objects.filter(case=one).update(accounts=[7])
    told = {
        "case": case,
        "kind": seen.kind,
        "subject": seen.subject,
        "verdict": "different",
        "reason": "核对过了。",
        "by": cast["xiji_review"],
    }
    with pytest.raises(Stale):
        decide_hit(fingerprint=seen.fingerprint, **told)
    with pytest.raises(NotFound):
        decide_hit(fingerprint=seen.fingerprint, **{**told, "subject": "case:0"})


def test_a_case_that_ended_without_aid_takes_nothing_from_another_and_its_hit_is_gone(cast: Any, road: Any) -> None:
    one, case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"]), twice(cast, 1, 2)
    Case.objects.filter(pk=one.pk).update(state="WITHDRAWN")
    assert findings_of([case])[case.pk] == []
    keep_hits(case, "shown", now=clock.now())
    assert Hit.objects.get(case=case).gone_at is not None


def test_outside_his_area_a_reviewer_learns_whom_to_ask_and_nothing_of_the_file(
    cast: Any, road: Any, signed_in: Any
) -> None:
    one = drive.apply(slug=SLUG, number=1, by=cast["applicant1"], changes={"hukou_division": "640521100991"})
    case = twice(cast, 1, 2)
    (shown,) = hits_of(cast["xiji_review"], case)
    assert (shown.number, shown.who) == ("", "") and "中宁" in shown.ask
    page = signed_in(cast["xiji_review"]).get(reverse("hits:case", args=[case.number])).text
    assert "另一个县的案卷" in page and str(one.number) not in page and "处理：疑似同一人" in page
    (province,) = hits_of(cast["prov_review"], case)
    assert province.number == one.number and province.ask == ""


@pytest.mark.parametrize(
    ("who", "status"), [("applicant2", 404), ("zhongning_clerk", 404), ("xiji_intake", 403), ("inspector", 403)]
)
def test_others_neither_open_the_page_nor_decide(cast: Any, road: Any, signed_in: Any, who: str, status: int) -> None:
    drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    case = twice(cast, 1, 2)
    assert signed_in(cast[who]).get(reverse("hits:case", args=[case.number])).status_code == status
    with pytest.raises(Refusal):
        decided(case, cast[who])
    assert not HitDecision.objects.exists()


def test_a_party_of_the_case_does_not_decide_its_hits(cast: Any, road: Any) -> None:
    drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    case = twice(cast, 1, 2)
    patient = case.patient
    assert patient is not None
    declare_relative(relation="sibling", name=str(patient.name), id_no=str(patient.id_no), by=cast["xiji_review"])
    with pytest.raises(Refusal) as refused:
        decided(case, cast["xiji_review"])
    assert refused.value.code == "duties"


def test_the_page_decides_and_says_in_english_too_what_was_found(cast: Any, road: Any, signed_in: Any) -> None:
    drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    case = twice(cast, 1, 2)
    browser, address = signed_in(cast["xiji_review"]), reverse("hits:case", args=[case.number])
    one = undecided_of([case])[case.pk][0]
    typed = {
        "kind": one.kind,
        "subject": one.subject,
        "fingerprint": one.fingerprint,
        "verdict": "different",
        "reason": "",
    }
    assert browser.post(address, typed).status_code == 422
    assert browser.post(address, {**typed, "reason": "问过两家，是两个人。"}).status_code == 302
    page = browser.get(address, HTTP_ACCEPT_LANGUAGE="en").text
    assert "问过两家，是两个人。" in page
    assert "查重命中" in browser.get(reverse("case:tab", args=[case.number, "checks"])).text


def test_one_account_for_three_people_holds_the_third_up_and_one_for_two_does_not(cast: Any, road: Any) -> None:
    same = {"account_no": demo_answers(1)["account_no"]}
    cases = [drive.apply(slug=SLUG, number=n, by=cast[f"applicant{n}"], changes=same) for n in (1, 2)]
    assert findings_of(cases)[cases[1].pk] == []
    third = drive.apply(slug=SLUG, number=3, by=cast["applicant3"], changes=same)
    assert [(one.kind, one.severity, one.score) for one in findings_of([third])[third.pk]] == [("account", "severe", 3)]


def test_one_phone_in_more_than_five_cases_and_one_household_are_shown_and_hold_up_nothing(
    cast: Any, road: Any
) -> None:
    same = {"patient_phone": "19900009999", "address": "演示村9组99号", "hukou_division": "640422100991"}
    cases = [drive.apply(slug=SLUG, number=n, by=cast[f"applicant{n}"], changes=same) for n in range(1, 7)]
    found = findings_of(cases)[cases[5].pk]
    assert [one.kind for one in found].count("household") == 5 and [one.kind for one in found].count("phone") == 1
    assert undecided_of(cases)[cases[5].pk] == []


def test_a_payout_stays_out_of_a_batch_while_a_severe_hit_is_open(cast: Any, road: Any, funded: Any) -> None:
    purse = funded(SLUG, "200000")
    case = drive.to(drive.apply(slug=SLUG, number=1, by=cast["applicant1"]), "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    clock.move_demo_clock(days=1, by=cast["prov_head"])

    def reason() -> str:
        (one,) = candidates(cast["fin_make"], purse, today=clock.today())
        return one.reason

    assert reason() == ""
    twice(cast, 1, 2)
    assert reason() == "duplicate"
    with pytest.raises(Refusal, match="现在没有可以拨付的案卷"):
        build_batch(fund=purse, by=cast["fin_make"])
    decided(case, cast["xiji_review"])
    assert reason() == "" and build_batch(fund=purse, by=cast["fin_make"]).count == 1


def test_thirty_cases_are_searched_with_as_many_questions_as_one(cast: Any, road: Any) -> None:
    cases = [drive.apply(slug=SLUG, number=n, by=cast[f"applicant{n}"]) for n in (1, 2, 3)]
    twice(cast, 1, 4, owner="applicant4")
    findings_of(cases)
    counts = []
    for some in (cases[:1], cases):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            findings_of(some)
        counts.append(len(asked))
    assert counts[0] == counts[1]
