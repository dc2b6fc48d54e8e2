"""What people do with papers: give one, tell once what is missing, supply it, record a home visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import acting_post, who_may
from cases.calendar.rules import local_day
from cases.dossier import rules as dossier_rules
from cases.dossier.answering import take_answer
from cases.dossier.models import Case
from cases.dossier.queries import answers, lock_case, my_cases
from cases.dossier.sending import settle
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence.following import follow, guardian_agreed, missing_items
from cases.evidence.keeping import PAPER, VISIT, saved, set_aside, store, taken_in, visit_photo
from cases.evidence.models import HomeVisit, Material, MaterialFile, Supplement, SupplementItem, VisitFact
from cases.evidence.queries import may_extend, open_supplement, papers, tell_by
from cases.evidence.rules import (
    findings_of,
    read_items,
    reasons_for,
    rounds_allowed,
    verdict_fault,
    visit_faults,
    visit_keys,
)
from cases.history.record import action, record
from cases.people.rules import ACCOUNT_ANSWERS
from cases.policy.queries import due_date, policy_of
from cases.programme import programme, tell

FILES_MAX = 20


# --- papers -----------------------------------------------------------------------------------------------------------
@action("file.add")
def add_file(*, case: Case, material_code: str, upload: Any, by: Any, now: datetime | None = None) -> MaterialFile:
    """交材料: take one photo or PDF for one line of the checklist, of a draft or of an open supplement item.

    Raises Invalid with a sentence when the file cannot be taken; then nothing of it is kept. The same file again is taken
    and noted (F9).
    """
    assert now is not None
    found = _editable(case, by, "material", material_code, now)
    row, _made = Material.objects.get_or_create(case=found, code=material_code)
    if MaterialFile.objects.filter(material=row, removed_at=None).count() >= FILES_MAX:
        raise Invalid(_("这一项已经有很多张了。请先删掉不要的。"), fields={"file": _("这一项最多 20 张。")})
    taken = taken_in(upload)
    file = store(found, row, PAPER, taken, upload, by, now)
    if row.state != "given":
        row.state = "given"
        row.save(update_fields=["state"])
    saved(found, now)
    if found.submitted_at is not None:
        tell(found, "paper_given", by=by, now=now)
    return file


@action("file.remove")
def remove_file(*, case: Case, file: MaterialFile, by: Any, now: datetime | None = None) -> None:
    """删掉一张: before sending the file itself goes; in a supplement only what was added in this round may go."""
    assert now is not None
    if file.case_id != case.pk or file.material is None:
        raise NotFound()
    found = _editable(case, by, "material", file.material.code, now)
    row = MaterialFile.objects.select_related("material").filter(pk=file.pk, case=found, removed_at=None).first()
    if row is None or row.material is None:
        raise NotFound()
    if row.round != found.round:
        raise Refusal(_("以前交的材料不能删，可以再交一张清楚的。"), code="older_round")
    set_aside(row, now)
    if not MaterialFile.objects.filter(material=row.material, removed_at=None).exists():
        row.material.state = "missing"
        row.material.save(update_fields=["state"])
    saved(found, now)


@action("paper.check")
def check_paper(
    *, case: Case, code: str, verdict: str, reason: str = "", by: Any, now: datetime | None = None
) -> Material:
    """核对材料: one paper is good (合格, accepted) or not (不合格, rejected, with a reason of the policy for that paper).

    Runs inside the act of whoever holds the step. The last mark counts, each stays in history; the same again is once.
    """
    assert now is not None
    row = Material.objects.filter(case=case, code=code).first()
    if row is None:
        raise NotFound()
    is_given = MaterialFile.objects.filter(material=row, removed_at=None).exists()
    reason = reason if verdict == "rejected" else ""
    faults = verdict_fault(verdict, reason, is_given=is_given, reasons=reasons_for(policy_of(case), code))
    if faults:
        raise Invalid(_("这份材料还没有标好。"), fields=faults)
    if (row.state, row.reason, row.checked_by_id) == (verdict, reason, by.pk):
        return row
    row.state, row.reason, row.checked_by, row.checked_at = verdict, reason, by, now
    row.save(update_fields=["state", "reason", "checked_by", "checked_at"])
    record(
        "paper.checked", about=("case", case.pk), object=row,
        payload={"material": code, "verdict": verdict, "reason": reason, "round": case.round},
    )  # fmt: skip
    return row


@action("file.visit_photo")
def add_visit_photo(*, case: Case, upload: Any, by: Any, now: datetime | None = None) -> MaterialFile:
    """入户照片: taken before the visit is recorded; place and time of the camera go into sealed fields first."""
    assert now is not None
    found = lock_case(case.pk)
    if found.state == "DRAFT" or acting_post(by, found.handling_code) is None:
        raise NotFound()
    return store(found, None, VISIT, taken_in(upload), upload, by, now)


def _editable(case: Case, by: Any, kind: str, key: str, now: datetime) -> Case:
    """The locked case when this person may change this item now: any item of a draft, named items of a supplement."""
    found = lock_case(case.pk)
    if not my_cases(by).filter(pk=found.pk).exists():
        raise NotFound()
    if found.state == "DRAFT":
        if kind == "material" and key not in {paper.code for paper in papers(found, today=local_day(now))}:
            raise NotFound()
        return found
    if kind == "answer" and key in ACCOUNT_ANSWERS and by.pk == found.agent_id:
        raise Refusal(
            _("代办人不能填写或更改收款账户。"), code="agent_no_money", who_may=_("患者本人或家属，用登记的手机登录")
        )
    notice = open_supplement(found)
    if notice is None:
        raise Refusal(_("申请已经提交，现在不能改材料。要补材料，请等通知。"), code="submitted", status=409)
    if not notice.items.filter(kind=kind, key=key).exists():
        raise Refusal(_("这一项不用补。只能改通知里列出的几项。"), code="not_named")
    return found


# --- the one-time supplement ------------------------------------------------------------------------------------------
@action("supplement.tell")
def tell_once(*, case: Case, items: Sequence[Any], by: Any, now: datetime | None = None) -> Supplement:
    """一次性告知补正: all that is missing in one notice, at most two of them; a new round of answers begins.

    `items` are mappings with kind (material or answer), key, reason (of the policy's list) and note.
    """
    assert now is not None
    day = local_day(now)
    card, policy = programme(case.programme), policy_of(case, day)
    try:
        wanted = read_items(items, policy, card)
    except (ValueError, KeyError) as error:
        raise Invalid(_("补正事项里有一项写错了，请重新选择。"), fields={"items": _("请从列表里选择")}) from error
    if not wanted:
        raise Invalid(_("请至少选一项要补的材料或内容。"), fields={"items": _("请至少选一项")})
    number = Supplement.objects.filter(case=case).count() + 1
    if number > rounds_allowed(policy):
        raise Refusal(_("已经告知过两次，不能再让申请人补。请按现有材料办理。"), code="told_twice", status=409)
    due, latest = due_date(policy, "supplement", day), tell_by(case, policy)
    made = Supplement.objects.create(
        case=case, number=number, told_by=by, told_at=now, due_on=due.on, due_provisional=due.provisional,
        latest_on=latest.on if latest else None,
    )  # fmt: skip
    for item in wanted:
        SupplementItem.objects.create(supplement=made, kind=item.kind, key=item.key, reason=item.reason, note=item.note)
        if item.kind == "material":
            row, _made = Material.objects.get_or_create(case=case, code=item.key)
            row.state, row.reason, row.checked_by, row.checked_at = "rejected", item.reason, by, now
            row.save()
    case.round += 1
    case.save(update_fields=["round"])
    record(
        "supplement.told", about=("case", case.pk), object=made,
        payload={
            "number": number, "due_on": due.on, "provisional": due.provisional,
            "latest_on": made.latest_on, "late": made.is_late,
            "items": [[item.kind, item.key, item.reason] for item in wanted],
        },
    )  # fmt: skip
    return made


@action("supplement.answer_item")
def save_supplement_answer(
    *, case: Case, key: str, value: Any, seen: str | None = None, by: Any, now: datetime | None = None
) -> list[SupplementItem]:
    """补填一项: a named answer once more, as a row of the new round, through the door of a draft's answers.

    What the changed answer newly asks for joins the open notice; answers those new items.
    """
    assert now is not None
    found = _editable(case, by, "answer", key, now)
    if found.state == "DRAFT":
        raise NotFound()
    if take_answer(case=found, key=key, value=value, seen=seen, by=by, now=now) is None:
        sentence = dossier_rules.ask_for(programme(found.programme).question(key))
        raise Invalid(sentence, fields={key: sentence})
    notice = open_supplement(found)
    assert notice is not None
    notice.items.filter(kind="answer", key=key).update(done_at=now)
    return follow(found, notice, now=now)


@action("supplement.answer")
def answer_supplement(*, case: Case, by: Any, now: datetime | None = None) -> Supplement:
    """交补正: send what was asked for, every named item supplied in this round; all that rests on an answer follows it.

    When the conditions, looked at anew, ask for more, that joins the notice, which then comes back unanswered. Twice is
    once. Raises Invalid (code incomplete) while an item is open.
    """
    assert now is not None
    found = lock_case(case.pk)
    if not my_cases(by).filter(pk=found.pk).exists():
        raise NotFound()
    notice = open_supplement(found)
    if notice is None:
        last = Supplement.objects.filter(case=found).order_by("-number").first()
        if last is not None and last.answered_by_id == by.pk:
            return last
        raise Refusal(_("现在没有要补的材料。"), code="nothing_to_supply", status=409)
    lacks = {item.key: _("这一项还没有补。") for item in missing_items(found, notice, now=now)}
    if lacks:
        raise Invalid(_("通知里还有没补的，补齐以后再交。"), fields=lacks, code="incomplete")
    if follow(found, notice, now=now):
        return notice
    settle(found, by=by, now=now)
    guardian_agreed(found, now=now)
    notice.answered_at, notice.answered_by = now, by
    notice.save(update_fields=["answered_at", "answered_by"])
    notice.items.filter(done_at=None).update(done_at=now)
    Material.objects.filter(case=found, state="rejected").update(state="given")
    record("supplement.answered", about=("case", found.pk), object=notice, payload={"number": notice.number})
    tell(found, "supplement_answered", by=by, now=now)
    return notice


@action("supplement.extend")
def extend_supplement(*, case: Case, by: Any, now: datetime | None = None) -> Supplement:
    """申请延长: once, by the days of the policy, counted from the old date and before it is over."""
    assert now is not None
    found = lock_case(case.pk)
    if not my_cases(by).filter(pk=found.pk).exists():
        raise NotFound()
    notice = open_supplement(found)
    if notice is None:
        raise Refusal(_("现在没有要补的材料。"), code="nothing_to_supply", status=409)
    if not may_extend(found):
        raise Refusal(
            _("补材料的时间已经延长过一次，不能再延长。"), code="extended_once", status=409,
            who_may=who_may("CTY1", found.handling_code),
        )  # fmt: skip
    due = due_date(policy_of(found, local_day(now)), "supplement_extension", notice.due_on)
    notice.due_on, notice.due_provisional, notice.extended_at = due.on, due.provisional, now
    notice.save(update_fields=["due_on", "due_provisional", "extended_at"])
    record("supplement.extended", about=("case", found.pk), object=notice, payload={"due_on": due.on})
    tell(found, "supplement_extended", by=by, now=now, due=due)
    return notice


# --- home visits ------------------------------------------------------------------------------------------------------
@action("visit.record")
def record_visit(
    *, case: Case, step: str, visitors: Sequence[str], visited_on: date | str, place: str, photo: Any,
    facts: Any, note: str = "", by: Any, now: datetime | None = None,
) -> HomeVisit:  # fmt: skip
    """入户核实: as many different visitors as the policy says, a past day, a photo, and a finding for each stated fact.

    `facts` maps a key to {"finding", "note"}, or lists mappings that also name the key. `photo` is a stored visit photo, its
    token, or an upload. Raises Invalid with a sentence for each field.
    """
    assert now is not None
    day = date.fromisoformat(visited_on) if isinstance(visited_on, str) else visited_on
    findings = findings_of(facts)
    submitted_on = local_day(case.submitted_at) if case.submitted_at else None
    faults = visit_faults(
        visitors=visitors, visited_on=day, place=place, findings=findings, today=local_day(now),
        keys=visit_keys(programme(case.programme), answers(case)), submitted_on=submitted_on,
        least=policy_of(case, local_day(now)).count("home_visitors"),
    )  # fmt: skip
    picture = None if faults else visit_photo(case, photo, by, now)
    if picture is None and not faults:
        faults["photo"] = _("请拍一张入户照片。")
    if faults:
        raise Invalid(_("入户记录还不完整。"), fields=faults)
    assert picture is not None
    names: Any = [str(name) for name in visitors]
    visit = HomeVisit.objects.create(
        case=case, round=case.round, step=step, visitors=names, visited_on=day, place=place,
        photo=picture, note=note, by=by, at=now,
    )  # fmt: skip
    for key, finding in findings.items():
        VisitFact.objects.create(visit=visit, key=key, finding=finding["finding"], note=finding.get("note", ""))
    record(
        "visit.recorded", about=("case", case.pk), object=visit, happened_on=day,
        payload={"step": step, "findings": {key: finding["finding"] for key, finding in findings.items()}},
    )  # fmt: skip
    return visit
