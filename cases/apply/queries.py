"""What the applicant's pages show: the task list, the answers to check, the road with dates, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.waiting import ahead_of
from cases.people.actions import REPAIRING
from cases.policy.rules import Policy, PolicyGap
from cases.policy.shapes import Range, amount_in, plain
from cases.programme import Question, programme
from cases.publicity.queries import last_public_day, looked_into_until
from cases.states import ROAD, STATES, State, applicant_words
from cases.urgent.queries import aid_of


def next_question(case: Case, key: str) -> Question | None:
    """The next question of the same section that has no answer yet; None when the section is done."""
    card, facts = programme(case.programme), answers(case)
    asked = {question.key for question in card.asked(facts)}
    for section in card.sections:
        keys = [question.key for question in section.questions]
        if key in keys:
            later = section.questions[keys.index(key) + 1 :]
            return next((one for one in later if one.key in asked and facts.get(one.key) is None), None)
    return None


def day_words(day: date) -> str:
    """A day as people say it."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if _zh() else f"{day.day} {day:%B %Y}"


def _zh() -> bool:
    return (get_language() or "zh").startswith("zh")


# --- after sending ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Standing:
    """办到哪了: the state in plain words, the road, what comes next by when, and whose turn it is."""

    state: State
    words: str
    road: list[dict[str, Any]]
    next_words: str
    due_on: date | None
    provisional: bool
    is_my_turn: bool
    ahead: str = ""


def standing(case: Case) -> Standing:
    """The same words for the page, the message and the letter (F10)."""
    state, settled = STATES[case.state], programme(case.programme).settled
    on, provisional = _due(case)
    return Standing(
        state, _words(state, on, settled), _road(case, state), next_words(case.state, on, settled), on, provisional,
        state.turn == "applicant", ahead_words(case),
    )  # fmt: skip


def ahead_words(case: Case) -> str:
    """前面还有几人, while the case waits for money; empty otherwise."""
    ahead = ahead_of(case) if case.state == "WAITLIST" else None
    return "" if ahead is None else ngettext("前面还有 %(n)s 人", "前面还有 %(n)s 人", ahead) % {"n": ahead}


def urgent_words(case: Case) -> str:
    """急难款: how much was paid ahead and when, for as long as the case goes on; empty otherwise."""
    aid = aid_of(case) if STATES[case.state].is_open else None
    if aid is None or aid.payout.paid_on is None:
        return ""
    words = {"amount": plain(aid.amount), "day": day_words(aid.payout.paid_on)}
    return _("急难救助款 %(amount)s 元已先打出（%(day)s）。") % words


def _words(state: State, on: date | None, settled: str) -> str:
    """The state's words; under public notice with the last day, and what is being looked into."""
    if state.code == "PUBLICITY":
        return _("正在公示（到 %(day)s）") % {"day": day_words(on)} if on else _("正在准备公示")
    if state.code == "OBJECTION" and on:
        return _("正在核查异议（到 %(day)s）") % {"day": day_words(on)}
    return str(applicant_words(state.code, settled))


def is_turn_of(viewer: Any, case: Case) -> bool:
    """轮到您办: a draft to send, papers to supply; another account is the applicant's own matter, never a helper's."""
    is_account = case.state in REPAIRING
    return STATES[case.state].turn == "applicant" and not (is_account and case.agent_id == viewer.pk)


