"""Whose persons a fitting centre sees, and what its tests come to (验配机构): reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from cases.access.queries import posts_of, require
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import answers, policies_in_force
from cases.errors import NotFound
from cases.history.record import record_access
from cases.parts import LEFT_EAR, RIGHT_EAR
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.providers.models import Provider
from cases.screening import ears
from cases.screening.outcomes import EARS, standard_of, thresholds
from cases.states import OPEN_STATES
from cases.stock.audiometry import Bounds, Ears, Need, age_on, why_here
from cases.stock.models import Audiogram, Fitting, FittingCheck, Referral, Waiting
from cases.text import listed

FITS, READ = "provider.fittings", "stock.read"
PRESENT = "WHO2021"
"""The standard that the list goes by where a policy names none."""
PROVINCE = "64"


def nearest(code: str, day: date) -> Provider | None:
    """最近的验配机构 that is open: of the county of that place, else of its city, else of the province."""
    rows = Provider.objects.filter(kind="fitting", office__division_code__in=[code[:6], code[:4], code[:2]])
    rows = rows.select_related("office").order_by("-office__division_code", "pk")
    return next((one for one in rows if one.is_open_on(day)), None)


def centres_of(viewer: Any) -> list[int]:
    """我的验配机构: keys of the providers at whose office the viewer fits devices."""
    offices = [post.office_id for post in posts_of(viewer) if FITS in post.role.rights]
    return list(Provider.objects.filter(office__in=offices).values_list("pk", flat=True))


def fits(viewer: Any) -> bool:
    """Whether the viewer tests and fits at a centre."""
    return any(FITS in post.role.rights for post in posts_of(viewer))


def reads_queue(viewer: Any) -> bool:
    """Whether the viewer may read the waiting list."""
    return any(READ in post.role.rights for post in posts_of(viewer))


def must_fit(viewer: Any) -> None:
    """Pages of whoever tests and fits. Raises Refusal that names who does."""
    if not centres_of(viewer):
        require(viewer, FITS, PROVINCE)
        raise NotFound()


def my_referrals(viewer: Any) -> QuerySet[Referral]:
    """本机构的人: the open cases that were referred to the viewer's centre; no others exist for it."""
    rows = Referral.objects.filter(provider__in=centres_of(viewer), case__state__in=OPEN_STATES)
    return rows.select_related("case__patient", "provider__office").order_by("-pk")


def my_referral(viewer: Any, case: Case) -> Referral:
    """The referral of one case to the viewer's centre. Raises NotFound for any other, as for one that never existed."""
    found = (
        Referral.objects.filter(provider__in=centres_of(viewer), case=case).select_related("provider__office").first()
    )
    if found is None:
        raise NotFound()
    return found


def get_referral(viewer: Any, number: str) -> Referral:
    """The referral of a case by its number, for the viewer's centre. Raises NotFound."""
    rows = Referral.objects.filter(provider__in=centres_of(viewer), case__number=number)
    found = rows.select_related("case__patient", "provider__office").first()
    if found is None:
        raise NotFound()
    return found


def my_fittings(viewer: Any) -> QuerySet[Fitting]:
    """本机构的验配."""
    checks = Prefetch("checks", FittingCheck.objects.order_by("day"))
    rows = Fitting.objects.filter(provider__in=centres_of(viewer)).prefetch_related(checks)
    return rows.select_related("case__patient", "device__model", "device__place").order_by("invited_on", "pk")


