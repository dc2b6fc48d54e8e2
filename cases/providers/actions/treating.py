"""What a hospital does under a permit: exam, missed appointment, refusal, surgery, complication, sight afterwards."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.dossier.queries import answers, lock_case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, current, record
from cases.notices.actions import notify
from cases.parts import part_name
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.providers import rules
from cases.providers.actions.permits import end_permit
from cases.providers.models import Complication, Permit, PreopExam, SightCheck, Surgery
from cases.providers.queries import OWN, get_own_permit, standing
from cases.providers.treatment import METHODS, MOMENTS, UNSUITABLE
from cases.screening.sight import SightFault, read
from cases.sealed import commitment_of
from cases.text import clean, clean_paragraphs

ASKED = {"right_eye": "eye_right_va", "left_eye": "eye_left_va"}


def held(permit: Permit, by: Any) -> Permit:
    """本机构的通知单, locked with its case, inside an act: somebody else's is not there (NotFound)."""
    found = get_own_permit(by, permit.number)
    post = require(by, OWN, found.provider.office.division_code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    lock_case(found.case_id)
    rows = Permit.objects.select_for_update(no_key=True, of=("self",)).select_related("case", "provider__office")
    return rows.get(pk=found.pk)


def must_be_good(permit: Permit, day: date, field: str) -> None:
    """通知单须有效: raises Invalid at `field` for a permit that is not good on that day."""
    why = standing(permit, on=day)
    if why:
        raise Invalid(rules.INVALID[why], fields={field: rules.INVALID[why]}, code=f"permit_{why}")


def not_later(day: date, now: datetime, field: str) -> None:
    """不晚于今天: raises Invalid at `field` for a day to come."""
    if day > local_day(now):
        raise Invalid(_("日期不能晚于今天。"), fields={field: _("日期不能晚于今天。")})


@action("permit.examine", about="permit")
def examine(
    *, permit: Permit, examined_on: date, suitable: bool, by: Any, now: datetime | None = None, reason: str = "",
    note: str = "",
) -> PreopExam:  # fmt: skip
    """术前检查: suitable, or not suitable with its reason; then the permit ends and its place is free."""
    assert now is not None
    row = held(permit, by)
    not_later(examined_on, now, "examined_on")
    must_be_good(row, examined_on, "examined_on")
    if not suitable and reason not in dict(UNSUITABLE):
        raise Invalid(_("请选择不适合的原因。"), fields={"reason": _("请选择不适合的原因。")})
    made = PreopExam.objects.create(
        permit=row, examined_on=examined_on, suitable=suitable, reason="" if suitable else reason,
        note=clean_paragraphs(note), by=by, at=now,
    )  # fmt: skip
    record("permit.examined", about=("case", row.case_id), object=made, payload={"suitable": suitable})
    if not suitable:
        end_permit(row, "unsuitable", reason, now)
        tell_when_over(row, by, now)
    return made


@action("permit.miss", about="permit")
def miss(*, permit: Permit, by: Any, now: datetime | None = None) -> Permit:
    """失约: the patient did not come and gets a letter; after as many times as the policy says the permit lapses and its place is free."""
    assert now is not None
    row = held(permit, by)
    must_be_good(row, local_day(now), "permit")
    row.missed += 1
    row.save(update_fields=["missed"])
    record("permit.missed", about=("case", row.case_id), object=row, payload={"times": row.missed})
    if row.missed >= policy_of(row.case).count("no_shows"):
        end_permit(row, "lapsed", "no_show", now)
        tell_when_over(row, by, now)
    else:
        notify(case=row.case, code="N16", data={"missed": True}, by=by, now=now)
    return row


@action("permit.decline", about="permit")
def decline(*, permit: Permit, reason: str, by: Any, now: datetime | None = None) -> Permit:
    """本人不做: the patient will not have it done (or died, or moved away); the permit ends and its place is free."""
    assert now is not None
    row = held(permit, by)
    words = clean(reason)
    if len(words) < 2:
        raise Invalid(_("请写明为什么不做。"), fields={"reason": _("请写明为什么不做。")})
    if row.state != "issued":
        raise Refusal(rules.INVALID[row.state], code=f"permit_{row.state}", status=409)
    end_permit(row, "refused", words, now)
    tell_when_over(row, by, now)
    return row


@action("surgery.record", about="permit")
def record_surgery(
    *,
    permit: Permit,
    part: str,
    done_on: date,
    method: str,
    surgeon: str,
    lens_brand: str,
    lens_model: str,
    lens_power: Decimal,
    lens_serial: str,
    by: Any,
    now: datetime | None = None,
    is_premium: bool = False,
) -> Surgery:
    """手术记录: done on this permit's eye within its days, with a lens of which the serial stands nowhere else.

    Raises Invalid by field: another eye than the permit's, a day outside, no suitable exam before, a serial that is used.
    """
    assert now is not None
    row = held(permit, by)
    not_later(done_on, now, "done_on")
    must_be_good(row, done_on, "done_on")
    serial = rules.clean_serial(lens_serial)
    texts = {"surgeon": clean(surgeon), "lens_brand": clean(lens_brand), "lens_model": clean(lens_model)}
    faults: dict[str, Any] = {name: _("请填写这一项。") for name, value in texts.items() if not value}
    exam = row.exams.order_by("-pk").first()
    if part != row.part:
        faults["part"] = format_lazy(_("通知单上是{part}。眼别不符，不能记录。"), part=part_name(row.part))
    if exam is None or not exam.suitable or exam.examined_on > done_on:
        faults["done_on"] = _("手术以前要有“适合”的术前检查。")
    if method not in dict(METHODS):
        faults["method"] = _("请选择术式。")
    if not serial:
        faults["lens_serial"] = _("请照晶体标签填写序列号，4 到 40 位字母、数字。")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults, code="surgery")
    made = _stored(
        row, serial, now, done_on=done_on, method=method, lens_power=lens_power, is_premium=is_premium, by=by, **texts
    )
    row.state = "used"
    row.save(update_fields=["state"])
    payload = {"number": row.number, "on": done_on, "serial": serial}
    record("surgery.recorded", about=("case", row.case_id), object=made, payload=payload, happened_on=done_on)
    tell_when_over(row, by, now)
    return made


