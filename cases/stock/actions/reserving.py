"""A device for an ear (预留、轮候): reserved at the province's word, freed when a case ends, offered by order of need."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.parts import PARTS
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.stock import centres
from cases.stock.audiometry import Ears, age_on
from cases.stock.models import Audiogram, Device, DeviceMove, Fitting, Referral, Waiting
from cases.stock.queries import free_for


class NoStock(Refusal):
    """库存不足: no device that suits is free for this person now; the case may wait in turn."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason, code="no_stock", status=409)


def reserve_for(*, case: Case, audiogram: Audiogram, by: Any, now: datetime) -> list[Fitting]:
    """预留: a device for each ear that the test calls for, the second one only if stock allows. Inside an act.

    A case that has its devices keeps them. Raises NoStock, and Refusal when an ear has been fitted inside the cycle.
    """
    kept = list(case.fittings.filter(state="waiting"))
    if kept:
        return kept
    ears = centres.ears_of(audiogram)
    parts = ears.fitted(centres.bounds_of(policy_of(case)))
    if not parts:
        words = _("平均听阈不在适用范围内，不能配助听器。请提出不予救助，并写明转介建议。")
        raise Invalid(words, fields={"outcome": words}, code="out_of_bounds")
    _leave_the_rest(case, ears.better, now)
    made: list[Fitting] = []
    for part in parts:
        device = _free(ears.loss(part), case, wait=not made)
        if device is None:
            break
        made.append(take(case=case, part=part, device=device, by=by, now=now))
    if not made:
        raise _gone(ears.loss(parts[0]))
    return made


def _free(loss: Decimal, case: Case, *, wait: bool) -> Device | None:
    rows = free_for(loss, code=case.handling_code)
    found = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if found is None and wait:  # who holds no device yet may wait for one that another is taking: no circle
        found = rows.select_for_update(no_key=True, of=("self",)).first()
    return found


def _gone(loss: Decimal) -> NoStock:
    """没有空闲的: says to which case the last one that suits went, so that nobody looks for it."""
    rows = DeviceMove.objects.filter(kind="reserved", device__state__in=["reserved", "issued"])
    suits = rows.filter(device__model__loss_from__lte=loss, device__model__loss_to__gte=loss)
    last = suits.select_related("device", "case").order_by("-pk").first()
    if last is None or last.case is None:
        return NoStock(_("现在没有适合这位听力损失的空闲设备。请转轮候。"))
    said = _("适合这位听力损失的设备都已留给别人，最后一台 {serial} 留给了案卷 {case}。请转轮候。")
    return NoStock(format_lazy(said, serial=last.device.serial, case=last.case.number))


def _leave_the_rest(case: Case, loss: Decimal, now: datetime) -> None:
    """先需要的先配: while others wait in greater need, a free device is theirs."""
    line = [(row, need) for row, need in centres.waiting_list() if row.case_id != case.pk]
    if not line:
        return
    waits = Waiting.objects.filter(case=case, left_at=None).first()
    mine = centres.need_of(case, Ears(loss, loss), waits.since if waits else now).order
    free = list(free_for(loss, code=case.handling_code).select_related("model"))
    suited = [need for _row, need in line if any(one.model.suits(need.loss) for one in free)]
    if free and len(free) <= sum(need.order < mine for need in suited):
        raise NoStock(_("空闲的设备先给轮候名单上更需要的人。请转轮候。"))


def take(*, case: Case, part: str, device: Device, by: Any, now: datetime) -> Fitting:
    """预留一台: this very device for this ear. Raises Refusal when somebody was faster, or the ear has a device already."""
    row = Device.objects.select_for_update(no_key=True, of=("self",)).select_related("case").get(pk=device.pk)
    if row.state != "in":
        said = _("设备 {serial} 已经给了案卷 {case}，或不在库里。请另选一台。")
        where = row.case.number if row.case else "-"
        raise Refusal(format_lazy(said, serial=row.serial, case=where), code="device_taken", status=409)
    person = case.patient
    assert person is not None
    _cycle_is_over(person.id_key, part, case, now)
    provider = Referral.objects.get(case=case).provider
    try:
        with transaction.atomic():
            made = Fitting.objects.create(
                case=case, part=part, id_key=person.id_key, provider=provider, device=row, made_at=now
            )
    except IntegrityError as error:
        raise _has_one(person.id_key, part) from error
    DeviceMove.objects.create(
        device=row, kind="reserved", case=case, part=part, happened_on=local_day(now), by=by, at=now
    )
    told = {"serial": row.serial, "part": part}
    record("device.reserved", about=("case", case.pk), object=made, payload=told)
    return made


