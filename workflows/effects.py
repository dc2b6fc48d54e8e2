"""What an exit does beside moving the case (效果): pin the policy, tell once, compute, reserve, grant, write letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.award.earlier import Earlier
from cases.award.facts import FactsFault
from cases.award.rules import Award
from cases.calendar.rules import local_day
from cases.dossier.actions import verify_answer
from cases.dossier.models import Case
from cases.errors import Invalid
from cases.evidence.actions import record_visit, tell_once
from cases.evidence.invoices import facts_of, release_all, take_again
from cases.evidence.queries import redacted_files, unfit_papers
from cases.history.record import record
from cases.money import actions as money
from cases.notices.actions import notify
from cases.notices.models import Notice
from cases.people.actions import confirm_account
from cases.policy.models import PolicyVersion
from cases.policy.queries import current as current_policy
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.programme import programme
from cases.providers import actions as providers
from cases.states import STATES
from cases.stock import actions as stock
from cases.text import money as money_words
from workflows.evaluating import award_made, earlier_of, must_be_entitled, papers_asked
from workflows.models import Decision, WorkItem
from workflows.rules import given


def received(*, case: Case, by: Any, now: datetime) -> None:
    """收到申请回执: the applicant gets a receipt with the date of the next answer and the code of the paper."""
    item = WorkItem.objects.filter(case=case, state="open").order_by("id").first()
    data = {"due_on": item.due_on if item else None, "paper_code": getattr(case, "paper_code", "")}
    notify(case=case, code="N01", data=data, by=by, now=now)


def accept(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """受理: from today this policy version counts for the case, whatever is published later (F42).

    Not while a required paper is missing or marked 不合格, or a condition is not met. A case that came back to intake and is accepted again keeps
    the policy and the day of its first acceptance.
    """
    if fault := unfit_sentence(case):
        raise Invalid(fault, fields={"outcome": fault})
    must_be_entitled(case, by, now)
    if case.policy_id is not None:
        return
    day = local_day(now)
    policy = current_policy(case.programme, on=day, place=case.handling_code)
    case.policy, case.accepted_on = PolicyVersion.objects.get(pk=policy.version or 0), day
    case.save(update_fields=["policy", "accepted_on"])
    decision.policy = case.policy
    record("case.accepted", about=("case", case.pk), object=case, payload={"policy": policy.version, "on": day})
    papers_asked(case, policy, by, now)
    notify(case=case, code="N01", data={"accepted": True}, by=by, now=now)


def unfit_sentence(case: Case) -> str:
    """Why a case cannot be accepted yet: the papers that are missing or 不合格, by name; "" when all are there."""
    if not (unfit := unfit_papers(case)):
        return ""
    words = gettext("还不能受理，这些材料未交或不合格：%(papers)s。请告知补正、重新核对，或不予受理。")
    return words % {"papers": gettext("、").join(unfit)}


def supplement(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """补正: one notice with all that is missing; a third notice is refused, then the file is decided as it is."""
    items = given.rows(data, "items", needs=("kind", "key", "reason"))
    made = tell_once(case=case, items=items, by=by, now=now)
    notify(case=case, code="N02", data={"supplement": made.pk}, by=by, now=now)


def not_accept(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """不予受理: a letter with the reasons; not counted as a rejection. Its invoices are free."""
    release_all(case=case, now=now)
    notify(case=case, code="N03", data={"reasons": decision.reasons}, by=by, now=now)


def visited(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """入户核实: the visit record is part of the decision; the facts that differ wait for the reviewer."""
    visit = given.single(data, "visit", needs=("visitors", "visited_on", "place", "photo", "facts"), may=("note",))
    if not visit:
        raise Invalid(_("入户记录还没有填。"), fields={"visit": _("请填写入户核实记录")})
    visit["visitors"] = given.texts(visit, "visitors")
    visit["visited_on"] = given.day(visit, "visited_on")
    visit["photo"] = given.token(visit, "photo")
    visit["facts"] = given.rows(visit, "facts", needs=("key", "finding"))
    visit["place"], visit["note"] = str(visit["place"]), str(visit.get("note") or "")
    record_visit(case=case, step=decision.step, by=by, now=now, **visit)


def preview_award(case: Case, changes: Mapping[str, Any] | None = None) -> Award:
    """核算: the amount with its working as it stands now, by the pinned policy; stores nothing.

    `changes` are facts about to be set right: the working counts with them.
    """
    earlier = earlier_of(case)
    return award_of(case, facts_of(case, changes), policy_of(case), earlier)


def award_of(case: Case, facts: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """The working by these facts, this policy and this earlier aid. Raises Invalid when the amounts contradict."""
    try:
        return programme(case.programme).award(facts, policy, earlier)
    except FactsFault as fault:
        raise Invalid(
            _("填报的金额有矛盾，算不出救助金额。请先核实改正。"), code="facts", fields={fault.field: fault.message_zh}
        ) from fault


def verified(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """核定: what the reviewer found instead of what was claimed, each with its reason."""
    for change in given.rows(data, "verified", needs=("key", "value", "reason")):
        verify_answer(case=case, key=change["key"], value=change["value"], reason=change["reason"], by=by, now=now)


def county_agreed(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """县级初审同意: when the helper is a relative, the reviewer has phoned the patient himself (多一道核对) before agreeing."""
    if case.agent_is_relative:
        call = given.single(data, "patient_call", needs=("answered_by", "at"), may=())
        if not str(call.get("answered_by", "")).strip():
            sentence = _("代办人是患者亲属，请先打登记的电话和患者本人核对。")
            raise Invalid(sentence, fields={"answered_by": sentence}, code="no_call")
    verified(case=case, decision=decision, data=data, by=by, now=now)


def computed(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """拟救助金额: the province's amount is the calculator's, stored with facts, policy version and working."""
    verified(case=case, decision=decision, data=data, by=by, now=now)
    award = worked_out(case, by=by, now=now)
    _expert_heard(case, award.self_pay)
    decision.amount = award.amount


def worked_out(case: Case, *, by: Any, now: datetime, changes: Mapping[str, Any] | None = None) -> Award:
    """核算入卷: the amount that comes of the facts as they stand is kept with them, and is the case's from now on.

    `changes` are facts beside the answers, such as the costs that a hospital claimed.
    """
    take_again(case=case, by=by)
    earlier, told = earlier_of(case), facts_of(case, changes)
    award = award_of(case, told, policy_of(case), earlier)
    if award.amount <= 0:
        words = _("按政策核算的金额是 0 元，不能同意上报。请退回或提出不予救助。")
        raise Invalid(words, fields={"outcome": _("核算金额为 0 元，不能同意")})
    assert case.policy is not None  # earlier_of asked for the acceptance that pins it
    facts = _plain(told)
    stored = case.awards.create(
        round=case.round, policy=case.policy, amount=award.amount, facts=facts, earlier=earlier.to_json(),
        working=award.to_json(), by=by, at=now,
    )  # fmt: skip
    case.award = award.amount
    case.save(update_fields=["award"])
    award_made(case, award, facts, by, now)
    record(
        "award.computed",
        about=("case", case.pk),
        object=stored,
        payload={"amount": award.amount, "policy": case.policy_id, "rows": list(award.matched_rows)},
    )
    return award


def _expert_heard(case: Case, self_pay: Decimal) -> None:
    """大额须有专家意见: over the policy's threshold nobody agrees before an expert has given an opinion."""
    policy = policy_of(case)
    if not policy.level_on("expert") or self_pay <= policy.threshold("expert_over"):
        return
    if not Decision.objects.filter(case=case, step="expert").exists():
        over = {"over": money_words(policy.threshold("expert_over"))}
        words = _("个人负担超过 %(over)s 元，要先请专家出意见，再同意上报。") % over
        raise Invalid(words, fields={"outcome": words}, code="expert_missing")