def _stored(row: Permit, serial: str, now: datetime, **values: Any) -> Surgery:
    try:
        with transaction.atomic():
            return Surgery.objects.create(permit=row, lens_serial=serial, at=now, **values)
    except IntegrityError as error:
        first = Surgery.objects.filter(lens_serial=serial).select_related("permit__provider__office").first()
        if first is None:
            raise
        words = {"provider": first.permit.provider.name, "day": first.done_on.isoformat()}
        said = format_lazy(_("这个晶体序列号已用过：{provider}，{day}。请核对标签。"), **words)
        raise Invalid(said, fields={"lens_serial": said}, code="lens_taken") from error


@action("complication.report", about="permit")
def report_complication(
    *, permit: Permit, happened_at: datetime, what: str, by: Any, now: datetime | None = None
) -> Complication:
    """并发症报告: when it was found and what was done; later than the policy allows is kept as late, never refused."""
    assert now is not None
    row = held(permit, by)
    surgery, words = _surgery_of(row), clean_paragraphs(what)
    if len(words) < 5:
        raise Invalid(_("请写明情况和处理。"), fields={"what": _("请写明情况和处理，至少 5 个字。")})
    if happened_at > now or local_day(happened_at) < surgery.done_on:
        sentence = _("发现时间应在手术以后，不晚于现在。")
        raise Invalid(sentence, fields={"happened_at": sentence})
    late = rules.is_late_report(happened_at, now, hours=policy_of(row.case).count("report_hours"))
    made = Complication.objects.create(permit=row, happened_at=happened_at, what=words, is_late=late, by=by, at=now)
    payload = {"late": late, "what": commitment_of(made.what)}
    record("complication.reported", about=("case", row.case_id), object=made, payload=payload)
    return made


@action("sight.record", about="permit")
def record_sight(
    *, permit: Permit, moment: str, seen_on: date, raw: str, by: Any, now: datetime | None = None
) -> SightCheck:
    """术后视力: raw as written, read on the scale; the gain in lines against the sight before (视力提高)."""
    assert now is not None
    row = held(permit, by)
    surgery = _surgery_of(row)
    not_later(seen_on, now, "seen_on")
    faults: dict[str, Any] = {}
    if moment not in dict(MOMENTS) or row.sights.filter(moment=moment).exists():
        faults["moment"] = _("请选还没有记录的一次复查。")
    if seen_on < surgery.done_on:
        faults["seen_on"] = _("复查日期早于手术日期。请核对。")
    try:
        seen = read(raw)
    except SightFault as fault:
        faults["raw"] = fault.message
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    before = read(str(answers(row.case).get(ASKED.get(row.part, "")) or "无光感"))
    made = SightCheck.objects.create(
        permit=row, moment=moment, seen_on=seen_on, raw=seen.raw, rank=seen.rank, gain=seen.rank - before.rank, by=by,
        at=now,
    )  # fmt: skip
    record("sight.recorded", about=("case", row.case_id), object=made, payload={"moment": moment})
    return made


def _surgery_of(row: Permit) -> Surgery:
    found = Surgery.objects.filter(permit=row).first()
    if found is None:
        raise NotFound()
    return found


def tell_when_over(row: Permit, by: Any, now: datetime) -> None:
    """治疗结束: once no permit of the case is open any more, its road hears whether anything was done."""
    rows = list(Permit.objects.filter(case=row.case_id).values_list("state", flat=True))
    if any(state in ("proposed", "issued") for state in rows):
        return
    if "used" in rows:
        tell(row.case, "treatment_done", by=by, now=now)
    else:
        tell(row.case, "treatment_ended", by=by, now=now, reason=row.state)
