"""Internal notes are for colleagues alone: threaded, mentioned on the desk, redactable with the trace kept, and nowhere outside."""

import json
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import NotFound, Refusal, Stale
from cases.history.models import Event
from cases.notices.models import Notice
from tests.pages.crawl import LINK
from workflows import actions
from workflows.desk.notes.actions import redact_note, write_note
from workflows.desk.notes.models import Mention, Note
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
SECRET = "邻居说这家人去年买了新车待核"


@pytest.fixture
def case(new_case):
    return new_case(1, "COUNTY")


def desk(browser):
    return browser.get(reverse("desk:home")).content.decode()


def test_a_colleague_who_is_mentioned_finds_it_on_the_desk_until_he_has_seen_it(cast, case, signed_in):
    author, other = cast["xiji_review"], cast["xiji_town"]
    browser = signed_in(author)
    address = reverse("case:notes", args=[case.number])
    sent = {"text": f"@{other.name} 请再去看一次。", "mentions": [cast["xiji_intake"].pk]}
    assert browser.post(address, sent).status_code == 302
    note = Note.objects.get(case=case)
    assert set(note.mentions.values_list("person_id", flat=True)) == {other.pk, cast["xiji_intake"].pk}
    theirs = signed_in(other)
    assert "有同事在便签里提到您" in desk(theirs) and case.number in desk(theirs)
    assert sent["text"] not in desk(theirs)
    assert "请再去看一次" in theirs.get(address).content.decode()
    his, mine = (note.mentions.get(person=one).pk for one in (other, cast["xiji_intake"]))
    theirs.post(reverse("desk:mentions"), {"mention": [mine, his]})
    assert json.loads(Event.objects.get(action="note.seen").payload) == {"mentions": [his]}, (
        "what is another's stays so"
    )
    assert "有同事在便签里提到您" not in desk(theirs)
    assert "有同事在便签里提到您" in desk(signed_in(cast["xiji_intake"]))


def test_nobody_is_mentioned_who_may_not_see_the_case(cast, case):
    strangers = [cast["zhongning_clerk"].pk, cast["applicant1"].pk, cast["fin_make"].pk, cast["expert1"].pk]
    write_note(case=case, text=f"@{cast['guyuan_city'].name} 请看", mentions=strangers, by=cast["xiji_review"])
    assert list(Mention.objects.values_list("person_id", flat=True)) == [cast["guyuan_city"].pk]


def test_a_colleague_is_mentioned_by_account_name_and_by_the_whole_of_it(cast, case, signed_in):
    write_note(case=case, text="请 @GUYUAN_CITY 看一下，不是 @xiji_intake9", by=cast["xiji_review"])
    assert list(Mention.objects.values_list("person_id", flat=True)) == [cast["guyuan_city"].pk]
    assert "有同事在便签里提到您" in desk(signed_in(cast["guyuan_city"]))


