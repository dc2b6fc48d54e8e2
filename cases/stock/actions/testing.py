"""The diagnostic test at a fitting centre (听力检查): referred at acceptance, measured once, worked out by the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.actions import verify_answer
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.parts import EARS, LEFT_EAR, RIGHT_EAR
from cases.policy.queries import policy_of
from cases.programme import tell
from cases.screening import ears
from cases.screening.outcomes import RED_FLAGS, flagged
from cases.stock import centres
from cases.stock.models import Audiogram, Referral
from cases.text import named

BOTH = "both"
MEASURED = "验配机构诊断性听力检查"


def refer(*, case: Case, by: Any, now: datetime) -> Referral:
    """转介: the nearest fitting centre that is open tests and fits this person. Inside the act of accepting.

    A case that is accepted again keeps its centre while that is open. Raises Invalid when there is none.
    """
    before = Referral.objects.filter(case=case).select_related("provider__office").first()
    day = local_day(now)
    if before is not None and before.provider.is_open_on(day):
        return before
    centre = centres.nearest(case.handling_code, day)
    if centre is None:
        words = _("这个地方没有在用的验配机构，不能受理。请先由省级登记验配机构。")
        raise Invalid(words, fields={"outcome": words}, code="no_centre")
    if before is not None:
        before.provider, before.at = centre, now
        before.save(update_fields=["provider", "at"])
    made = before or Referral.objects.create(case=case, provider=centre, at=now)
    record("case.referred", about=("case", case.pk), object=made, payload={"provider": centre.pk})
    return made


@action("audiogram.record")
def record_audiogram(
    *,
    case: Case,
    tested_on: date,
    audiometer: str,
    calibrated_on: date,
    right: Mapping[int, str],
    left: Mapping[int, str],
    limit: int,
    flags: Sequence[str],
    wanted: str = "",
    note: str = "",
    by: Any,
    now: datetime | None = None,
) -> Audiogram:
    """登记听力检查: the levels of both ears in dB HL or NR, and what speaks against fitting before an ear doctor was seen.

    The averages are worked out here and put into the file as facts, by the standard and the limits of the policy, which stay
    with the test. Tells audiogram_done, or ear_referred where there is a red flag (警示征象), ticked or in the averages. Raises Invalid with a sentence for each field.
    """
    assert now is not None
    found = lock_case(case.pk)
    referral = centres.my_referral(by, found)
    levels, faults = _levels({RIGHT_EAR: right, LEFT_EAR: left}, limit)
    faults |= _dates(found, tested_on, calibrated_on, local_day(now)) | _names(flags, wanted)
    if not audiometer.strip():
        faults["audiometer"] = _("请填听力计编号")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    limits = centres.limits_of(policy_of(found))
    measured = {"limit": limit, **levels, "by": limits}
    both = centres.averages(measured)
    made = Audiogram.objects.create(
        case=found, provider=referral.provider, tested_on=tested_on, audiometer=audiometer.strip(),
        calibrated_on=calibrated_on, measured={**measured, "wanted": wanted}, flags=sorted(flagged(flags, (both.right, both.left), limits)), note=note.strip(),
        by=by, at=now,
    )  # fmt: skip
    record(
        "audiogram.recorded",
        about=("case", found.pk),
        object=made,
        payload={"tested_on": tested_on, "flags": len(made.flags)},
    )
    _into_the_file(found, made, by=by, now=now)
    tell(found, "ear_referred" if made.flags else "audiogram_done", by=by, now=now)
    return made


def _levels(given: Mapping[str, Mapping[int, str]], limit: int) -> tuple[dict[str, dict[str, str]], dict[str, Any]]:
    """The levels of both ears as they were written, and a sentence for each that is none."""
    raw: dict[str, dict[str, str]] = {part: {} for part in given}
    faults: dict[str, Any] = {}
    for part, levels in given.items():
        for hz in ears.FREQUENCIES:
            try:
                raw[part][str(hz)] = ears.read(levels.get(hz, ""), limit=limit).raw
            except ears.EarsFault as fault:
                faults[f"{part}_{hz}"] = fault.message
    return raw, faults


def _dates(case: Case, tested_on: date, calibrated_on: date, today: date) -> dict[str, Any]:
    if tested_on > today:
        return {"tested_on": _("检查日期不能晚于今天")}
    most = policy_of(case).days("audiometer_calibrated")
    if not 0 <= (tested_on - calibrated_on).days <= most:
        words = _("听力计要在检查前 {days} 天内校准过；没有校准的检查不能用")
        return {"calibrated_on": format_lazy(words, days=most)}
    return {}


def _names(flags: Sequence[str], wanted: str) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    if set(flags) - set(RED_FLAGS):
        faults["flags"] = _("请从列表里选")
    if wanted not in ("", *EARS):
        faults["wanted"] = _("请选左耳或右耳")
    return faults


def _into_the_file(case: Case, made: Audiogram, *, by: Any, now: datetime) -> None:
    """What the test found counts as fact from now on: the averages, and which ears a device is for."""
    both = centres.ears_of(made)
    parts = both.fitted(centres.bounds_of(policy_of(case)))
    fitted = BOTH if len(parts) > 1 else next(iter(parts), "")
    found = {"right_loss": ears.whole(both.right), "left_loss": ears.whole(both.left)}
    for key, value in {**found, "tested_on": made.tested_on.isoformat(), "fitted_ears": fitted or "none"}.items():
        verify_answer(case=case, key=key, value=value, reason=MEASURED, by=by, now=now)


def must_be_fresh(*, case: Case, now: datetime) -> Audiogram:
    """听力检查有效期: the last test of a case, not older than the policy lets it be. Raises Refusal."""
    last = Audiogram.objects.filter(case=case).order_by("-pk").first()
    if last is None:
        raise Refusal(_("还没有听力检查结果。"), code="no_audiogram", status=409)
    if (local_day(now) - last.tested_on).days > policy_of(case).days("audiogram_valid"):
        words = named(_("听力检查已过有效期，请退回受理重新检查"), last.tested_on.isoformat())
        raise Invalid(words, fields={"outcome": words}, code="audiogram_old")
    return last
