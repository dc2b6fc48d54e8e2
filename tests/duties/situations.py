"""One case for each kind of duty: an open step, and somebody with the post for it whom just that duty keeps from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cases.access.models import Office, Post
from cases.calendar import clock
from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.recusal.actions import declare_relative
from tests.duties.several import seats
from workflows import actions
from workflows.desk.staffing import actions as staffing
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.papers import picture

Cast = dict[str, Any]
Found = tuple[WorkItem, Any]


def post(person: Any, role: str, like: Any) -> None:
    """Give somebody a second post in the office of another one's post."""
    if not Post.objects.filter(user=person, role_id=role).exists():
        office = Office.objects.get(posts__user=like, posts__role_id=role)
        Post.objects.create(user=person, role_id=role, office=office, starts_on=clock.today())


def party(cast: Cast, case: Callable[[], Case]) -> Found:
    """当事人: the clerk who handed in a paper for the applicant."""
    clerk, draft = cast["xiji_review"], drive.apply(slug="two_step", number=2, by=cast["applicant2"], submit=False)
    evidence.add_file(case=draft, material_code="D02", upload=picture("D02", seed=5), by=cast["applicant2"])
    file = MaterialFile.objects.get(case=draft)
    file.pk, file.token, file.by = None, uuid4(), clerk
    file.save(force_insert=True)
    drive.finish(draft, by=cast["applicant2"], seed=5)
    post(clerk, "CTY1", cast["xiji_intake"])
    return drive.open_item(draft), clerk


def relative(cast: Cast, case: Callable[[], Case]) -> Found:
    """亲属: who declared the patient as a relative."""
    opened = case()
    declare_relative(relation="sibling", name=str(opened.patient.name), by=cast["panel1"])
    return seats(opened)[0], cast["panel1"]


def recused(cast: Cast, case: Callable[[], Case]) -> Found:
    """申请回避: who asked to be left out."""
    item = seats(case())[0]
    actions.recuse(item=item.pk, reason="与患者有来往", by=cast["panel1"])
    return seats(item.case)[0], cast["panel1"]


def neighbour(cast: Cast, case: Callable[[], Case]) -> Found:
    """相邻级别: who did the level before, by a road of two levels."""
    opened = drive.to(drive.apply(slug="rare_disease", number=3, by=cast["applicant3"]), "COUNTY")
    post(cast["xiji_intake"], "CTY2", cast["xiji_review"])
    return drive.open_item(opened), cast["xiji_intake"]


def excluded(cast: Cast, case: Callable[[], Case]) -> Found:
    """环节互斥 (not_by): who did the check does not sign."""
    opened = case()
    for who, item in zip(("panel1", "panel2"), seats(opened), strict=False):
        actions.decide(item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=cast[who])
    post(cast["xiji_intake"], "PRV1", cast["prov_review"])
    return seats(opened)[0], cast["xiji_intake"]


def distinct(cast: Cast, case: Callable[[], Case]) -> Found:
    """一人一席: who gave his opinion at the same step."""
    opened = case()
    actions.decide(item=seats(opened)[0].pk, outcome="agree", opinion=drive.ENOUGH, by=cast["panel1"])
    return seats(opened)[0], cast["panel1"]


def _confirm(cast: Cast, opened: Case) -> WorkItem:
    for role in ("panel", "prov_review"):
        names = ("panel1", "panel2") if role == "panel" else ("prov_review", "prov_review2")
        for who, item in zip(names, seats(opened), strict=False):
            actions.decide(item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=cast[who])
    return drive.open_item(opened)


def same_as(cast: Cast, case: Callable[[], Case]) -> Found:
    """同一经办人: somebody else than who did the step before."""
    item = _confirm(cast, case())
    actions.release(item=item.pk, reason="先放回", by=cast["xiji_intake"])
    post(cast["xiji_town"], "CTY1", cast["xiji_intake"])
    return drive.open_item(item.case), cast["xiji_town"]


def conflict(cast: Cast, case: Callable[[], Case]) -> Found:
    """互斥组: who did another step of the group."""
    opened = case()
    _confirm(cast, opened)
    drive.step(opened, "agree")
    post(cast["xiji_intake"], "CTY2", cast["xiji_review"])
    return drive.open_item(opened), cast["xiji_intake"]


def _name(cast: Cast, item: WorkItem, *who: str) -> None:
    office = Office.objects.get(posts__user=cast[who[0]], posts__role_id=item.role)
    for name in who:
        naming = {"programme": item.case.programme, "step": item.step, "person": cast[name]}
        staffing.name_for_step(office=office, **naming, by=cast["prov_head"])


def named(cast: Cast, case: Callable[[], Case]) -> Found:
    """指定经办人: somebody else than those whom the office named."""
    item = seats(case())[0]
    _name(cast, item, "panel2", "panel3")
    return item, cast["panel1"]


def signing_named(cast: Cast, case: Callable[[], Case]) -> Found:
    """指定经办人, in a post whose steps may be lent."""
    item = _signing(cast, case)
    _name(cast, item, "prov_review2")
    return item, cast["prov_review"]


def _signing(cast: Cast, case: Callable[[], Case]) -> WorkItem:
    """The case waits for two signatures."""
    opened = case()
    for who, item in zip(("panel1", "panel2"), seats(opened), strict=False):
        actions.decide(item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=cast[who])
    return seats(opened)[0]


def signing_relative(cast: Cast, case: Callable[[], Case]) -> Found:
    """亲属, in a post whose steps may be lent."""
    item = _signing(cast, case)
    declare_relative(relation="sibling", name=str(item.case.patient.name), by=cast["prov_review"])
    return seats(item.case)[0], cast["prov_review"]


def signing_recused(cast: Cast, case: Callable[[], Case]) -> Found:
    """申请回避, in a post whose steps may be lent."""
    item = _signing(cast, case)
    actions.recuse(item=item.pk, reason="与患者有来往", by=cast["prov_review"])
    return seats(item.case)[0], cast["prov_review"]


def signing_distinct(cast: Cast, case: Callable[[], Case]) -> Found:
    """一人一席, in a post whose steps may be lent."""
    item = _signing(cast, case)
    actions.decide(item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=cast["prov_review"])
    return seats(item.case)[0], cast["prov_review"]


def at_panel(cast: Cast, kind: str) -> tuple[Case, Any]:
    """A case that waits for the panel of the shipped road, and a member whom this duty keeps from voting on it."""
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    member = cast["panel1"]
    if kind == "recused":  # he asked to be left out in another post
        post(member, "CTY2", cast["xiji_review"])
        actions.recuse(item=drive.open_item(case).pk, reason="与患者有来往", by=member)
    drive.to(case, "PANEL")
    if kind == "party":
        file = MaterialFile.objects.filter(case=case, material__isnull=False).earliest("pk")
        file.pk, file.token, file.by = None, uuid4(), member
        file.save(force_insert=True)
    elif kind == "relative":
        declare_relative(relation="spouse", name=str(case.patient.name), by=member)
    elif kind == "neighbour":
        member = done_by(case, "province_review")
        post(member, "PAN", cast["panel1"])
    return case, member


def done_by(case: Case, step: str) -> Any:
    """Who did this step."""
    return WorkItem.objects.get(case=case, step=step, state="done").holder


SITUATIONS = {
    one.__name__: one for one in (party, relative, recused, neighbour, excluded, distinct, same_as, conflict, named)
}
LENT = SITUATIONS | {
    "relative": signing_relative,
    "recused": signing_recused,
    "distinct": signing_distinct,
    "named": signing_named,
}
"""The same where the step may be lent to a stand-in; an opinion of an expert panel may not."""
