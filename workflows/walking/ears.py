"""The centre's and the store's part of a walk (检查、验配、复查): test, handover by two, fitting and training, four checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.calendar import clock
from cases.parts import EARS
from cases.screening.ears import FREQUENCIES
from cases.stock.actions.fitting import TRAINING
from cases.stock.models import FittingCheck, Handover
from workflows.walking.visitors import day
from workflows.walking.wrong import WalkFailed

if TYPE_CHECKING:
    from workflows.walking.walk import Walk

CENTRE, STORE = "hearing_centre", "storekeeper"


def _test(walk: Walk, **more: Any) -> None:
    today = clock.today()
    levels = {f"{ear}_{hertz}": "55" for ear in EARS for hertz in FREQUENCIES}
    typed = {**day("tested_on", today), **day("calibrated_on", today), "audiometer": "AD-1", "limit": "120", **levels}
    walk.fill(CENTRE, f"/fitting/test/{walk.case.number}", **typed, **more)


def tested(walk: Walk) -> None:
    """听力检查; who keeps the store does not test."""
    address = f"/fitting/test/{walk.case.number}"
    walk.turns.wrong("库管来看听力检查", STORE, lambda: walk.people[STORE].get(address))
    _test(walk)
    walk.tell(CENTRE, "听力检查：中度")


def _handed_over(walk: Walk) -> None:
    """出库: one sends and another counts; who sent does not sign for it."""
    serials = list(walk.case.devices.filter(state="reserved", place__kind="warehouse").values_list("serial", flat=True))
    if not serials:
        return
    centre = walk.case.referral.provider.office_id
    walk.fill(STORE, "/stock/send", to_place=centre, serials="\n".join(serials))
    paper = Handover.objects.filter(lines__device__case=walk.case, lines__is_open=True).latest("id")
    walk.tell(STORE, f"出库，交接单 {paper.number}")
    address, counted = f"/stock/handover/{paper.number}", len(serials)
    store = walk.people[STORE]
    page = store.get(address)
    forged = page.form("/cancel")
    forged.action = address
    walk.turns.wrong("发出的人自己签收", STORE, lambda: store.post(page, forged, {"counted": counted}))
    walk.fill(CENTRE, address, counted=counted)
    walk.tell(CENTRE, f"清点签收 {counted} 台")


def fitted(walk: Walk) -> None:
    """验配: handed over, the day is told, each ear fitted, the training signed; another serial is not handed out."""
    _handed_over(walk)
    for fitting in walk.case.fittings.filter(state="waiting").select_related("device"):
        home = f"/fitting/ear/{fitting.pk}"
        walk.fill(CENTRE, f"{home}/invite", **day("on", clock.today()))
        walk.tell(CENTRE, "约好验配日期")
        typed = {
            "identity_seen": "on", "gain": "+20 dB", "aided": "35 dB", "receiver": "本人",
            **{f"trained_{key}": "on" for key in TRAINING},
        }  # fmt: skip
        wrong = {**typed, "serial": "YS-999999"}
        walk.turns.wrong_form("发错了设备", CENTRE, f"{home}/fit", **wrong)
        typed["serial"] = fitting.device.serial
        walk.fill(CENTRE, f"{home}/fit", **typed)
        walk.tell(CENTRE, f"验配发放 {fitting.device.serial}，本人签收")


def checked(walk: Walk) -> None:
    """复查: the next of the checks, on its day; before its day it is refused."""
    rows = FittingCheck.objects.filter(fitting__case=walk.case, done_on=None, dropped_at=None)
    check = rows.order_by("due_on", "pk").first()
    if check is None:
        raise WalkFailed("there is no check left, and the case is still open")
    address = f"/fitting/check/{check.pk}"
    typed = {"hours_worn": "8", "condition": "good"}
    if clock.today() < check.due_on:
        walk.turns.wrong_form("没到日子就登记复查", CENTRE, address, **typed)
        walk.go_to(check.due_on)
    walk.fill(CENTRE, address, **typed)
    walk.tell(CENTRE, f"第 {check.day} 天复查：每天戴 8 小时")


# --- where it turns off ------------------------------------------------------------------------------------------------
def referred(walk: Walk) -> None:
    """转耳鼻喉科: the test finds a red flag."""
    _test(walk, flags="sudden")
    walk.tell(CENTRE, "有警示征象，转耳鼻喉科")


def refused(walk: Walk) -> None:
    """不要设备: at the centre the person does not want it."""
    _handed_over(walk)
    for fitting in walk.case.fittings.filter(state="waiting"):
        walk.fill(CENTRE, f"/fitting/ear/{fitting.pk}/end", why="refused")
    walk.tell(CENTRE, "本人不要，设备收回")


def given_back(walk: Walk) -> None:
    """退回设备 within thirty days."""
    for fitting in walk.case.fittings.filter(state="fitted"):
        typed = {"reason": "戴着头晕，不适应。"}
        walk.fill(CENTRE, f"/fitting/ear/{fitting.pk}/return", **typed)
    walk.tell(CENTRE, "设备退回")