def next_words(state: str, on: date | None = None, settled: str = "") -> str:
    """下一步: who does what next, in one plain sentence; page and message say the same. `on` is the last day waited for,
    `settled` how the relief is given.
    """
    if state == "PUBLICITY":
        return _("公示期满，没人提异议，我们就作决定。") if on else _("我们正在准备公示名单，请您等一等。")
    if state == "OBJECTION":
        return _("有人提了异议，查清以后我们接着办。")
    if state == "DRAFT":
        return _("填完以后请提交。")
    if state == "SUPPLEMENT":
        return _("请您补齐通知里列出的材料。")
    if state in ("FAILED", "RETURNED"):
        return _("请您更正收款账户，我们再打一次。")
    if state == "INTAKE":
        return _("我们看材料，然后告诉您是否受理。")
    if state == "VERIFY":
        return _("村和乡镇会上门核实，请留意电话。")
    if STATES[state].road == 3:
        return _("工作人员正在审核，不用您做什么。")
    if STATES[state].road == 4:
        return _("研究和公示以后，我们会通知您。")
    if state in ("TREATMENT", "DELIVERY"):
        return _("请在通知单的有效期内，按约去机构。")
    if state == "SETTLEMENT":
        return _("费用由我们和机构结算，不用您做什么。")
    if state == "FOLLOWUP" and settled:
        return _("之后会有人回访、约您复查，请留意电话。")
    if state == "GRANTED" and settled:
        return _("接下来我们会通知您去哪里、哪天去。")
    if state in ("PAYABLE", "IN_BATCH", "SENT", "UNKNOWN") and settled == "hospital":
        return _("我们和医院结算，谁要您交钱请打电话。")
    if state == "CONFIRM":
        return _("钱已经打出，接下来集体研究追认。")
    if state == "RECOVERY":
        return _("请看通知，按通知退回这笔钱。")
    if state == "FOLLOWUP":
        return _("钱已经打出，之后会有人回访。")
    if STATES[state].road == 5 and STATES[state].is_open:
        return _("我们正在安排打款。")
    if state == "LAPSED":
        return _("材料备齐了，可以重新申请。")
    if state == "WITHDRAWN":
        return _("以后需要，可以重新申请。")
    return _("这件申请已经办完。有疑问请打电话。")


def _due(case: Case) -> tuple[date | None, bool]:
    """最晚日期 of the step the case is at, and whether it is 暂定; under public notice that of the list or the objection.

    How a case moves lies above this room, so only its rows are read.
    """
    if case.state == "PUBLICITY":
        return last_public_day(case)
    if case.state == "OBJECTION":
        return looked_into_until(case), False
    rows: Any = getattr(case, "work_items", None)
    if rows is None or not STATES[case.state].is_open:
        return None, False
    waiting_rows = [row for row in rows.all() if row.state in ("open", "claimed") and row.due_on is not None]
    first = min(waiting_rows, key=lambda row: row.due_on, default=None)
    return (first.due_on, first.due_provisional) if first is not None else (None, False)


def _road(case: Case, state: State) -> list[dict[str, Any]]:
    at = state.road or (3 if case.accepted_on else 2)
    days = {
        1: local_day(case.submitted_at) if case.submitted_at else None,
        2: case.accepted_on,
        5: local_day(case.closed_at) if case.closed_at and state.code == "CLOSED" else None,
    }
    road = []
    for number, name in enumerate(ROAD, start=1):
        done = number < at or (state.code == "CLOSED" and number == at)
        where = "done" if done else "current" if number == at and state.road else "todo"
        road.append({"name": name, "state": where, "date": days.get(number) if done or number == 1 else None})
    return road


# --- the guide ------------------------------------------------------------------------------------------------------------
def gives(policy: Policy) -> list[str]:
    """能得到什么: the tiers of the policy in force, in plain words."""
    out = []
    for row in policy.award_shape:
        value = row.value
        if value.get("shape") in ("band", "add_on") and value.get("amount") is not None:
            stretch = Range.of(value)
            words = stretch.words_zh() if _zh() else stretch.words_en()
            out.append(
                _("个人负担%(range)s：%(amount)s 元") % {"range": words, "amount": plain(amount_in(value, "amount"))}
            )
        elif value.get("shape") == "uplift":
            out.append(str(row.note_zh if _zh() else row.note_en))
    return out


def waiting(policy: Policy) -> list[tuple[str, int]]:
    """多少个工作日: the days of each stage that the applicant waits for."""
    stages = [
        (_("看材料"), ["intake"]), (_("上门核实"), ["verification"]),
        (_("县、市、省审核"), ["county_review", "city_recheck", "province_review"]), (_("公示"), ["publicity"]),
        (_("公示后打款"), ["payment"]),
    ]  # fmt: skip
    out = []
    for name, keys in stages:
        try:
            out.append((name, sum(policy.days(key) for key in keys)))
        except PolicyGap:
            continue
    return out


def days_of(policy: Policy, key: str) -> int:
    """The days of one time limit; 0 when the policy says nothing of it."""
    try:
        return policy.days(key)
    except PolicyGap:
        return 0