def get_fitting(viewer: Any, pk: int) -> Fitting:
    """One fitting of the viewer's centre. Raises NotFound."""
    found = my_fittings(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def to_test(viewer: Any) -> list[Referral]:
    """待检查: persons without a test since their case was accepted, the longest waiting first."""
    rows = my_referrals(viewer).filter(case__state="VERIFY", case__audiograms=None).order_by("at", "pk")
    return list(rows[:200])


def checks_due(viewer: Any) -> list[FittingCheck]:
    """待复查 of the viewer's centre, the most urgent first."""
    rows = FittingCheck.objects.filter(fitting__provider__in=centres_of(viewer), done_on=None, dropped_at=None)
    return list(rows.select_related("fitting__case__patient", "fitting__device").order_by("due_on", "pk")[:200])


def ears_of(audiogram: Audiogram) -> Ears:
    """What a test comes to: the averages of both ears. A test is stored whole, so that neither is missing."""
    return averages(audiogram.measured)


def averages(measured: Mapping[str, Any]) -> Ears:
    """The averages of levels as they are stored, and the ear that is wanted."""
    limit = int(measured["limit"])
    right, left = (
        ears.average({int(hz): ears.read(raw, limit=limit) for hz, raw in measured[part].items()})
        for part in (RIGHT_EAR, LEFT_EAR)
    )
    assert right is not None and left is not None
    return Ears(right, left, str(measured.get("wanted") or ""))


def waiting_here(viewer: Any) -> list[Fitting]:
    """等验配: ears of the viewer's centre that have a device to come, by the day of their appointment."""
    return list(my_fittings(viewer).filter(state="waiting")[:200])


def get_check(viewer: Any, pk: int) -> FittingCheck:
    """One check of the viewer's centre. Raises NotFound."""
    rows = FittingCheck.objects.filter(fitting__provider__in=centres_of(viewer), pk=pk)
    found = rows.select_related("fitting__case__patient", "fitting__device__model").first()
    if found is None:
        raise NotFound()
    return found


def check_title(check: FittingCheck) -> str:
    """第几天的复查, as the page calls it."""
    return _("第 %(day)s 天复查") % {"day": check.day}


def person_of(viewer: Any, case: Case) -> dict[str, Any]:
    """本人: name, ID number and phone, for the look at his papers; who looked stands in the record of reads before it is shown."""
    record_access("read", object=case, fields=["name", "id_no", "phone"], by=viewer, case_id=case.pk, purpose="fitting")
    person = case.patient
    assert person is not None
    born = date.fromisoformat(str(person.birth_date))
    return {
        "name": person.name, "id_no": person.id_no, "phone": person.phone, "age": age_on(born, clock.today()),
        "test": case.audiograms.order_by("-pk").first(),
    }  # fmt: skip


def today() -> date:
    """The day by which a list says what is late."""
    return clock.today()


def limits_of(policy: Policy) -> dict[str, str]:
    """By what a test is read: the standard of grading and the limits that the policy of a case gives."""
    return {"standard": _standard(policy), **thresholds(EARS, policy)}


def limits_for(case: Case) -> dict[str, str]:
    """The same for a case."""
    return limits_of(policy_of(case))


def bounds_of(policy: Policy) -> Bounds:
    """适用范围 that the policy of a case gives. Raises PolicyGap."""
    return Bounds(policy.count("loss_from"), policy.count("loss_to"), policy.count("second_ear_from"))


def need_of(case: Case, both: Ears, since: Any) -> Need:
    """需求 of a case, by which it waits."""
    born = date.fromisoformat(str(case.patient.birth_date)) if case.patient else clock.today()
    category = str(answers(case).get("hardship_category") or "H99")
    return Need(both.better, since, born, category, graded_by().get(case.programme, PRESENT))


def graded_by() -> dict[str, str]:
    """分级标准 of the policies in force by programme, one for the whole list: all who wait are held against the same."""
    in_force = policies_in_force(clock.today())
    return {slug: standard_of(policy, PRESENT) for slug, policy in in_force.items()}


def _standard(policy: Policy) -> str:
    return str(policy.row("eligibility", "standard").value["standard"])


def waiting_list() -> list[tuple[Waiting, Need]]:
    """轮候名单: who waits for a device, in order of need."""
    rows = Waiting.objects.filter(left_at=None).select_related("case__patient")
    standards = graded_by()
    found = ((row, _need(row, standards.get(row.case.programme, PRESENT))) for row in rows)
    return sorted(found, key=lambda pair: (*pair[1].order, pair[0].pk))


def _need(row: Waiting, standard: str) -> Need:
    told = row.need
    return Need(Decimal(told["loss"]), row.since, date.fromisoformat(told["born"]), told["category"], standard)


def queue(viewer: Any) -> list[dict[str, Any]]:
    """轮候名单 as far as the viewer's area goes: the place in the whole list, the case, and why it stands there. Raises Refusal."""
    require(viewer, READ, PROVINCE)
    areas = [post.office.division_code for post in posts_of(viewer) if READ in post.role.rights]
    today = clock.today()
    return [
        {"place": place, "case": row.case, "why": listed(why_here(need, today))}
        for place, (row, need) in enumerate(waiting_list(), start=1)
        if any(row.case.handling_code.startswith(area) for area in areas)
    ]