def test_answers_stand_under_their_note_and_never_under_one_of_another_case(cast, case, new_case, signed_in):
    first = write_note(case=case, text="病历第二页缺盖章。", by=cast["xiji_review"])
    browser = signed_in(cast["xiji_intake"])
    browser.post(reverse("case:note_reply", args=[case.number, first.pk]), {"text": "已经电话问过医院。"})
    assert Note.objects.get(reply_to=first).text == "已经电话问过医院。"
    other = new_case(5)
    with pytest.raises(NotFound):
        write_note(case=other, text="别的案卷", reply_to=first.pk, by=cast["xiji_intake"])
    row = {"text": "绕过", "by": first.by, "role": "CTY2", "office": first.office, "at": first.at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(case=other, reply_to=first, **row)


def test_words_are_taken_out_by_a_second_person_who_leads_and_the_trace_stays(cast, case, signed_in):
    note = write_note(case=case, text=SECRET, by=cast["xiji_review"])
    for who in ("xiji_intake", "xiji_review"):  # nobody who does not lead, and not its author, who leads here
        with pytest.raises(Refusal) as refused:
            redact_note(note=note, reason="不该写", by=cast[who])
        assert refused.value.code == "second_person" and "县级初审员" in str(refused.value.who_may)
    with pytest.raises(IntegrityError, match="second person"), transaction.atomic():
        alone = Note.objects.get(pk=note.pk)
        alone.text, alone.redacted_at, alone.redacted_by = "", clock.now(), note.by
        alone.redacted_role, alone.redact_reason = "CTY2", "写错了"
        alone.save()
    redact_note(note=note, reason="写了传闻，不该留。", by=cast["prov_head"])
    note.refresh_from_db()
    assert note.text == "" and note.redacted_by == cast["prov_head"]
    with pytest.raises(Stale):
        redact_note(note=note, reason="再来一次", by=cast["xiji_review2"])
    page = signed_in(cast["xiji_intake"]).get(reverse("case:notes", args=[case.number])).content.decode()
    assert SECRET not in page and "已撤除这条便签的内容，原因：写了传闻" in page
    payloads = {
        row.action: json.loads(row.payload)
        for row in Event.objects.filter(stream__key=str(case.pk), action__startswith="note.")
    }
    assert payloads["note.written"]["text"] == payloads["note.redacted"]["text"] != ""
    assert not Event.objects.filter(payload__contains=SECRET).exists()


def test_the_database_lets_nobody_edit_a_note_or_bring_words_back(cast, case):
    note = write_note(case=case, text="原话", by=cast["xiji_review"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Note(pk=note.pk, case=case, text="改过的话").save(update_fields=["text"])
    redact_note(note=note, reason="写错了", by=cast["xiji_review2"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(redacted_at=None, redacted_by=None)


@pytest.mark.parametrize("who", ["applicant1", "zhongning_clerk", "fin_make", "publicity", "expert1", "sysadmin"])
def test_who_does_not_read_whole_files_here_finds_no_notes(cast, case, signed_in, who):
    write_note(case=case, text=SECRET, by=cast["xiji_review"])
    answer = signed_in(cast[who]).get(reverse("case:notes", args=[case.number]))
    assert answer.status_code in (403, 404) and SECRET not in answer.content.decode()
    with pytest.raises(Refusal):
        write_note(case=case, text="我也写", by=cast[who])


def test_an_inspector_reads_the_notes_and_writes_none(cast, case, signed_in):
    write_note(case=case, text=SECRET, by=cast["xiji_review"])
    browser = signed_in(cast["inspector"])
    address = reverse("case:notes", args=[case.number])
    assert SECRET in browser.get(address).content.decode()
    assert browser.post(address, {"text": "检查意见"}).status_code == 403
    timeline = browser.get(reverse("inspection:case", args=[case.number]), {"kind": "decision"}).content.decode()
    assert "写内部便签" in timeline and SECRET not in timeline


def test_no_word_of_a_note_reaches_applicant_letters_public_pages_or_other_calls_of_the_api(
    cast, funded, new_case, signed_in
):
    """Everything that an applicant, a helper or the public can reach by links, and all that is sent to them."""
    funded("rare_disease", "200000")
    case = new_case(1, "COUNTY")
    author = cast["xiji_review"]
    first = write_note(case=case, text=SECRET, by=author)
    write_note(case=case, text=SECRET, reply_to=first.pk, by=cast["xiji_intake"])
    drive.to(case, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    for who, starts in (("applicant1", ["/", "/my", f"/track/{case.number}"]), (None, ["/", "/public/", "/track"])):
        browser = signed_in(cast[who]) if who else None

        browser = browser or Client()
        waiting, seen = list(starts), set()
        while waiting and len(seen) < 60:
            path = waiting.pop(0).replace("&amp;", "&")
            if path in seen or re.match(r"^/(static|preferences|accounts|admin|file)", path):
                continue
            seen.add(path)
            answer = browser.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert SECRET.encode() not in body, path
            if answer.get("Content-Type", "").startswith("text/html"):
                waiting += LINK.findall(body.decode())
        assert len(seen) > 3
    for notice in Notice.objects.filter(case=case):
        assert SECRET not in str(notice.body) and SECRET not in json.dumps(notice.data, ensure_ascii=False)
    staff = signed_in(author)
    for address in (f"/api/v1/cases/{case.number}/", f"/api/v1/cases/{case.number}/history/?after=0", "/api/v1/tasks/"):
        assert SECRET not in staff.get(address).content.decode()


def test_who_keeps_out_of_a_case_takes_no_words_out_of_its_notes(cast, case):
    note = write_note(case=case, text=SECRET, by=cast["xiji_review"])
    head = cast["xiji_review2"]
    actions.recuse(item=drive.open_item(case).pk, reason="与患者有来往", by=head)
    with pytest.raises(Refusal) as refused:
        redact_note(note=note, reason="不该留", by=head)
    note.refresh_from_db()
    assert refused.value.code == "duties" and note.text == SECRET
