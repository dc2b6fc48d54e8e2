"""The public page is the same bytes to everybody and gone afterwards; the office's pages publish and investigate."""

from __future__ import annotations

import html

import pytest
from django.core.cache import cache
from django.urls import reverse

from cases.history.models import Access
from cases.notices.models import Notice
from cases.publicity import actions
from cases.publicity.models import Objection, PublicEntry, PublicList
from tests.publicity.making import make_case
from tests.publicity.test_lists import after_the_end, post
from tests.publicity.test_objections import FOUND, SAID, first_review

__all__ = ["first_review"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def test_the_bytes_are_the_same_for_every_reader_and_every_day(cast, version, road, client):
    plist = post(cast, make_case(cast, version))
    address = reverse("publicity:page", args=[plist.token])
    first = client.get(address)
    assert first.status_code == 200
    assert first.content == plist.snapshot.encode()
    assert first["ETag"] == f'"{plist.sha256}"'
    assert "noindex" in first["X-Robots-Tag"]
    assert not first.cookies
    client.cookies["django_language"], client.cookies["text_size"] = "en", "elder"
    assert client.get(address).content == first.content
    client.force_login(cast["publicity"])
    assert client.get(address).content == first.content
    actions.file_objection(entry=PublicEntry.objects.get(list=plist), text=SAID)
    assert client.get(address).content == first.content
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_after_the_end_the_page_says_so_and_shows_nobody(cast, version, road, client):
    case = make_case(cast, version)
    plist = post(cast, case)
    address = reverse("publicity:page", args=[plist.token])
    shown = PublicEntry.objects.get(list=plist)
    after_the_end(plist)
    answer = client.get(address)
    assert answer.status_code == 410
    text = answer.content.decode()
    assert "公示已结束" in text
    assert shown.shown_name not in text
    assert shown.case_tail not in text
    assert client.get(reverse("publicity:object", args=[plist.token])).status_code == 410


def test_a_list_taken_down_is_gone_at_once(cast, version, road, client):
    plist = post(cast, make_case(cast, version))
    actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    answer = client.get(reverse("publicity:page", args=[plist.token]))
    assert answer.status_code == 410
    assert "名单已撤下" in answer.content.decode()


def test_an_unknown_link_is_not_found(client, cast):
    assert client.get("/public/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_anybody_objects_without_signing_in_and_finds_the_answer_again(cast, version, road, client, first_review):
    case = make_case(cast, version)
    plist = post(cast, case)
    address = reverse("publicity:object", args=[plist.token])
    page = client.get(address).content.decode()
    assert str(case.patient.name) not in page
    wrong = client.post(address, {"entry": "1", "text": "不", "name": "演示证人"})
    assert wrong.status_code == 200
    assert "至少 5 个字" in wrong.content.decode()
    assert "演示证人" in wrong.content.decode()
    sent = client.post(address, {"entry": "1", "text": SAID}, follow=True)
    assert "异议已收到" in sent.content.decode()
    made = Objection.objects.get()
    assert SAID not in sent.content.decode()
    actions.close_objection(objection=made, upheld=False, finding=FOUND, answer="查过了，属实。", by=cast["prov_head"])
    receipt = client.get(reverse("publicity:objection", args=[made.token])).content.decode()
    assert "查过了，属实。" in receipt
    assert FOUND not in receipt


def test_the_sixth_objection_of_one_place_in_an_hour_waits(cast, version, road, client):
    plist = post(cast, make_case(cast, version))
    address = reverse("publicity:object", args=[plist.token])
    answers = [client.post(address, {"entry": "1", "text": SAID}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert Objection.objects.count() == 5


def test_the_office_tells_posts_and_reads_the_list(cast, version, road, client):
    case, other = make_case(cast, version), make_case(cast, version, agreed=False)
    client.force_login(cast["publicity"])
    board = client.get(reverse("publicity:board")).content.decode()
    assert case.number in board
    assert "还没有告知申请人" in board
    ticked = {"cases": [str(case.token), str(other.token), "nonsense"]}
    early = client.post(reverse("publicity:publish"), ticked)
    assert early.status_code == 409
    client.post(reverse("publicity:announce"), ticked)
    assert Notice.objects.filter(code="N08", channel="page").count() == 2
    sent = client.post(reverse("publicity:publish"), ticked, follow=True)
    plist = PublicList.objects.get()
    text = html.unescape(sent.content.decode())
    assert plist.sha256 in text
    assert case.number in text
    down = client.post(reverse("publicity:list", args=[plist.token]), {"reason": "错"})
    assert "至少 10 个字" in down.content.decode()


def test_other_staff_get_a_403_that_names_who_may_and_outsiders_a_404(cast, version, road, client):
    plist = post(cast, make_case(cast, version))
    for address in (reverse("publicity:board"), reverse("publicity:list", args=[plist.token])):
        client.force_login(cast["prov_review"])
        answer = client.get(address)
        assert answer.status_code == 403
        assert "信息公开员" in answer.content.decode()
        client.force_login(cast["applicant2"])
        assert client.get(address).status_code == 404


def test_an_objection_is_looked_into_on_its_page_and_each_look_is_stored(cast, version, road, client, first_review):
    case = make_case(cast, version)
    post(cast, case)
    entry = PublicEntry.objects.get(case=case)
    made = actions.file_objection(entry=entry, text=SAID, name="演示证人", phone="19900001234")
    client.force_login(cast["prov_head"])
    listed = client.get(reverse("publicity:objections")).content.decode()
    assert case.number in listed
    assert "演示证人" not in listed
    address = reverse("publicity:one_objection", args=[made.token])
    page = client.get(address).content.decode()
    assert "演示证人" in page
    assert Access.objects.filter(object_type="cases_objection", actor=cast["prov_head"].pk).exists()
    short = client.post(address, {"upheld": "no", "finding": "属实"})
    assert "至少 10 个字" in short.content.decode()
    client.post(address, {"upheld": "no", "finding": FOUND})
    made.refresh_from_db()
    assert made.state == "dismissed"
    client.force_login(cast["xiji_review"])
    assert client.get(address).status_code == 403
