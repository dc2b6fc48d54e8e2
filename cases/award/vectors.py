"""A grant for stated facts or stated answers, as test vectors and the command work it out; imported when the app starts."""

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any

from cases.award.earlier import Earlier
from cases.award.facts import Facts, FactsFault
from cases.award.rules import Award, award
from cases.policy.cards import card
from cases.policy.rules import Policy, PolicyGap
from cases.policy.vectors import calculate_with

EARLIER = ("earlier_claims", "granted_this_year", "granted_total", "household_this_year", "fund_left")


def award_for(slug: str, policy: Policy, told: Mapping[str, Any]) -> Award:
    """核算: of facts by the common calculator, or of `answers` as the programme itself counts an application.

    Beside `answers` stand only the facts of earlier aid. Raises FactsFault naming the field, ShapeFault, PolicyGap, and
    KeyError when answers are given for a programme that is not registered.
    """
    if "answers" not in told:
        return award(policy, Facts.from_json(told))
    answers = told["answers"]
    if not isinstance(answers, Mapping):
        raise FactsFault("answers", "要写成“问题: 答案”的形式", "must be an object of answers")
    for name in sorted(set(told) - {"answers", *EARLIER}):
        raise FactsFault(name, "写了 answers，就只能再写既往救助和资金余额", "not beside answers")
    before = Facts.from_json({name: told[name] for name in EARLIER if name in told})
    earlier = Earlier(
        before.earlier_claims,
        before.granted_this_year,
        before.granted_total,
        before.household_this_year,
        before.fund_left,
    )
    counted: Award
    programme = card(slug)
    try:
        counted = programme.award(answers, policy, earlier)
    except PolicyGap:
        raise
    except (InvalidOperation, AttributeError, KeyError, TypeError) as fault:
        raise FactsFault("answers", "有一个答案的写法不对，比如金额不是数", "an answer is not of its kind") from fault
    return counted


def worked_out(slug: str, policy: Policy, told: Mapping[str, Any]) -> dict[str, Any]:
    """Amount in yuan, waiting list and matched rows. Raises what `award_for` raises."""
    answer = award_for(slug, policy, told)
    return {"amount": str(answer.amount), "waitlist": answer.waitlist, "rows": list(answer.matched_rows)}


calculate_with(worked_out)
