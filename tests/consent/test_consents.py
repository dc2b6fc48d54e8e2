"""Three consents, each for itself, none given beforehand, each to be taken back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.consent import actions, queries, rules, texts
from cases.consent.forms import ConsentForm
from cases.consent.models import Consent
from cases.errors import Invalid, NotFound, Refusal
from tests.publicity.making import make_case

pytestmark = pytest.mark.django_db

YES = {"processing": True, "economic": True, "publicity": True}
CHILD = date(2018, 3, 4)


def draft(cast, **more):
    return make_case(cast, None, state="DRAFT", **more)


def test_each_consent_is_stored_with_version_hash_and_channel_of_its_text(cast, road):
    case = draft(cast)
    actions.give(case=case, answers={**YES, "publicity": False}, by=cast["applicant1"], channel="counter")
    rows = queries.current(case)
    assert {kind: row.agreed for kind, row in rows.items()} == {
        "processing": True,
        "economic": True,
        "publicity": False,
    }
    for kind, row in rows.items():
        shown = texts.text(kind, "zh-hans")
        assert (row.text_version, row.text_hash, row.channel) == (shown.version, shown.sha256, "counter")
    assert not queries.agreed(case, "publicity")


def test_the_hash_is_of_the_text_in_the_language_that_was_shown(cast, road):
    case = draft(cast)
    actions.give(case=case, answers=YES, by=cast["applicant1"], language="en")
    assert queries.current(case)["processing"].text_hash == texts.text("processing", "en").sha256


def test_an_open_or_refused_needed_consent_gets_a_sentence_of_its_own(cast, road):
    case = draft(cast)
    with pytest.raises(Invalid) as refused:
        actions.give(
            case=case, answers={"processing": None, "economic": False, "publicity": False}, by=cast["applicant1"]
        )
    assert set(refused.value.fields) == {"processing", "economic"}
    assert not Consent.objects.exists()


def test_refusing_publicity_is_an_answer_and_stops_nothing(cast, road):
    case = draft(cast)
    assert len(actions.give(case=case, answers={**YES, "publicity": False}, by=cast["applicant1"])) == 3


def test_a_guardian_is_named_for_a_patient_under_14(cast, road):
    case = draft(cast, born=CHILD)
    with pytest.raises(Invalid) as refused:
        actions.give(case=case, answers=YES, by=cast["applicant1"])
    assert set(refused.value.fields) == {"guardian"}
    actions.give(case=case, answers=YES, guardian="演示 家长", by=cast["applicant1"])
    assert {str(row.guardian) for row in queries.current(case).values()} == {"演示家长"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT guardian FROM cases_consent LIMIT 1")
        assert cursor.fetchone()[0].startswith("s2.")


def test_saying_the_same_again_changes_nothing_and_another_answer_keeps_the_old_one(cast, road):
    case = draft(cast)
    actions.give(case=case, answers=YES, by=cast["applicant1"])
    actions.give(case=case, answers=YES, by=cast["applicant1"])
    assert Consent.objects.filter(case=case).count() == 3
    actions.give(case=case, answers={**YES, "publicity": False}, by=cast["applicant1"])
    assert Consent.objects.filter(case=case, kind="publicity").count() == 2
    assert Consent.objects.filter(case=case, kind="publicity", replaced_at=None).get().agreed is False


def test_somebody_else_can_neither_give_nor_withdraw(cast, road, version):
    with pytest.raises(NotFound):
        actions.give(case=draft(cast), answers=YES, by=cast["applicant2"])
    case = make_case(cast, version, agent="agent1")
    with pytest.raises(NotFound):
        actions.withdraw(case=case, kind="publicity", by=cast["applicant2"])
    with pytest.raises(Refusal) as refused:
        actions.withdraw(case=case, kind="publicity", by=cast["agent1"])
    assert "本人" in str(refused.value)


def test_withdrawing_publicity_is_told_to_the_road_once(cast, road, version):
    case = make_case(cast, version)
    actions.withdraw(case=case, kind="publicity", by=cast["applicant1"])
    actions.withdraw(case=case, kind="publicity", by=cast["applicant1"])
    assert road.heard == [(case.pk, "consent_withdrawn", {"kind": "publicity"})]
    assert not queries.agreed(case, "publicity")


def test_processing_can_be_withdrawn_before_the_decision_and_not_after(cast, road, version):
    for state, told in (("COUNTY", ["consent_withdrawn"]), ("GRANTED", [])):
        case = make_case(cast, version, state="DRAFT")
        actions.give(case=case, answers=YES, by=cast["applicant1"])
        case.number, case.state = f"640422-2026-77{len(told):04d}-X", state
        case.save()
        if told:
            actions.withdraw(case=case, kind="processing", by=cast["applicant1"])
        else:
            with pytest.raises(Refusal) as refused:
                actions.withdraw(case=case, kind="processing", by=cast["applicant1"])
            assert refused.value.code == "decided"
        assert road.of(case) == told


def test_after_sending_an_answer_cannot_be_changed_only_withdrawn(cast, road, version):
    with pytest.raises(Refusal) as refused:
        actions.give(case=make_case(cast, version), answers=YES, by=cast["applicant1"])
    assert "撤回" in str(refused.value)


def test_a_stored_consent_is_not_rewritten_by_anybody(cast, road, version):
    make_case(cast, version)
    for change in ("agreed = false", "text_hash = 'x'", "given_at = now()"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_consent SET {change}")


def test_the_form_ticks_nothing_beforehand_and_shows_each_text(cast, road):
    form = ConsentForm.for_case(draft(cast), local_day(clock.now()))
    page = str(form)
    assert "checked" not in page
    assert list(form.fields) == list(rules.KINDS)
    for kind in rules.KINDS:
        assert texts.text(kind, "zh-hans").lines[0] in page


def test_the_form_asks_for_the_guardian_of_a_child_only(cast, road):
    case, today = draft(cast, born=CHILD), local_day(clock.now())
    form = ConsentForm.for_case(case, today, dict.fromkeys(rules.KINDS, "yes"))
    assert not form.is_valid()
    assert set(form.errors) == {"guardian"}
    form = ConsentForm.for_case(case, today, {**dict.fromkeys(rules.KINDS, "yes"), "guardian": "演示家长"})
    assert form.is_valid()
    assert form.answers() == YES


def test_every_text_exists_in_both_languages_in_short_sentences():
    for kind in rules.KINDS:
        zh, en = texts.text(kind, "zh-hans"), texts.text(kind, "en")
        assert zh.title and en.title
        assert len(zh.lines) >= 4
        assert all(len(part) <= 25 for line in zh.lines for part in line.replace("：", "。").split("。"))
