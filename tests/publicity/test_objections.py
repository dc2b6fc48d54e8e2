"""An objection holds one person until somebody outside the first review has looked."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, connection, transaction

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.publicity import actions, queries, rules
from cases.publicity.models import Objection, PublicEntry
from tests.publicity.making import make_case
from tests.publicity.test_lists import after_the_end, post

pytestmark = pytest.mark.django_db

SAID = "他家有两套房子，不困难。"
FOUND = "到村里问过，房子是借住的，困难属实。"


@pytest.fixture
def first_review(monkeypatch):
    """Who took part in the first review of any case here."""
    people: set[int] = set()
    monkeypatch.setattr(rules, "_first_reviewers", [lambda case: people])
    return people


def entry_of(case):
    return PublicEntry.objects.get(case=case)


def test_an_objection_holds_only_that_person(cast, version, road, first_review):
    held, other = make_case(cast, version), make_case(cast, version)
    plist = post(cast, held, other)
    actions.file_objection(entry=entry_of(held), text=SAID)
    assert road.of(held) == ["objection_filed"]
    after_the_end(plist)
    assert actions.close_due() == 1
    assert road.of(other) == ["publicity_closed"]
    assert road.of(held) == ["objection_filed"]


def test_a_dismissed_objection_lets_the_person_go_on_when_the_list_has_ended(cast, version, road, first_review):
    case = make_case(cast, version)
    plist = post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID, name="演示证人", phone="19900001234")
    after_the_end(plist)
    actions.close_due()
    actions.close_objection(
        objection=made, upheld=False, finding=FOUND, answer="核查过了，情况属实。", by=cast["prov_head"]
    )
    assert road.of(case) == ["objection_filed", "objection_closed", "publicity_closed"]
    assert road.heard[1][2] == {"upheld": False}


def test_a_dismissed_objection_before_the_end_leaves_the_rest_of_the_days(cast, version, road, first_review):
    case = make_case(cast, version)
    plist = post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID)
    actions.close_objection(objection=made, upheld=False, finding=FOUND, by=cast["prov_head"])
    assert road.of(case) == ["objection_filed", "objection_closed"]
    after_the_end(plist)
    actions.close_due()
    assert road.of(case)[-1] == "publicity_closed"


def test_an_upheld_objection_ends_the_person_and_the_notice_is_never_closed_for_him(cast, version, road, first_review):
    case = make_case(cast, version)
    plist = post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID)
    actions.close_objection(objection=made, upheld=True, reasons=["J20"], finding=FOUND, by=cast["prov_head"])
    assert road.heard[-1][1:] == ("objection_closed", {"upheld": True, "reasons": ["J20"]})
    after_the_end(plist)
    assert actions.close_due() == 0


def test_two_objections_hold_until_the_second_is_closed(cast, version, road, first_review):
    case = make_case(cast, version)
    post(cast, case)
    first = actions.file_objection(entry=entry_of(case), text=SAID)
    second = actions.file_objection(entry=entry_of(case), text=SAID + "还有车。")
    assert road.of(case) == ["objection_filed"]
    actions.close_objection(objection=first, upheld=False, finding=FOUND, by=cast["prov_head"])
    assert road.of(case) == ["objection_filed"]
    actions.close_objection(objection=second, upheld=False, finding=FOUND, by=cast["prov_head"])
    assert road.of(case) == ["objection_filed", "objection_closed"]


def test_whoever_did_the_first_review_may_not_close_it(cast, version, road, first_review):
    case = make_case(cast, version)
    post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID)
    first_review.add(cast["guyuan_city"].pk)
    with pytest.raises(Refusal) as refused:
        actions.close_objection(objection=made, upheld=False, finding=FOUND, by=cast["guyuan_city"])
    assert "由别的同事核查" in str(refused.value)
    actions.close_objection(objection=made, upheld=False, finding=FOUND, by=cast["guyuan_city2"])
    with pytest.raises(Stale):
        actions.close_objection(objection=made, upheld=True, reasons=["J20"], finding=FOUND, by=cast["prov_head"])


def test_county_staff_see_neither_the_objector_nor_the_objection(cast, version, road, first_review):
    case = make_case(cast, version)
    post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID, name="演示证人", phone="19900001234")
    with pytest.raises(Refusal) as refused:
        queries.objection_for(cast["xiji_review"], made.token)
    assert refused.value.status == 403
    with pytest.raises(NotFound):
        queries.objection_for(cast["zhongwei_city"], made.token)
    with pytest.raises(Refusal):
        actions.close_objection(objection=made, upheld=False, finding=FOUND, by=cast["xiji_review"])


def test_an_objection_comes_only_while_the_list_is_shown(cast, version, road, first_review):
    case = make_case(cast, version)
    plist = post(cast, case)
    after_the_end(plist)
    with pytest.raises(Refusal) as refused:
        actions.file_objection(entry=entry_of(case), text=SAID)
    assert "公示已经结束" in str(refused.value)
    assert not Objection.objects.exists()


def test_a_bad_objection_gets_a_sentence_for_each_field(cast, version, road, first_review):
    case = make_case(cast, version)
    post(cast, case)
    with pytest.raises(Invalid) as refused:
        actions.file_objection(entry=entry_of(case), text="不", name="演示证人")
    assert set(refused.value.fields) == {"text", "phone"}


def test_what_was_objected_and_who_did_are_sealed_and_frozen(cast, version, road, first_review):
    case = make_case(cast, version)
    post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID, name="演示证人", phone="19900001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, objector_name, objector_phone FROM cases_objection WHERE id = %s", [made.pk])
        assert all(value.startswith("s2.") for value in cursor.fetchone())
        cursor.execute("SELECT string_agg(payload, '') FROM cases_event")
        logged = cursor.fetchone()[0]
    assert "演示证人" not in logged
    assert "19900001234" not in logged
    for change in ("text = 'x'", "state = 'dismissed'", "named = false"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_objection SET {change} WHERE id = %s", [made.pk])
    assert clock.now() >= made.filed_at


@pytest.mark.parametrize("reasons", [(), ("",), ("made up",)])
def test_an_upheld_objection_refuses_for_a_coded_reason_only(cast, version, road, reasons):
    case = make_case(cast, version)
    post(cast, case)
    made = actions.file_objection(entry=entry_of(case), text=SAID)
    with pytest.raises(Invalid):
        actions.close_objection(objection=made, upheld=True, reasons=reasons, finding=FOUND, by=cast["prov_head"])
    by_hand = "UPDATE cases_objection SET state = 'upheld', closed_at = now(), investigator_id = %s, finding = 'x', reasons = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(by_hand, [cast["prov_head"].pk, json.dumps([one for one in reasons if one != "made up"])])
