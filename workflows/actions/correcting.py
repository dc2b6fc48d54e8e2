"""A fact of a case is set right from outside its steps (更正事实): the claim stays, the road goes by what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.dossier.actions import verify_answer
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answer_rows, answers
from cases.dossier.rules import handling_code
from cases.errors import Refusal
from cases.history.record import record
from cases.money.models import AID, Payout
from cases.programme import Question, programme
from cases.text import listed
from workflows import effects
from workflows.actions.intervening import must_be_free

KINDS = ("money", "number", "date", "month", "choice", "yes_no", "division")
"""Names, numbers of people and accounts are not set right here: they say whose case it is."""
HELD = ("applicant_kind", "agent_relative")
"""The case row itself keeps these."""


def correctable(case: Case) -> list[Question]:
    """可以更正的事实: the questions whose answers this case has and that a plan may set right."""
    known = answers(case)
    asked = programme(case.programme).questions()
    return [
        one for one in asked
        if one.kind in KINDS and one.key not in HELD and one.key in known
        and (one.kind != "division" or one.when is None or one.when(known))
    ]  # fmt: skip


def correct(case: Case, *, fact: str, value: Any, reason: str, by: Any, now: datetime) -> None:
    """更正: what was found counts from now on, and an amount that was worked out is worked out again with it.

    Refused: an ended case, money that was decided or paid, a case on a list or an agenda, a fact that says whose case it is,
    the same value, a place by which the case would belong elsewhere, a value that calls for further answers or contradicts
    the others.
    """
    if case.closed_at is not None:
        raise Refusal(_("这件已经办结。"), code="closed", status=409)
    if fact not in [one.key for one in correctable(case)]:
        raise Refusal(_("这一项不能这样更正，请发补正通知。"), code="not_correctable", status=409)
    must_be_free(case)
    _must_be_undecided(case)
    before, was = answers(case), answer_rows(case)[fact]
    row = verify_answer(case=case, key=fact, value=value, reason=reason, by=by, now=now)
    if row.value == was.value:
        raise Refusal(_("这一项本来就是这样。"), code="same_value", status=409)
    if handling_code(answers(case)) != handling_code(before):
        raise Refusal(_("这样更正，案卷要换地方办理。请发补正通知。"), code="other_place", status=409)
    _must_be_enough(case, before)
    if case.award is not None:
        effects.worked_out(case, by=by, now=now)
    elif case.accepted_on is not None:
        effects.preview_award(case)
    payload = {"fact": fact, "before": _kept(was), "after": _kept(row), "award": case.award}
    record("case.fact_corrected", about=("case", case.pk), object=row, payload=payload)


def _must_be_undecided(case: Case) -> None:
    """Aid that was set aside, granted or paid rests on the facts as they were decided on; a fee rests on the work done."""
    states = set(Payout.objects.filter(case=case, kind=AID).exclude(state="void").values_list("state", flat=True))
    if states & {"paid", "returned"}:
        raise Refusal(
            _("款项已经付过，事实不能再改。多付的由财务追回。"), code="already_paid", status=409,
            who_may=who_may("money.make", case.handling_code),
        )  # fmt: skip
    if states:
        raise Refusal(
            _("金额已经定了。请先从定金额的那一步重来，再更正。"), code="money_decided", status=409,
            who_may=who_may("plan.make", "64"),
        )  # fmt: skip


def _must_be_enough(case: Case, before: dict[str, Any]) -> None:
    known, card = answers(case), programme(case.programme)
    new = [one for one in card.asked(known) if one.required and one.key not in known]
    asked = {one.key for one in card.asked(before)}
    if missing := [str(one.label) for one in new if one.key not in asked]:
        words = _("更正后还要回答：{facts}。请发补正通知。").format(facts=listed(missing))
        raise Refusal(words, code="asks_more", status=409)


def _kept(row: Answer) -> dict[str, Any]:
    """The row and the commitment to its value, never the value."""
    token = Answer.objects.filter(pk=row.pk).values_list(Cast("value", TextField()), flat=True).get()
    return {"answer": row.pk, "commitment": str(token).rsplit(".", 1)[-1]}
