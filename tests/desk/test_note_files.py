"""A note may have pictures and PDF: encrypted as papers are, for who reads the note alone, and no paper of the case."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cases.duplicates.queries import same_elsewhere
from cases.evidence import vault
from cases.evidence.keeping import taken_in
from cases.evidence.models import MaterialFile
from cases.history.models import Access, Event
from project.values import moment_words
from tests.evidence.files import launcher, pdf, picture, upload
from workflows.desk.notes.actions import redact_note, write_note
from workflows.desk.notes.attached import stored as attached
from workflows.desk.notes.models import Note, NoteFile
from workflows.reading import reading_of
from workflows.walking import drive
from workflows.walking.demo_rare_disease import COSTLY

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
WORDS = "原件在档案室，复印件见附件。"
CLOSED = ("applicant1", "zhongning_clerk", "fin_make", "publicity", "panel1", "expert1", "sysadmin")


@pytest.fixture
def case(new_case):
    return new_case(1, "COUNTY")


def written(case, by, *data):
    return write_note(case=case, text=WORDS, attached=[upload(one) for one in data or (picture(),)], by=by)


def address_of(row):
    return reverse("case:note_file", args=[row.note.case.number, row.note_id, row.token])


def stored():
    return sum(1 for path in Path(default_storage.path("")).rglob("*") if path.is_file())


def test_a_colleague_opens_what_is_attached_and_the_look_is_stored(cast, case, signed_in):
    notes, other = reverse("case:notes", args=[case.number]), cast["xiji_town"]
    sent = {"text": WORDS, "attached": [upload(picture("PNG"), "a.png"), upload(pdf(), "b.pdf", "text/html")]}
    assert signed_in(cast["xiji_review"]).post(notes, sent).status_code == 302
    shown, sheet = NoteFile.objects.order_by("number")
    raw = Path(default_storage.path(shown.path)).read_bytes()
    assert raw[:3] == b"RF2" and vault.get(shown.token, shown.path)[:3] == b"\xff\xd8\xff"
    browser = signed_in(other)
    page = browser.get(notes).content.decode()
    assert address_of(shown) in page and "附件 2（PDF）" in page
    for row, kind, how in ((shown, "image/jpeg", "inline"), (sheet, "application/pdf", "attachment")):
        answer = browser.get(address_of(row))
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Content-Disposition"].startswith(how) and "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
        look = Access.objects.get(object_type=NoteFile._meta.db_table, object_id=str(row.pk))
        assert (look.actor, look.case_id, look.acting_role) == (other.pk, case.pk, other.posts.get().role_id)
    event = json.loads(Event.objects.get(action="note.written").payload)
    assert event["files"] == [shown.sha256, sheet.sha256]


def test_the_look_is_stored_before_the_bytes_are_read(cast, case, signed_in):
    row = written(case, cast["xiji_review"]).files.get()
    vault.drop(row.path)
    with pytest.raises(FileNotFoundError):
        signed_in(cast["xiji_town"]).get(address_of(row))
    assert Access.objects.filter(object_type=NoteFile._meta.db_table, actor=cast["xiji_town"].pk).count() == 1


def test_who_reads_no_notes_gets_the_answer_of_a_file_that_never_was(cast, road, signed_in, client):
    case = drive.apply(slug="rare_disease", number=2, by=cast["applicant1"], changes=COSTLY)
    drive.to(case, "PROVINCE")
    drive.ask_expert(case)
    note = written(case, cast["xiji_review"])
    row = note.files.get()
    never = reverse("case:note_file", args=[case.number, note.pk, uuid4()])
    for who in CLOSED:
        browser = signed_in(cast[who])
        answers = [browser.get(address) for address in (address_of(row), never)]
        assert [answer.status_code for answer in answers] == [404, 404], who
        assert browser.get(reverse("evidence:file", args=[row.token])).status_code == 404
    assert not Access.objects.filter(object_type=NoteFile._meta.db_table).exists()
    assert client.get(address_of(row)).status_code == 302  # nobody: the sign-in page
    inspector = signed_in(cast["inspector"])
    assert [inspector.get(address).status_code for address in (address_of(row), never)] == [200, 404]
    assert inspector.get(reverse("evidence:file", args=[row.token])).status_code == 404
    other = write_note(case=case, text=WORDS, by=cast["xiji_review"])
    assert inspector.get(reverse("case:note_file", args=[case.number, other.pk, row.token])).status_code == 404


def test_a_bad_file_is_said_by_its_number_and_the_words_stay(cast, case, signed_in):
    browser, notes, before = signed_in(cast["xiji_review"]), reverse("case:notes", args=[case.number]), stored()
    page = upload(b"<html><script>alert(1)</script></html>", "x.jpg")
    for bad, why in (
        ([upload(picture()), page], "第 2 个附件没有收下：只收照片"),
        ([upload(pdf(change=launcher), "a.pdf")], "第 1 个附件没有收下："),
        ([upload(picture()) for _ in range(4)], "最多 3 个附件"),
        ([upload(b"", "leer.jpg")], "这个文件是空的"),
    ):
        sent = {"text": WORDS, "mentions": [cast["xiji_intake"].pk], "attached": bad}
        answer = browser.post(notes, sent)
        shown = answer.content.decode()
        assert answer.status_code == 422 and why in shown and WORDS in shown
        assert shown.count(" checked") == 1, "whom it is meant for stays chosen"
    assert not Note.objects.exists() and not NoteFile.objects.exists() and stored() == before


def test_an_answer_has_files_as_a_note_has_and_a_bad_one_is_said_under_its_note(cast, case, signed_in):
    note = written(case, cast["xiji_review"])
    browser, before = signed_in(cast["xiji_intake"]), stored()
    reply = reverse("case:note_reply", args=[case.number, note.pk])
    page = browser.get(reverse("case:notes", args=[case.number])).content.decode()
    assert f'id="reply-{note.pk}-attached"' in page and page.count('enctype="multipart/form-data"') == 2
    for sent, why in (
        ({"text": WORDS, "attached": [upload(picture()), upload(b"<html>", "x.jpg")]}, "第 2 个附件没有收下："),
        ({"text": "", "attached": [upload(picture())]}, "请写便签的内容"),
        ({"text": WORDS, "attached": [upload(picture()) for _ in range(4)]}, "最多 3 个附件"),
    ):
        answer = browser.post(reply, sent)
        shown = answer.content.decode()
        assert answer.status_code == 422 and shown.count(why) == 2, "at the top and at its field"
        assert f'href="#reply-{note.pk}-' in shown and shown.count("<details open>") == 1
    assert Note.objects.count() == 1 and stored() == before
    assert browser.post(reply, {"text": WORDS, "attached": [upload(picture("PNG")), upload(pdf())]}).status_code == 302
    made = Note.objects.get(reply_to=note)
    rows = list(made.files.order_by("number"))
    assert [row.kind for row in rows] == ["jpeg", "pdf"] and stored() == before + 2
    assert [signed_in(cast["xiji_town"]).get(address_of(row)).status_code for row in rows] == [200, 200]
    told = json.loads(Event.objects.filter(action="note.written").latest("pk").payload)
    assert (told["reply_to"], told["files"]) == (note.pk, [row.sha256 for row in rows])


def test_when_the_database_takes_no_row_the_bytes_do_not_stay(cast, case):
    note = written(case, cast["xiji_review"])
    before, taken = stored(), [taken_in(upload(pdf()))]
    with (
        pytest.raises(IntegrityError, match="note_file_once"),
        transaction.atomic(),
        attached(NoteFile, taken, f"case:{case.pk}", note=note),
    ):
        pass
    assert stored() == before


def test_with_the_words_go_the_files_and_the_fact_stays(cast, case, signed_in):
    note = written(case, cast["xiji_review"], picture(), pdf())
    rows, before = list(note.files.order_by("number")), stored()
    browser = signed_in(cast["xiji_intake"])
    at = redact_note(note=note, reason="附件里有别人的证件。", by=cast["xiji_review2"]).redacted_at
    event = Event.objects.get(action="note.redacted")
    assert (event.acting_role, note.case.notes.get().redacted_role) == ("CTY2", "CTY2")
    page = browser.get(reverse("case:notes", args=[case.number])).content.decode()
    for row in rows:
        gone = browser.get(address_of(row))
        assert address_of(row) not in page and gone.status_code == 410
        assert f"这个附件已由县级初审员在{moment_words(at)}和便签的内容一起撤除。" in gone.content.decode()
    assert stored() == before - 2
    told = json.loads(event.payload)
    assert told["files"] == [row.sha256 for row in rows] and note.files.count() == 2


def test_the_database_lets_nobody_change_a_file_or_attach_a_fourth(cast, case):
    note = written(case, cast["xiji_review"])
    row = note.files.get()
    for change in (lambda: NoteFile.objects.filter(pk=row.pk).update(path="x"), lambda: row.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    more = {"kind": "jpeg", "sha256": "0", "stored_sha256": "0", "size": 1, "path": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteFile.objects.create(note=note, number=4, token=uuid4(), **more)


def test_what_is_attached_is_no_paper_of_the_case(cast, case, new_case, signed_in):
    """Neither read before deciding, nor a duplicate, nor on the list of papers, nor in what other programs and the applicant get."""
    reviewer, item, papers = cast["xiji_review"], drive.open_item(case), MaterialFile.objects.count()
    sheets, same = reading_of(item, reviewer).sheets, picture(size=(321, 123))
    row = written(case, reviewer, same).files.get()
    other = new_case(3, "COUNTY")
    written(other, reviewer, same)
    assert MaterialFile.objects.count() - papers == MaterialFile.objects.filter(case=other).count()
    assert reading_of(item, reviewer).sheets == sheets and same_elsewhere(case)["file"] == 0
    for who, address in (
        ("xiji_review", reverse("case:tab", args=[case.number, "materials"])),
        ("xiji_review", f"/api/v1/cases/{case.number}/"),
        ("applicant1", f"/track/{case.number}"),
        ("applicant1", reverse("dossier:case", args=[case.number])),
    ):
        body = signed_in(cast[who]).get(address, follow=True).content.decode()
        assert str(row.token) not in body and row.sha256 not in body, address
