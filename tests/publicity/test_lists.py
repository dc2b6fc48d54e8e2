"""A list is posted after the applicant was told, stays as it is, and ends by the clock."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.notices.models import Notice
from cases.policy import actions as policy
from cases.programme import programme
from cases.publicity import actions
from cases.publicity.models import PublicEntry, PublicList
from tests.publicity.making import make_case

pytestmark = pytest.mark.django_db


def post(cast, *cases):
    actions.announce(cases=list(cases), by=cast["publicity"])
    return actions.publish(cases=list(cases), by=cast["publicity"])


def after_the_end(plist):
    clock.move_demo_clock(by=None, days=(plist.ends_on - clock.today()).days + 1)


def test_nobody_is_listed_who_was_not_told_before(cast, version, road):
    case = make_case(cast, version)
    with pytest.raises(Refusal) as refused:
        actions.publish(cases=[case], by=cast["publicity"])
    assert "还没有告知申请人" in str(refused.value)
    assert not PublicEntry.objects.filter(case=case).exists()


def test_the_database_too_refuses_an_entry_of_somebody_who_was_not_told(cast, version, road):
    plist = post(cast, make_case(cast, version))
    other = make_case(cast, version)
    with pytest.raises((IntegrityError, InternalError), match="not told before"), transaction.atomic():
        PublicEntry.objects.create(
            list=plist, case=other, position=9, shown_name="演*", shown_area="x", amount=1, case_tail="1"
        )


def test_the_letter_lies_in_the_file_before_the_list_is_posted(cast, version, road):
    case = make_case(cast, version)
    plist = post(cast, case)
    letter = Notice.objects.get(case=case, code="N08", channel="page")
    assert letter.queued_at < plist.posted_at
    assert plist.starts_on == local_day(plist.posted_at)
    assert plist.ends_on > plist.starts_on


def test_a_case_that_does_not_wait_for_the_notice_is_refused(cast, version, road):
    case = make_case(cast, version, state="GRANTED")
    with pytest.raises(Refusal) as refused:
        actions.announce(cases=[case], by=cast["publicity"])
    assert refused.value.code == "not_awaiting"


def test_a_case_stands_on_one_running_list_only(cast, version, road):
    case = make_case(cast, version)
    plist = post(cast, case)
    with pytest.raises(Refusal) as refused:
        actions.publish(cases=[case], by=cast["publicity"])
    assert "已经在公示名单上" in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicEntry.objects.create(
            list=plist, case=case, position=9, shown_name="演*", shown_area="x", amount=1, case_tail="1"
        )


def test_nobody_without_the_post_publishes_and_the_try_is_recorded(cast, version, road):
    case = make_case(cast, version)
    with pytest.raises(Refusal) as refused:
        actions.publish(cases=[case], by=cast["prov_review"])
    assert refused.value.status == 403
    assert "信息公开员" in str(refused.value.who_may)
    with pytest.raises(NotFound):
        actions.publish(cases=[case], by=cast["applicant2"])
    assert Event.objects.filter(action="publicity.posted", outcome="denied").count() == 2
    assert not PublicList.objects.exists()


def test_an_empty_list_is_refused_with_a_sentence(cast, version, road):
    with pytest.raises(Invalid) as refused:
        actions.publish(cases=[], by=cast["publicity"])
    assert "请至少选一件" in str(refused.value)


def test_the_frozen_page_shows_nothing_that_names_a_person_or_an_illness(cast, version, road):
    child = make_case(cast, version, name="马小宝", born=date(2019, 1, 2))
    shy = make_case(cast, version, name="哈玉兰", agreed=False)
    plist = post(cast, child, shy)
    page = plist.snapshot
    for case in (child, shy):
        assert case.number.rsplit("-", 1)[0][-4:] in page
        assert case.number not in page
        assert str(case.patient.name) not in page
        assert str(case.patient.id_no) not in page
        assert str(case.patient.id_no)[-5:] not in page
        assert str(case.patient.birth_date) not in page
    assert "马某" in page
    assert "哈" not in page
    assert "代码 " in page
    assert "12,345.67" in page
    for word in ("罕见", "诊断", "西吉", "rare"):
        assert word not in page
    assert "固原市" in page
    assert "noindex" in page
    assert "<script" not in page
    assert "style=" not in page


def test_five_of_a_county_are_listed_under_the_county(cast, version, road):
    plist = post(cast, *[make_case(cast, version) for _ in range(5)])
    assert plist.division_code == "640422"
    assert plist.snapshot.count("西吉县") >= 5


def test_a_posted_list_can_be_changed_by_nobody(cast, version, road, owner_cursor):
    plist = post(cast, make_case(cast, version))
    assert plist.sha256 == hashlib.sha256(plist.snapshot.encode()).hexdigest()
    for column, value in (("snapshot", "x"), ("ends_on", "2030-01-01"), ("sha256", "0" * 64), ("number", "x")):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_publiclist SET {column} = %s WHERE id = %s", [value, plist.pk])
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_publicentry SET amount = 1 WHERE list_id = %s", [plist.pk])
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_publicentry SET closed_at = now() WHERE list_id = %s", [plist.pk])
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_publiclist SET state = 'closed', closed_at = now() WHERE id = %s", [plist.pk])


def test_the_clock_ends_a_list_after_its_last_day_and_the_road_is_told_once(cast, version, road):
    case = make_case(cast, version)
    plist = post(cast, case)
    assert actions.close_due() == 0
    clock.move_demo_clock(by=None, days=(plist.ends_on - clock.today()).days)
    assert actions.close_due() == 0
    assert road.of(case) == []
    clock.move_demo_clock(by=None, days=1)
    assert actions.close_due() == 1
    assert actions.close_due() == 0
    assert road.of(case) == ["publicity_closed"]
    plist.refresh_from_db()
    assert plist.state == "closed"


def test_one_case_that_fails_does_not_keep_the_others_waiting(cast, version, road, monkeypatch):
    first, second = make_case(cast, version), make_case(cast, version)
    plist = post(cast, first, second)
    after_the_end(plist)
    from cases import programme

    def falls(case, *, by, now):
        if case.pk == first.pk:
            raise RuntimeError("this road is blocked")
        road.heard.append((case.pk, "publicity_closed", {}))

    monkeypatch.setitem(programme._listeners, "publicity_closed", [falls])
    assert actions.close_due() == 1
    assert road.of(second) == ["publicity_closed"]
    assert PublicEntry.objects.get(case=first).closed_at is None


def test_a_list_taken_down_lets_its_cases_wait_for_a_new_one(cast, version, road):
    case = make_case(cast, version)
    plist = post(cast, case)
    with pytest.raises(Invalid):
        actions.take_down(plist=plist, reason="错", by=cast["publicity"])
    actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    after_the_end(plist)
    assert actions.close_due() == 0
    assert road.of(case) == []
    again = actions.publish(cases=[case], by=cast["publicity"])
    assert again.number != plist.number
    with pytest.raises(Refusal):
        actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])


@pytest.fixture
def other_numbers(cast, version):
    """A policy in which two of a county are enough, and a reason has twenty characters."""
    counts = {"public_list_minimum": 2, "opinion_characters": 20}
    shipped = programme("rare_disease").policy
    rows = [replace(row, value={"count": counts[row.key]}) if row.key in counts else row for row in shipped["rows"]]
    changed = {"rows": rows, "effective_from": clock.today().isoformat()}
    draft = policy.load_policy(programme="rare_disease", version={**shipped, **changed}, by=cast["policy_edit"])
    return policy.publish(version=draft, by=cast["policy_publish"])


def test_how_few_are_listed_by_city_and_how_long_a_reason_is_are_said_by_the_policy(cast, other_numbers, road):
    plist = post(cast, make_case(cast, other_numbers), make_case(cast, other_numbers))
    assert plist.division_code == "640422"
    with pytest.raises(Invalid, match="至少 20 个字"):
        actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    made = actions.file_objection(entry=plist.entries.first(), text="他家有两套房子，不困难。")
    with pytest.raises(Invalid) as short:
        actions.close_objection(objection=made, upheld=False, finding="到村里问过，困难属实。", by=cast["prov_head"])
    assert "至少 20 个字" in str(short.value.fields["finding"])


def test_every_refusal_on_the_way_to_a_list_names_who_may(cast, version, road):
    case = make_case(cast, version, state="GRANTED")
    shown = make_case(cast, version)
    plist = post(cast, shown)
    actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    for tried in (
        lambda: actions.announce(cases=[case], by=cast["publicity"]),
        lambda: actions.publish(cases=[case], by=cast["publicity"]),
        lambda: actions.publish(cases=[make_case(cast, version)], by=cast["publicity"]),
        lambda: actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"]),
        lambda: actions.file_objection(entry=plist.entries.first(), text="他家有两套房子，不困难。"),
    ):
        with pytest.raises(Refusal) as refused:
            tried()
        assert refused.value.who_may, refused.value.reason