def _cycle_is_over(id_key: str, part: str, case: Case, now: datetime) -> None:
    """更换周期: an ear that was fitted is fitted again only after so many years; the older fitting is replaced then."""
    last = Fitting.objects.filter(id_key=id_key, part=part, state="fitted", replaced_at=None).first()
    if last is None:
        return
    assert last.fitted_on is not None
    if age_on(last.fitted_on, local_day(now)) < policy_of(case).count("replacement_years"):
        raise _has_one(id_key, part)
    last.replaced_at = now
    last.save(update_fields=["replaced_at"])


def _has_one(id_key: str, part: str) -> Refusal:
    first = Fitting.objects.filter(id_key=id_key, part=part, state__in=["waiting", "fitted"], replaced_at=None)
    row = first.select_related("provider__office").first()
    said = format_lazy(
        _("{part}已有一台：{when}，{where}。更换周期内同一只耳朵只配一次。"),
        part=PARTS[part],
        when=(row.fitted_on or local_day(row.made_at)).isoformat() if row else "",
        where=row.provider.office.name if row else "",
    )
    return Refusal(said, code="ear_twice", status=409)


def free_case(case: Case, *, by: Any, now: datetime) -> None:
    """案卷结束: what was reserved goes back to stock, what was issued is to be looked at; the case waits no more."""
    Waiting.objects.filter(case=case, left_at=None).update(left_at=now)
    for fitting in case.fittings.filter(state="waiting").select_related("device"):
        give_back(fitting, why=str(_("案卷已结束")), by=by, now=now)


def give_back(fitting: Fitting, *, why: str, by: Any, now: datetime) -> None:
    """没有验配: the fitting ends, its device is free again or, when it had left the store, waits to be looked at."""
    device = Device.objects.select_for_update(no_key=True).get(pk=fitting.device_id)
    fitting.state, fitting.ended_at, fitting.ended_why = "ended", now, why
    fitting.save(update_fields=["state", "ended_at", "ended_why"])
    kind = {"reserved": "released", "issued": "returned"}.get(device.state)
    if kind is not None:
        DeviceMove.objects.create(
            device=device, kind=kind, to_place_id=device.place_id, reason=why, happened_on=local_day(now), by=by, at=now
        )
        told = {"serial": device.serial, "part": fitting.part}
        record(f"device.{kind}", about=("case", fitting.case_id), object=fitting, payload=told)


def put_in_line(*, case: Case, audiogram: Audiogram, by: Any, now: datetime) -> Waiting:
    """转轮候: the case waits for a device, in the order of its need. Inside an act."""
    found = Waiting.objects.filter(case=case, left_at=None).first()
    if found is not None:
        return found
    need = centres.need_of(case, centres.ears_of(audiogram), now)
    told = {"loss": str(need.loss), "born": need.born.isoformat(), "category": need.category}
    made = Waiting.objects.create(case=case, need=told, since=now)
    record("case.waits", about=("case", case.pk), object=made)
    return made


@action("stock.offer")
def offer(*, case: Case, by: Any = None, now: datetime | None = None) -> bool:
    """轮到了: a device that suits is free; it is reserved for the first in line, and the case goes on. Answers whether."""
    assert now is not None
    found = lock_case(case.pk)
    row = Waiting.objects.filter(case=found, left_at=None).first()
    last = Audiogram.objects.filter(case=found).order_by("-pk").first()
    if row is None or last is None or found.state != "WAITLIST":
        return False
    try:
        reserve_for(case=found, audiogram=last, by=by, now=now)
    except NoStock:
        return False
    row.left_at = now
    row.save(update_fields=["left_at"])
    tell(found, "device_offered", by=by, now=now)
    return True


def offer_free() -> int:
    """What the clock does with free devices: offered down the waiting list; each offer is an act of its own."""
    if not Device.objects.filter(state="in").exists():
        return 0
    return sum(offer(case=row.case, now=clock.now()) for row, _need in centres.waiting_list())
