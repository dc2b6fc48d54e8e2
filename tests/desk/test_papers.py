"""Papers beside the checklist: the holder marks each, the marks count at acceptance, pictures are delivered one paper at a time."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.evidence.models import Material, MaterialFile
from cases.history.models import Access, Event
from tests.desk.road import supplied
from workflows import actions
from workflows.actions.papers import check_paper
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "INTAKE")]


@pytest.fixture
def held(new_case, signed_in):
    """A case at intake in the hands of its clerk, with the clerk's browser."""
    case = new_case(1)
    item = drive.open_item(case)
    person = drive.person_for(item)
    return case, actions.claim(item=item, by=person), person, signed_in(person)


def marks(case):
    """The marks that history holds, oldest first."""
    events = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action="paper.checked", outcome="ok")
    return list(events.order_by("seq").values_list("payload", flat=True))


def test_the_holder_marks_a_paper_through_the_page_and_the_next_one_opens(held):
    case, item, person, browser = held
    sent = {"item": item.pk, "row_version": item.row_version, "code": "D02", "verdict": "accepted"}
    after = browser.post(reverse("case:check_paper", args=[case.number]), sent)
    assert after.status_code == 302 and after.url.endswith("?paper=D03#paper-D03")
    row = Material.objects.get(case=case, code="D02")
    assert (row.state, row.checked_by) == ("accepted", person) and row.checked_at is not None
    assert len(marks(case)) == 1 and '"verdict":"accepted"' in marks(case)[0]
    browser.post(reverse("case:check_paper", args=[case.number]), sent)
    assert len(marks(case)) == 1


def test_not_good_needs_a_reason_that_fits_the_paper_and_is_shown_in_words(held):
    case, item, _person, browser = held
    address = reverse("case:check_paper", args=[case.number])
    sent = {"item": item.pk, "row_version": item.row_version, "code": "D06", "verdict": "rejected"}
    for wrong in ("", "S02", "J01"):
        page = browser.post(address, sent | {"reason": wrong})
        assert page.status_code == 200 and "请从列表里选一个原因" in page.content.decode()
    assert marks(case) == []
    browser.post(address, sent | {"reason": "S06"})
    shown = browser.get(reverse("case:tab", args=[case.number, "materials"])).content.decode()
    assert "不合格的原因：诊断证明仅有科室章，需医院章" in shown
    assert ">S06<" not in shown


def test_nobody_but_the_holder_of_a_review_step_marks_papers(cast, held, new_case):
    case, item, person, _browser = held
    given = {"row_version": item.row_version, "code": "D02", "verdict": "accepted"}
    with pytest.raises(Refusal) as refused:
        check_paper(item=item, by=cast["xiji_review"], **given)
    assert refused.value.status == 403 and refused.value.who_may
    with pytest.raises(NotFound):
        check_paper(item=item, by=cast["zhongning_clerk"], **given)
    with pytest.raises(Stale):
        check_paper(item=item, by=person, **given | {"row_version": item.row_version - 1})
    actions.release(item=item, reason="下班了", by=person)
    with pytest.raises(Refusal):
        check_paper(item=item, by=person, **given | {"row_version": None})
    drive.to(case, "VERIFY")
    visit = drive.open_item(case)
    village = drive.person_for(visit)
    actions.claim(item=visit, by=village)
    with pytest.raises(Refusal) as refused:
        check_paper(item=visit, code="D02", verdict="accepted", by=village)
    assert refused.value.code == "no_review"
    assert marks(case) == []


def test_marks_survive_a_return_and_a_mark_of_an_earlier_round_stays_in_history(held):
    case, item, person, _browser = held
    check_paper(item=item, code="D02", verdict="accepted", by=person)
    drive.to(case, "COUNTY")
    drive.step(case, "return", to_step="intake")
    again = actions.claim(item=drive.open_item(case), by=person)
    assert Material.objects.get(case=case, code="D02").state == "accepted"
    check_paper(item=again, code="D02", verdict="rejected", reason="S02", by=person)
    first, second = marks(case)
    assert '"round":1' in first and '"verdict":"accepted"' in first
    assert '"round":2' in second and '"verdict":"rejected"' in second


