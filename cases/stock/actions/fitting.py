"""At the fitting centre (验配): appointments, the fitting day with its receipt, the checks afterwards, a device that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.programme import tell
from cases.sealed import commitment_of
from cases.stock import centres
from cases.stock.actions.reserving import give_back
from cases.stock.fees import FEE_CHECK, is_earned
from cases.stock.models import Device, DeviceMove, Fitting, FittingCheck
from cases.stock.rules import clean_serial

TRAINING: dict[str, Any] = {
    "wear": _("会戴、会取"),
    "battery": _("会换电池、会充电"),
    "volume": _("会调音量"),
    "clean": _("会清洁、会防潮"),
}
"""培训项目, each of which the person has shown before he signs."""
CHECKS = ("fit_check_1", "fit_check_2", "fit_check_3", "fit_check_4")
ENDINGS: dict[str, Any] = {
    "unclaimed": _("两次预约都没有来，已满期限"),
    "refused": _("本人不要了"),
    "unsuitable": _("试戴后不适合"),
}


@action("fitting.invite", about="none")
def invite(*, fitting: Fitting, on: date, by: Any, now: datetime | None = None) -> Fitting:
    """预约验配: the person is asked to come on a day; every appointment counts. Tells fitting_invited."""
    assert now is not None
    row = _mine(fitting, by)
    if row.state != "waiting":
        raise Refusal(_("这只耳朵已经验配或已结束。"), code="fitting_over", status=409)
    if on < local_day(now):
        raise Invalid(_("预约日期已经过去。"), fields={"on": _("请选今天或以后的日期")})
    row.invited_on, row.invitations = on, row.invitations + 1
    row.first_invited_on = row.first_invited_on or on
    row.save(update_fields=["invited_on", "invitations", "first_invited_on"])
    record("fitting.invited", about=("case", row.case_id), object=row, payload={"on": on, "time": row.invitations})
    tell(row.case, "fitting_invited", by=by, now=now, due_on=on)
    return row


@action("fitting.fit", about="none")
def fit(
    *,
    fitting: Fitting,
    serial: str,
    identity_seen: bool,
    trained: Mapping[str, bool],
    gain: str,
    aided: str,
    receiver: str,
    is_proxy: bool = False,
    proxy_proof: str = "",
    by: Any,
    now: datetime | None = None,
) -> Fitting:
    """验配发放: identity seen, device with this very serial fitted, use of it shown, receipt signed; the device is his.

    Sets the dates of the checks by the policy of the case. Tells fitted once each ear of the case has its device or its
    end. Raises Invalid with a sentence for each field.
    """
    assert now is not None
    row = _mine(fitting, by)
    if row.state != "waiting":
        raise Refusal(_("这只耳朵已经验配或已结束。"), code="fitting_over", status=409)
    device = Device.objects.select_for_update(no_key=True, of=("self",)).select_related("place").get(pk=row.device_id)
    if faults := _day_faults(device, serial, identity_seen, trained, receiver, is_proxy, proxy_proof):
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    if device.state != "issued" and not (device.state == "reserved" and device.place_id == row.provider.office_id):
        raise Refusal(_("设备还没有出库到验配点，不能发放。"), code="not_issued", status=409)
    day = local_day(now)
    row.state, row.fitted_on, row.fitted_by = "fitted", day, by
    row.record = {
        "gain": gain.strip(),
        "aided": aided.strip(),
        "trained": sorted(trained),
        "proof": proxy_proof.strip(),
    }
    row.receiver, row.is_proxy = receiver.strip(), is_proxy
    row.save(update_fields=["state", "fitted_on", "fitted_by", "record", "receiver", "is_proxy"])
    DeviceMove.objects.create(device=device, kind="delivered", happened_on=day, by=by, at=now)
    policy = policy_of(row.case)
    FittingCheck.objects.bulk_create(
        FittingCheck(fitting=row, day=days, due_on=day + timedelta(days=days)) for days in check_days(policy)
    )
    told = {"serial": device.serial, "part": row.part, "proxy": is_proxy, "receiver": commitment_of(row.receiver)}
    record("device.delivered", about=("case", row.case_id), object=row, payload=told)
    _told_when_all(row, by=by, now=now)
    return row


def check_days(policy: Policy) -> list[int]:
    """复查的日子 that the policy sets, as days after the fitting."""
    return [policy.days(key) for key in CHECKS]


def _day_faults(
    device: Device,
    serial: str,
    identity_seen: bool,
    trained: Mapping[str, bool],
    receiver: str,
    is_proxy: bool,
    proof: str,
) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    if clean_serial(serial) != device.serial:
        said = _("机身上的序列号和留给这位的不一样（应是 {serial}）。请核对，不要发放。")
        faults["serial"] = format_lazy(said, serial=device.serial)
    if not identity_seen:
        faults["identity_seen"] = _("先核对身份证和本人")
    for key in TRAINING:
        if trained.get(key) is not True:
            faults[f"trained_{key}"] = _("会了再打勾，都会了才能签收")
    if not receiver.strip():
        faults["receiver"] = _("请写签收人姓名")
    if is_proxy and not proof.strip():
        faults["proxy_proof"] = _("代领要写明凭什么代领，并已给本人打过电话")
    return faults


@action("fitting.end", about="none")
def end_fitting(*, fitting: Fitting, why: str, note: str = "", by: Any, now: datetime | None = None) -> None:
    """没有验配: unclaimed, refused or not suitable; the device waits to be looked at and then goes back to stock.

    Unclaimed (未领取) only after two appointments and the days of the policy since the first one. Tells fitting_ended when
    no ear of the case was fitted, else fitted.
    """
    assert now is not None
    row = _mine(fitting, by)
    if row.state != "waiting":
        raise Refusal(_("这只耳朵已经验配或已结束。"), code="fitting_over", status=409)
    if why not in ENDINGS:
        raise Invalid(_("请选原因。"), fields={"why": _("请选原因")})
    if why == "unclaimed":
        _must_have_waited(row, now)
    give_back(row, why=f"{ENDINGS[why]} {note}".strip(), by=by, now=now)
    record("fitting.ended", about=("case", row.case_id), object=row, payload={"why": why, "part": row.part})
    _told_when_all(row, by=by, now=now)


def _must_have_waited(row: Fitting, now: datetime) -> None:
    policy = policy_of(row.case)
    days = policy.days("fitting_unclaimed")
    long_ago = row.first_invited_on is not None and (local_day(now) - row.first_invited_on).days >= days
    if row.invitations < policy.count("fitting_invitations") or not long_ago:
        said = format_lazy(
            _("要预约过 {times} 次，并从第一次起满 {days} 天，才算没有来领。"),
            times=policy.count("fitting_invitations"),
            days=days,
        )
        raise Invalid(said, fields={"why": said}, code="too_early")


def _told_when_all(row: Fitting, *, by: Any, now: datetime) -> None:
    states = list(row.case.fittings.values_list("state", flat=True))
    if "waiting" not in states:
        tell(row.case, "fitted" if "fitted" in states else "fitting_ended", by=by, now=now)


@action("fitting.check", about="none")
def record_check(
    *, check: FittingCheck, hours_worn: Decimal, condition: str, note: str = "", by: Any, now: datetime | None = None
) -> FittingCheck:
    """登记复查: hours a day that the device is worn and how it is. Tells check_done, fee_due and checks_over.

    The fee of the centre is due with the check that the policy names for it, never before its day.
    """
    assert now is not None
    fitting = _mine(check.fitting, by)
    row = FittingCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    day = local_day(now)
    if row.done_on is not None or row.dropped_at is not None or fitting.state != "fitted":
        raise Refusal(_("这次复查已经登记，或不用再做。"), code="check_over", status=409)
    assert fitting.fitted_on is not None
    if day < row.due_on - timedelta(days=policy_of(fitting.case).days("fit_check_early")):
        raise Refusal(
            format_lazy(_("还没到复查的日子：{due}。"), due=row.due_on.isoformat()), code="too_early", status=409
        )
    if not 0 <= hours_worn <= 24 or condition not in dict(FittingCheck.CONDITIONS):
        raise Invalid(_("请填每天戴几小时，并选设备情况。"), fields={"hours_worn": _("0 到 24 小时")})
    row.done_on, row.hours_worn, row.condition, row.note, row.by = day, hours_worn, condition, note.strip(), by
    row.save(update_fields=["done_on", "hours_worn", "condition", "note", "by"])
    record(
        "fitting.checked", about=("case", fitting.case_id), object=row, payload={"day": row.day, "condition": condition}
    )
    _tell_check(fitting, row, by=by, now=now)
    return row


def _tell_check(fitting: Fitting, row: FittingCheck, *, by: Any, now: datetime) -> None:
    case, policy = fitting.case, policy_of(fitting.case)
    mine = FittingCheck.objects.filter(fitting__case=case, fitting__state="fitted", dropped_at=None)
    tell(case, "check_done", by=by, now=now)
    if row.day == policy.days(FEE_CHECK) and is_earned(case, policy):
        tell(case, "fee_due", by=by, now=now)
    if not mine.filter(done_on=None).exists():
        tell(case, "checks_over", by=by, now=now)


@action("fitting.return", about="none")
def take_back(*, fitting: Fitting, reason: str, by: Any, now: datetime | None = None) -> None:
    """退回设备: whoever cannot adapt brings it back within the days of the policy; it is looked at before anybody else gets it.

    When the person keeps no device, tells fee_void, which ends a fee that nobody has approved yet, and device_returned.
    """
    assert now is not None
    row = _mine(fitting, by)
    policy = policy_of(row.case)
    if row.state != "fitted" or row.fitted_on is None:
        raise Refusal(_("这只耳朵没有发放过设备。"), code="not_fitted", status=409)
    if (local_day(now) - row.fitted_on).days > policy.days("fitting_return"):
        said = format_lazy(_("发放已超过 {days} 天，不能再退回。请报修。"), days=policy.days("fitting_return"))
        raise Refusal(said, code="too_late", status=409)
    if len(reason.strip()) < 4:
        raise Invalid(_("请写明原因。"), fields={"reason": _("请写明原因，至少 4 个字")})
    device = Device.objects.select_for_update(no_key=True).get(pk=row.device_id)
    fee_was_due = is_earned(row.case, policy)
    row.state, row.ended_at, row.ended_why = "returned", now, reason.strip()
    row.save(update_fields=["state", "ended_at", "ended_why"])
    row.checks.filter(done_on=None).update(dropped_at=now)
    DeviceMove.objects.create(
        device=device, kind="returned", to_place=row.provider.office, reason=reason.strip(), happened_on=local_day(now),
        by=by, at=now,
    )  # fmt: skip
    record(
        "device.returned", about=("case", row.case_id), object=row, payload={"serial": device.serial, "part": row.part}
    )
    if row.case.fittings.filter(state="fitted").exists():  # the other ear keeps its own, and may have been waited for
        if not fee_was_due and is_earned(row.case, policy):
            tell(row.case, "fee_due", by=by, now=now)
        return
    tell(row.case, "fee_void", by=by, now=now)
    tell(row.case, "device_returned", by=by, now=now)


@action("fitting.died", about="none")
def end_checks(*, fitting: Fitting, died_on: date, note: str, by: Any, now: datetime | None = None) -> None:
    """登记老人去世: no check is done any more; the family keeps the device, or brings it back in the days for that.

    Nothing is recovered; a fee that was due is still paid. Tells fee_void when none was, and checks_over.
    """
    assert now is not None
    row = _mine(fitting, by)
    left = FittingCheck.objects.filter(fitting__case=row.case, fitting__state="fitted", done_on=None, dropped_at=None)
    if row.state != "fitted" or row.fitted_on is None or not left.exists():
        raise Refusal(_("没有还要做的复查。"), code="check_over", status=409)
    faults: dict[str, Any] = {}
    if not row.fitted_on <= died_on <= local_day(now):
        faults["died_on"] = _("请填验配以后、今天以前的日期")
    if not note.strip():
        faults["note"] = _("请写谁告诉的、怎样核实的")
    if faults:
        raise Invalid(_("请写清哪天去世、怎样核实的。"), fields=faults)
    was_earned = is_earned(row.case, policy_of(row.case))
    for check in left:
        check.dropped_at, check.note = now, note.strip()
        check.save(update_fields=["dropped_at", "note"])
    record("fitting.person_died", about=("case", row.case_id), object=row, payload={"died_on": died_on})
    if not was_earned:
        tell(row.case, "fee_void", by=by, now=now)
    tell(row.case, "checks_over", by=by, now=now)


def _mine(fitting: Fitting, by: Any) -> Fitting:
    """The fitting under the lock of its case, for the staff of its own centre; NotFound for anybody else."""
    centres.get_fitting(by, fitting.pk)
    case = lock_case(fitting.case_id)
    row = (
        Fitting.objects.select_for_update(no_key=True, of=("self",))
        .select_related("provider__office")
        .get(pk=fitting.pk)
    )
    row.case = case
    return row
