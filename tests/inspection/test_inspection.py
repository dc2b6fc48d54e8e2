"""An inspector reads everything, changes nothing, and leaves a trace."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from cases.access.looks import purpose_words
from cases.errors import Refusal
from cases.history.models import Access, Event
from workflows import actions
from workflows.inspection.timeline import timeline
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector(cast, signed_in):
    return signed_in(cast["inspector"])


def test_cases_are_found_by_number_state_place_programme_and_day(inspector, new_case):
    first, second = new_case(1), drive.to(new_case(2), "COUNTY")
    address = reverse("inspection:search")

    def found(**filters):
        page = inspector.get(address, filters)
        assert page.status_code == 200
        return {case.number for case, _state, _card in page.context["rows"]}

    day = first.submitted_at.date().isoformat()
    assert found() == {first.number, second.number}
    assert found(number=first.number) == {first.number}
    assert found(state="COUNTY") == {second.number}
    assert found(place="650000") == set()
    assert found(programme="rare_disease", from_day="2000-01-01") == {first.number, second.number}
    assert found(to_day="2001-01-01", from_day=day) == set()


def test_the_search_pages_by_key(inspector, new_case, monkeypatch):
    monkeypatch.setattr("workflows.inspection.queries.PAGE", 1)
    numbers = [new_case(number).number for number in (1, 2, 3)]
    seen, after = [], ""
    while True:
        page = inspector.get(reverse("inspection:search"), {"after": after} if after else {}).context["page"]
        seen += [case.number for case in page.rows]
        if not page.after:
            break
        after = page.after
    assert seen == numbers[::-1]


def test_the_timeline_holds_decisions_row_changes_looks_and_refused_tries(cast, inspector, new_case, signed_in):
    case = drive.to(new_case(1), "COUNTY")
    with pytest.raises(Refusal):
        actions.claim(item=drive.open_item(case), by=cast["xiji_intake"])
    reader = signed_in(cast["xiji_review"])
    reader.post(reverse("case:show", args=[case.number]), {"part": "patient", "purpose": "call"})
    page = inspector.get(reverse("inspection:case", args=[case.number]))
    assert page.status_code == 200
    entries, after = [], ""
    while True:
        part = timeline(case, after=after)
        entries += part.entries
        if not part.after:
            break
        after = part.after
    everything = Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).count()
    looks = Access.objects.filter(case_id=case.pk).count()
    assert len(entries) == len({(entry.kind, entry.pk) for entry in entries}) == everything + looks
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {"decision", "row", "read", "refused", "pause", "paper"} <= {entry.category for entry in entries}


def test_a_filter_leaves_one_kind_and_each_event_has_its_address(inspector, new_case):
    case = drive.to(new_case(1), "VERIFY")
    page = inspector.get(reverse("inspection:case", args=[case.number]), {"kind": "row"})
    entries = page.context["timeline"].entries
    assert entries and {entry.category for entry in entries} == {"row"}
    one = inspector.get(reverse("inspection:event", args=[case.number, entries[0].pk])).content.decode()
    assert entries[0].hash in one
    look = Access.objects.filter(case_id=case.pk).first()
    assert inspector.get(reverse("inspection:read", args=[case.number, look.pk])).status_code == 200


def test_sealed_values_never_stand_in_the_timeline(inspector, new_case):
    case = new_case(1)
    from cases.dossier.queries import answers

    given = answers(case)
    for entry in timeline(case).entries:
        page = inspector.get(reverse(f"inspection:{entry.kind}", args=[case.number, entry.pk])).content.decode()
        for key in ("patient_id_no", "patient_phone", "account_no", "address"):
            assert given[key] not in page, (entry.action, key)


def test_the_chain_is_verified_on_the_page_with_its_hash(inspector, new_case):
    case = new_case(1)
    page = inspector.post(reverse("inspection:verify", args=[case.number])).content.decode()
    assert "核验通过" in page and "链头指纹" in page


def test_an_inspectors_reading_is_recorded(cast, inspector, new_case):
    case = new_case(1)
    inspector.get(reverse("inspection:case", args=[case.number]))
    assert Access.objects.filter(case_id=case.pk, actor=cast["inspector"].pk, acting_role="INS").exists()


def test_why_an_inspector_looked_is_kept_in_chinese_and_read_in_the_readers_language(cast, inspector, new_case):
    inspector.cookies["django_language"] = "en"
    inspector.get(reverse("inspection:case", args=[new_case(1).number]), headers={"accept-language": "en"})
    [kept] = Access.objects.filter(actor=cast["inspector"].pk).values_list("purpose", flat=True).distinct()
    told = {}
    for language in ("en", "zh-hans"):
        with override(language):
            told[language] = purpose_words(kept)
    assert (kept, told) == ("监督检查", {"en": "Inspection", "zh-hans": "监督检查"})


def test_an_inspector_changes_nothing_by_any_address(cast, inspector, new_case):
    case = new_case(1)
    item = drive.open_item(case)
    number = case.number
    before = Event.objects.filter(stream__key=str(case.pk), outcome="ok").exclude(object_type=None).count()
    tries = {
        "case:claim": [number], "case:release": [number], "case:decide": [number], "case:terminate": [number],
        "desk:next": [], "panel:call": [],
    }  # fmt: skip
    for name, arguments in tries.items():
        data = {"item": item.pk, "row_version": item.row_version, "outcome": "accept", "phase": "confirm", "reason": "试试",
                "reasons": ["J01"], "opinion": "这是监督员的一次尝试操作"}  # fmt: skip
        answer = inspector.post(reverse(name, args=arguments), data)
        assert answer.status_code in (302, 400, 403, 404, 409) or name == "panel:call", (name, answer.status_code)
    case.refresh_from_db()
    assert case.state == "INTAKE"
    assert WorkItem.objects.get(pk=item.pk).state == "open"
    assert Event.objects.filter(stream__key=str(case.pk), outcome="ok").exclude(object_type=None).count() == before


def test_nobody_else_opens_inspection(cast, new_case, signed_in):
    case = new_case(1)
    for name, status in (("xiji_intake", 403), ("prov_review", 403), ("applicant1", 404)):
        browser = signed_in(cast[name])
        assert browser.get(reverse("inspection:search")).status_code == status
        assert browser.get(reverse("inspection:case", args=[case.number])).status_code == status


@pytest.mark.parametrize(
    ("language", "case_row", "account_row"),
    [
        ("zh-hans", "新增一行数据：案卷", "新增一行数据：收款账户"),
        ("en", "Row added: Case", "Row added: Payee account"),
    ],
)
def test_a_changed_row_says_what_it_is_on_the_timeline_in_print_and_on_its_own_page(
    inspector, new_case, language, case_row, account_row
):
    case = drive.to(new_case(1), "VERIFY")
    row = Event.objects.filter(object_type="cases_payeeaccount", action="row.insert", stream__key=str(case.pk)).first()

    def shown(name, *keys, **filters):
        address = reverse(f"inspection:{name}", args=[case.number, *keys])
        return inspector.get(address, filters, headers={"accept-language": language}).content.decode()

    assert case_row in shown("case", kind="row")
    assert account_row in shown("print", kind="row")
    own = shown("event", row.pk)
    assert account_row in own and f"cases_payeeaccount {row.object_id}" in own


def test_a_refused_try_or_an_act_keeps_its_own_title(inspector, new_case):
    case = drive.to(new_case(1), "VERIFY")
    entries = timeline(case).entries
    assert all(entry.title == entry.words for entry in entries if entry.category != "row")
    assert all(entry.title != entry.words for entry in entries if entry.category == "row")