def test_a_case_is_not_accepted_while_a_required_paper_is_missing_or_not_good(held):
    case, item, person, browser = held
    check_paper(item=item, code="D06", verdict="rejected", reason="S06", by=person)
    Material.objects.filter(case=case, code="D02").update(state="missing")
    sent = {"item": item.pk, "row_version": item.row_version, "outcome": "accept"}
    page = browser.post(reverse("case:decide", args=[case.number]), sent | {"phase": "check"}).content.decode()
    assert "还不能受理" in page and "D02 身份证正反面" in page and "D06 诊断证明" in page
    with pytest.raises(Invalid) as refused:
        actions.decide(item=item.pk, outcome="accept", by=person)
    assert "D06" in str(refused.value.reason)
    assert not Decision.objects.filter(case=case).exists()
    Material.objects.filter(case=case, code="D02").update(state="given")
    check_paper(item=item, code="D06", verdict="accepted", by=person)
    drive.step(case, "accept")
    assert case.state == "VERIFY"


def test_a_paper_that_is_not_required_holds_nothing_up(held):
    case, item, person, _browser = held
    Material.objects.filter(case=case, code="D06").update(required=False)
    check_paper(item=item, code="D06", verdict="rejected", reason="S06", by=person)
    drive.step(case, "accept")
    assert case.state == "VERIFY"


def test_the_supplement_notice_begins_with_the_papers_that_were_marked(held):
    case, item, person, browser = held
    check_paper(item=item, code="D06", verdict="rejected", reason="S07", by=person)
    form = browser.get(reverse("case:home", args=[case.number])).context["form"]
    assert form["item_material_D06"].value() == "S07" and form.is_telling
    assert not form["item_material_D02"].value()


def test_after_two_supplements_the_way_is_not_offered_and_a_sentence_says_so(cast, held):
    case, item, _person, browser = held
    for number, code in ((1, "D02"), (2, "D03")):
        missing = {"kind": "material", "key": code, "reason": "S31", "note": ""}
        drive.step(case, "supplement", data={"items": [missing]}, reasons=["S31"])
        supplied(case, by=cast["applicant1"], seed=number)
    item = drive.open_item(case)
    browser.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "row_version": item.row_version})
    page = browser.get(reverse("case:home", args=[case.number]))
    assert "supplement" not in dict(page.context["form"].fields["outcome"].choices)
    assert "已经告知过 2 次" in page.content.decode() and "一次性告知：要补的材料" not in page.content.decode()
    shown = browser.get(reverse("case:tab", args=[case.number, "materials"])).content.decode()
    assert "D02 身份证正反面：附件模糊、缺页或与类型不符" in shown and "S31" not in shown.replace('value="S31"', "")


def test_only_the_paper_that_was_opened_stands_on_the_page(held):
    case, _item, person, browser = held
    closed = browser.get(reverse("case:tab", args=[case.number, "materials"])).content.decode()
    assert "<img" not in closed
    opened = browser.get(reverse("case:tab", args=[case.number, "materials"]), {"paper": "D02"}).content.decode()
    tokens = MaterialFile.objects.filter(case=case, material__code="D02").values_list("token", flat=True)
    assert opened.count("<img") == len(tokens) == 1 and f'src="/file/{tokens[0]}"' in opened
    assert 'value="accepted"' not in closed and opened.count('value="accepted"') == 1
    looks = Access.objects.filter(case_id=case.pk, actor=person.pk, purpose="material")
    assert not looks.exists()
    assert browser.get(f"/file/{tokens[0]}").status_code == 200
    assert looks.get().fields == '{"fields":["D02"]}'


def test_the_database_takes_no_mark_without_a_person_or_a_reason(held):
    case, _item, _person, _browser = held
    for wrong in ({"state": "accepted"}, {"state": "rejected", "reason": "S31"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Material.objects.filter(case=case, code="D02").update(**wrong)
