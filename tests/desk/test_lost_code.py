"""Who lost the code of his paper gets another at the county's counter, after a look at the ID; the old one is dead at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.apply.actions import renew_code
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.notices.queries import my_letters
from cases.recusal.models import Recusal
from workflows.inspection.timeline import whole_timeline
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def case(new_case: Any) -> Case:
    return Case.objects.select_related("patient").get(pk=new_case(1, "COUNTY").pk)


def filled(case: Case, **changes: str) -> dict[str, str]:
    return {"reason": "lost", "is_checked": "on", "id_tail": str(case.patient.id_no)[-4:]} | changes


def on(page: Any) -> str:
    found = CODE.search(page.content.decode())
    return found[0] if found else ""


def old_code(case: Case, signed_in: Any) -> str:
    letter = my_letters(case, as_helper=False)[-1]
    return on(signed_in(case.owner).get(reverse("notices:letter", args=[letter.token])))


def opens(case: Case, code: str) -> Client | None:
    """A stranger's browser in which this code opened the case."""
    stranger = Client()
    sent = stranger.post("/track", {"number": case.number, "code": code})
    return stranger if sent.status_code == 302 else None


def test_the_counter_gives_out_another_code_and_the_old_one_is_dead_at_once_wherever_it_was_used(case, cast, signed_in):
    old = old_code(case, signed_in)
    holder = opens(case, old)
    letter = reverse("notices:letter", args=[my_letters(case, as_helper=False)[-1].token])
    assert holder is not None and holder.get(letter).status_code == 200
    counter, address = signed_in(cast["xiji_intake"]), reverse("case:code", args=[case.number])
    assert address in counter.get(reverse("case:home", args=[case.number])).content.decode()
    sent = counter.post(address, filled(case))
    assert sent.status_code == 302
    receipt = counter.get(sent.url)
    new = on(receipt)
    assert new and new != old and case.number in receipt.content.decode() and 'class="qr"' in receipt.content.decode()
    assert opens(case, old) is None
    assert holder.get(letter).status_code == 302
    assert holder.get(reverse("dossier:case", args=[case.number])).status_code == 302
    fresh = opens(case, new)
    assert fresh is not None and fresh.get(letter).status_code == 200


def test_the_code_is_shown_once_kept_nowhere_and_the_old_receipt_shows_none_any_more(case, cast, signed_in):
    old, counter = old_code(case, signed_in), signed_in(cast["xiji_intake"])
    sent = counter.post(reverse("case:code", args=[case.number]), filled(case))
    assert not CODE.search(str(dict(counter.session)))
    new = on(counter.get(sent.url))
    again = counter.get(sent.url, follow=True)
    assert new not in again.content.decode() and "没有打印好的" in again.content.decode()
    letter = my_letters(case, as_helper=False)[-1]
    assert on(signed_in(case.owner).get(reverse("notices:letter", args=[letter.token]))) == ""
    events = Event.objects.filter(stream__key=str(case.pk))
    assert not [event for event in events if new in event.payload or old in event.payload]


def test_history_says_who_gave_it_out_and_why_in_both_languages(case, cast, signed_in):
    code = renew_code(
        case=case, id_tail=filled(case)["id_tail"], is_checked=True, reason="seen", by=cast["xiji_intake"]
    )
    assert CODE.fullmatch(code)
    event = Event.objects.get(stream__key=str(case.pk), action="case.code_renewed")
    assert (event.actor, event.acting_role) == (cast["xiji_intake"].pk, "CTY1")
    entry = next(one for one in whole_timeline(case) if one.pk == event.pk and one.kind == "event")
    assert entry.words == "换发纸质查询码" and ("原因", "", "怕查询码被别人看到") in entry.changes
    address = reverse("inspection:event", args=[case.number, event.pk])
    english = signed_in(cast["inspector"]).get(address, headers={"accept-language": "en"}).content.decode()
    assert "A new paper code was given out" in english and "Somebody else may have seen the code" in english


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"id_tail": "0000"}, "id_tail"), ({"is_checked": ""}, "is_checked"), ({"reason": "whim"}, "reason"), ({"id_tail": ""}, "id_tail")],
)  # fmt: skip
def test_without_a_look_at_the_id_there_is_no_new_code_and_the_old_one_stays(case, cast, signed_in, changes, field):
    key = case.paper_code_key
    answer = signed_in(cast["xiji_intake"]).post(reverse("case:code", args=[case.number]), filled(case, **changes))
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    with pytest.raises(Invalid) as no:
        given = filled(case, **changes)
        renew_code(case=case, **(given | {"is_checked": bool(given["is_checked"])}), by=cast["xiji_intake"])
    assert list(no.value.fields) == [field]
    case.refresh_from_db()
    assert case.paper_code_key == key


def test_nobody_else_gives_one_out_and_every_try_is_on_record(case, cast):
    given: dict[str, Any] = {"id_tail": filled(case)["id_tail"], "is_checked": True, "reason": "lost"}
    for who, refused in (
        ("xiji_review", Refusal), ("guyuan_city", Refusal), ("prov_review", Refusal), ("inspector", Refusal), ("xiji_town", Refusal),
        ("zhongning_clerk", NotFound), ("applicant1", NotFound), ("applicant2", NotFound), ("fin_make", Refusal),
    ):  # fmt: skip
        with pytest.raises(refused):
            renew_code(case=case, **given, by=cast[who])
    denied = Event.objects.filter(stream__key=str(case.pk), action="case.renew_code", outcome="denied")
    assert denied.count() == 9
    assert not Event.objects.filter(action="case.code_renewed").exists()


def test_who_keeps_out_of_the_case_does_not_give_out_its_code(case, cast, signed_in):
    given: dict[str, Any] = {"id_tail": filled(case)["id_tail"], "is_checked": True, "reason": "lost"}
    Recusal.objects.create(case=case, person=cast["xiji_intake"], at=case.submitted_at, reason="患者是我的亲戚。")
    with pytest.raises(Refusal) as no:
        renew_code(case=case, **given, by=cast["xiji_intake"])
    assert no.value.code == "duties"


def test_a_draft_has_no_code_to_renew(cast, road):
    draft = drive.apply(slug="rare_disease", number=3, by=cast["applicant1"], submit=False)
    with pytest.raises(Refusal):
        renew_code(case=draft, id_tail="0000", is_checked=True, reason="lost", by=cast["xiji_intake"])
