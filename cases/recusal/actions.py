"""Keep out of a case (回避): declare relatives, end a declaration, ask to be left out, note who a case is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import serves
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.people.queries import current_account, id_key, name_key
from cases.people.rules import check_id
from cases.programme import programme, tell
from cases.recusal.models import CaseParty, Recusal, Relative
from cases.recusal.queries import live_cases_of
from cases.sealed import commitment_of

NAME, ID_NO = "_name", "_id_no"


@action("relative.declare", about="none")
def declare_relative(*, relation: str, name: str, id_no: str = "", by: Any, now: datetime | None = None) -> Relative:
    """亲属回避申报: a relative of mine; I get no case of his, and what I hold of one goes back at once.

    With an ID number it counts for that person alone, without one for everybody of that name. Raises Invalid.
    """
    assert now is not None
    if not serves(by):
        raise Refusal(_("只有工作人员要申报亲属。"), code="no_right")
    faults: dict[str, Any] = {}
    if relation not in dict(Relative.RELATIONS):
        faults["relation"] = _("请选择与您的关系")
    if not name.strip():
        faults["name"] = _("请填写亲属姓名")
    if id_no.strip() and not (found := check_id(id_no, today=local_day(now))).ok:
        faults["id_no"] = found.message
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    keys = {"name_key": name_key(name), "id_key": id_key(id_no) if id_no.strip() else ""}
    if Relative.objects.filter(by=by, ended_at=None, **keys).exists():
        raise Invalid(_("这位亲属您已经申报过。"), fields={"name": _("已经申报过")})
    made = Relative.objects.create(relation=relation, name=name.strip(), id_no=id_no.strip(), by=by, at=now, **keys)
    about, told = ("account", by.pk), {"relation": relation, "name": commitment_of(made.name)}
    record("relative.declared", about=about, object=made, payload=told)
    for case in live_cases_of(made):
        tell(case, "kept_out", by=by, now=now)
    return made


@action("relative.end", about="none")
def end_relative(*, relative: int, by: Any, now: datetime | None = None) -> None:
    """撤销申报: no relative any more. It goes on to count for the cases that were filed until now."""
    row = Relative.objects.select_for_update(no_key=True).filter(pk=relative, by=by, ended_at=None).first()
    if row is None:
        raise NotFound()
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    record("relative.ended", about=("account", by.pk), object=row)


def keep_out(*, case: Case, reason: str, by: Any, now: datetime, person: Any = None) -> Recusal:
    """回避: who asks for it, or `person` by the word of his head, has no hand in the case from here on. Inside an act.

    What he holds of it goes back.
    """
    who = by if person is None else person
    if not reason.strip():
        raise Invalid(_("请写明为什么回避。"), fields={"reason": _("请写明原因")})
    if Recusal.objects.filter(case=case, person=who).exists():
        words = _("这件您已申请回避。") if who == by else _("这位同事在这件里已经回避。")
        raise Refusal(words, code="recused", status=409)
    made = Recusal.objects.create(case=case, person=who, reason=reason.strip(), at=now)
    record(
        "case.recused",
        about=("case", case.pk),
        object=made,
        payload={"person": who.pk, "reason": commitment_of(made.reason)},
    )
    tell(case, "kept_out", by=by, now=now)
    return made


def note_parties(case: Case) -> None:
    """案中人: keep the keys of everybody named in the file and its account, so that a relative of theirs is known."""
    facts = answers(case)
    named = [
        (question.key, str(facts[question.key]), str(facts.get(question.key.removesuffix(NAME) + ID_NO) or ""))
        for question in programme(case.programme).asked(facts)
        if question.kind == "name" and facts.get(question.key)
    ]
    ids = {name: id_no for _who, name, id_no in named if id_no}
    account = current_account(case)
    if account is not None:
        named.append(("payee", str(account.holder), ids.get(str(account.holder), "")))
    if case.agent is not None and case.agent.name:
        named.append(("agent", str(case.agent.name), ""))
    CaseParty.objects.bulk_create(
        [
            CaseParty(case=case, who=who, name_key=name_key(name), id_key=id_key(id_no) if id_no else "")
            for who, name, id_no in named
        ],
        ignore_conflicts=True,
    )