def expert_asked(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """请专家出意见: the question goes with at least one redacted copy; the papers themselves never do."""
    if not redacted_files(case).exists():
        words = _("请先上传至少一张遮盖件，专家只看遮盖件和几项事实。")
        raise Invalid(words, fields={"outcome": words}, code="nothing_redacted")


def expert_answered(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """专家意见: whoever gives it confirms that he is not of the diagnosing hospital and did not treat the patient."""
    if data.get("independent") is not True:
        words = _("请确认您不在诊断医院工作，也没有参与诊治；否则请释放这一件，由别的专家出意见。")
        raise Invalid(words, fields={"independent": words}, code="not_independent")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in values.items()}


def rejected(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """不予救助: money set aside goes back, and a letter states reason, clause and where to ask for review."""
    release_money(case=case, by=by, now=now)
    notify(case=case, code="N10", data={"reasons": reasons_of(case, decision, data)}, by=by, now=now)


def reasons_of(case: Case, decision: Decision | None, data: dict[str, Any]) -> list[str]:
    """原因: those of the decision, of the fact, or of the refusal before."""
    if stated := (decision.reasons if decision is not None else None) or data.get("reasons"):
        return list(stated)
    earlier = Decision.objects.filter(case=case, outcome="reject").order_by("-id").first()
    return list(earlier.reasons) if earlier else []


def waitlisted(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """轮候: the fund is short; the case keeps its place in the order of acceptance."""
    notify(case=case, code="N11", data={"what": "waitlist"}, by=by, now=now)


def proposed(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """拟救助: the applicant is told before the public notice, with how to keep the name off it."""
    notify(case=case, code="N08", data={}, by=by, now=now)


def granted(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """准予救助: the account was confirmed by phone; the payout becomes payable and the letter goes out."""
    confirm_account(case=case, by=by, now=now)
    money.make_payable(case=case, not_before=local_day(now), by=by, now=now)
    decision.amount = case.award
    notify(case=case, code="N09", data={}, by=by, now=now)


def paid(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """已拨付: the applicant is told."""
    notify(case=case, code="N12", data={}, by=by, now=now)


def payment_failed(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """拨付失败或退汇: the applicant is asked for another account; amount and approval stay."""
    notify(case=case, code="N13", data={"reason": data.get("reason", "")}, by=by, now=now)


def account_confirmed(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """账户核对: the new account is right; the same payout is paid again without a new panel."""
    confirm_account(case=case, by=by, now=now)
    money.make_payable(case=case, not_before=local_day(now), by=by, now=now)


def account_refused(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """账户仍有误: ask the applicant once more."""
    notify(case=case, code="N13", data={"reason": "account"}, by=by, now=now)


def lapsed(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """视为撤回: nothing came within the time limit; the letter says so and how to apply again. Its invoices are free."""
    release_all(case=case, now=now)
    notify(case=case, code="N22", data={"what": "lapsed"}, by=by, now=now)


def withdrawn(*, case: Case, by: Any, now: datetime) -> None:
    """撤回回执: money set aside goes back, and the applicant gets a receipt of what was ended in his name."""
    release_money(case=case, by=by, now=now)
    notify(case=case, code="N22", data={"what": "withdrawn"}, by=by, now=now)


def progress(*, case: Case, before: str, item: WorkItem, now: datetime) -> None:
    """进度通知: the case came to a further step of the applicant's road (F10): one message for each step, not office.

    An act that has written another letter has told him already.
    """
    is_further = before != "DRAFT" and STATES[case.state].road > STATES[before].road > 0
    if is_further and not Notice.objects.filter(case=case, queued_at=now).exists():
        notify(case=case, code="N07", data={"due_on": item.due_on, "provisional": item.due_provisional}, now=now)


def terminated(*, case: Case, reasons: list[str], by: Any, now: datetime) -> None:
    """终止: money set aside goes back, and a letter goes out."""
    release_money(case=case, by=by, now=now)
    notify(case=case, code="N22", data={"reasons": reasons}, by=by, now=now)


def release_money(*, case: Case, by: Any, now: datetime) -> None:
    """释放预留: what the panel had set aside goes back to the fund; permits not used free their places, invoices are free."""
    release_all(case=case, now=now)
    providers.cancel_permits(case=case, reason=case.state, by=by, now=now)
    stock.free_case(case, by=by, now=now)
    money.release_reservation(case=case, cause="ended", ref=case.state, by=by, now=now)
