"""A notice is kept as written, handed over once, and shows what became of it."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse

from cases.calendar import clock
from cases.errors import NotFound
from cases.history.models import Access, Event
from cases.notices import given, queries
from cases.notices.actions import mark_read, notify
from cases.notices.models import Notice
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.notices.samples import DUE, GIVEN
from tests.publicity.making import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone_network(monkeypatch) -> list[tuple[str, str]]:
    """The fake of the telephone network: keeps what it is given."""
    carried: list[tuple[str, str]] = []
    monkeypatch.setattr(given, "_carriers", [lambda phone, text, key: carried.append((phone, text))])
    return carried


def write(case: Any, code: str = "N07", **more: Any) -> Notice:
    return notify(case=case, code=code, data={"due_on": DUE, **GIVEN[code], **more}, by=None)


def test_a_letter_stands_in_the_file_and_its_message_waits(cast, version, phone_network):
    case = make_case(cast, version)
    page = write(case)
    assert page.number == f"{case.number}-N07-01"
    rows = {row.channel: row for row in Notice.objects.filter(case=case)}
    assert set(rows) == {"page", "sms"}
    assert [str(one.words) for one in queries.of_case(case)] == ["等待发送", "已发出"]
    assert phone_network == []
    assert Event.objects.filter(action="notice.written", stream__key=str(case.pk)).count() == 1


def test_the_second_letter_of_a_kind_has_the_next_number(cast, version):
    case = make_case(cast, version)
    write(case)
    assert write(case).number.endswith("-N07-02")


def test_the_helper_gets_a_letter_of_his_own(cast, version, phone_network):
    case = make_case(cast, version, agent="agent1")
    write(case)
    assert set(Notice.objects.filter(case=case).values_list("channel", "to_whom")) == {
        ("page", "applicant"), ("sms", "applicant"), ("page", "agent"), ("sms", "agent"),
    }  # fmt: skip
    for pk in outgoing.due():
        outgoing.run(pk)
    assert {phone for phone, _text in phone_network} == {"19900000001", "19900000101"}


def test_a_message_is_handed_over_once_however_often_the_work_is_done(cast, version, phone_network):
    case = make_case(cast, version)
    write(case)
    row = Outgoing.objects.get(topic="notice")
    assert outgoing.run(row.pk)
    Outgoing.objects.filter(pk=row.pk).update(done_at=None, lease_until=None)
    assert outgoing.run(row.pk)
    assert len(phone_network) == 1
    phone, text = phone_network[0]
    assert phone == "19900000001"
    assert str(case.patient.name) not in text
    assert str(case.patient.id_no) not in text
    assert Notice.objects.get(channel="sms").state == "sent"


def test_a_worker_that_dies_while_handing_over_leaves_the_message_waiting(cast, version, monkeypatch):
    case = make_case(cast, version)
    write(case)
    row = Outgoing.objects.get(topic="notice")

    def dies(phone: str, text: str, key: str) -> None:
        raise SystemExit

    monkeypatch.setattr(given, "_carriers", [dies])
    with pytest.raises(SystemExit), transaction.atomic():
        outgoing.run(row.pk)
    sms = Notice.objects.get(channel="sms")
    assert sms.state == "queued"
    assert str(queries.of_case(case)[0].words) == "等待发送"


def test_a_network_fault_is_shown_and_tried_again(cast, version, monkeypatch):
    case = make_case(cast, version)
    write(case)
    row = Outgoing.objects.get(topic="notice")

    def refuses(phone: str, text: str, key: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(given, "_carriers", [refuses])
    assert not outgoing.run(row.pk)
    sms = Notice.objects.get(channel="sms")
    assert (sms.state, sms.attempts) == ("failed", 1)
    carried: list[str] = []
    monkeypatch.setattr(given, "_carriers", [lambda phone, text, key: carried.append(text)])
    clock.move_demo_clock(by=None, days=1)
    assert outgoing.run(row.pk)
    sms.refresh_from_db()
    assert (sms.state, sms.attempts, len(carried)) == ("sent", 2, 1)


def test_who_has_no_mobile_phone_gets_a_printed_letter(cast, version):
    case = make_case(cast, version, owner="xiji_intake")
    case.patient.phone = None
    case.patient.save()
    write(case)
    assert set(Notice.objects.filter(case=case).values_list("channel", flat=True)) == {"page", "print"}
    assert not Outgoing.objects.filter(topic="notice").exists()


def test_reading_the_letter_is_stored_once_and_proves_the_message(cast, version, phone_network):
    case = make_case(cast, version)
    page = write(case)
    outgoing.run(Outgoing.objects.get(topic="notice").pk)
    mark_read(notice=page, by=cast["applicant1"])
    first = Notice.objects.get(pk=page.pk).read_at
    mark_read(notice=page, by=cast["applicant1"])
    page.refresh_from_db()
    assert (page.state, page.read_at) == ("read", first)
    assert Notice.objects.get(channel="sms").state == "delivered"


def test_a_stored_letter_is_not_rewritten_by_anybody(cast, version):
    page = write(make_case(cast, version))
    for change in ("title = 'x'", "body = 'x'", "number = 'x'", "state = 'queued'"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_notice SET {change} WHERE id = %s", [page.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, data FROM cases_notice WHERE id = %s", [page.pk])
        assert all(value.startswith("s2.") for value in cursor.fetchone())


def test_a_letter_that_lacks_what_it_must_say_is_not_written(cast, version):
    case = make_case(cast, version)
    with pytest.raises(ValueError, match="items"):
        notify(case=case, code="N02", data={"due_on": DUE}, by=None)
    assert not Notice.objects.filter(case=case).exists()


def test_only_the_person_the_helper_and_the_office_of_the_area_may_read(cast, version):
    case = make_case(cast, version, agent="agent1")
    page = write(case)
    for reader in ("applicant1", "xiji_intake", "prov_review"):
        assert queries.letter_for(cast[reader], page.token) == page
    for stranger in ("applicant2", "zhongning_clerk", "xiji_village2", "sysadmin"):
        with pytest.raises(NotFound):
            queries.letter_for(cast[stranger], page.token)
    copy = Notice.objects.get(case=case, channel="page", to_whom="agent")
    assert queries.letter_for(cast["agent1"], copy.token) == copy


def test_every_letter_opens_as_a_page_in_both_languages(cast, version, client):
    case = make_case(cast, version)
    client.force_login(cast["applicant1"])
    for code in sorted(GIVEN):
        page = write(case, code)
        for language in ("zh-hans", "en"):
            client.cookies["django_language"] = language
            answer = client.get(reverse("notices:letter", args=[page.token]))
            assert answer.status_code == 200
            for part in (case.number, page.number, queries.sheet_of(page, language).next_step, "tel:"):
                assert part in html.unescape(answer.content.decode()), (code, language, part)


def test_a_letter_is_a_pdf_when_asked_for(cast, version, client):
    case = make_case(cast, version)
    client.force_login(cast["applicant1"])
    for code, language in (("N02", "zh-hans"), ("N09", "zh-hans"), ("N09", "en"), ("N10", "zh-hans")):
        page = write(case, code)
        client.cookies["django_language"] = language
        pdf = client.get(reverse("notices:letter_pdf", args=[page.token]))
        assert pdf.content.startswith(b"%PDF")
        assert page.number in pdf["Content-Disposition"]


def test_a_look_of_the_office_is_stored_and_does_not_count_as_read(cast, version, client):
    case = make_case(cast, version)
    page = write(case)
    client.force_login(cast["xiji_intake"])
    assert client.get(reverse("notices:letter", args=[page.token])).status_code == 200
    assert Access.objects.filter(case_id=case.pk, object_type="cases_notice", actor=cast["xiji_intake"].pk).exists()
    page.refresh_from_db()
    assert page.read_at is None


def test_the_link_of_a_message_needs_a_sign_in(cast, version, client):
    page = write(make_case(cast, version))
    assert client.get(reverse("notices:letter", args=[page.token])).status_code == 302
    client.force_login(cast["applicant2"])
    assert client.get(reverse("notices:letter", args=[page.token])).status_code == 404


def test_on_the_demonstration_phone_the_message_arrives_with_its_own_key(cast, version):
    from cases.access.models import DemoSms

    case = make_case(cast, version)
    write(case)
    assert outgoing.run(Outgoing.objects.get(topic="notice").pk)
    assert [str(row.text) for row in DemoSms.objects.all()] == [str(Notice.objects.get(channel="sms").body)]
