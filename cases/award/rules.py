"""The grant calculator (救助金额核算): policy rows and facts in, an amount and its working in two languages out.

Deduction order and formula: domain 4.1. What a ratio or a percentage gives is rounded half up to the fen as it is
printed, so that the printed lines add up to the amount.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from cases.award.facts import ZERO, Claim, Facts, FactsFault
from cases.award.limits import rooms
from cases.award.lines import Line, Working
from cases.policy.conditions import applies
from cases.policy.rules import Policy, Row
from cases.policy.shapes import ADDING, CHOOSING, DEDUCTIONS, Range, amount_in, amount_or_none, plain
from cases.text import money, round_fen

COST_BASED = {"band", "add_on", "actual"}


@dataclass(frozen=True, slots=True)
class Award:
    """The amount offered with its working; ``wanted`` is the amount before the fund's balance was looked at.

    ``waitlist`` (轮候) says that the fund is short and the policy then offers nothing yet.
    """

    amount: Decimal
    lines: tuple[Line, ...]
    matched_rows: tuple[str, ...]
    self_pay: Decimal
    wanted: Decimal
    waitlist: bool = False

    def to_json(self) -> dict[str, Any]:
        """The working as JSON, amounts as text."""
        return {
            "amount": str(self.amount),
            "self_pay": str(self.self_pay),
            "wanted": str(self.wanted),
            "waitlist": self.waitlist,
            "matched_rows": list(self.matched_rows),
            "lines": [{**asdict(line), "amount": str(line.amount)} for line in self.lines],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Award":
        """A stored working read back."""
        return cls(
            amount=Decimal(data["amount"]),
            lines=tuple(Line(**{**line, "amount": Decimal(line["amount"])}) for line in data["lines"]),
            matched_rows=tuple(data["matched_rows"]),
            self_pay=Decimal(data["self_pay"]),
            wanted=Decimal(data["wanted"]),
            waitlist=bool(data["waitlist"]),
        )


def award(policy: Policy, facts: Facts) -> Award:
    """The amount for one claim under one policy version. Raises FactsFault when the facts cannot be right."""
    work = Working()
    self_pay, wanted = _by_the_table(policy, facts, work)
    return within_limits(policy, facts, work, self_pay=self_pay, wanted=wanted)


def of_part(policy: Policy, facts: Facts) -> Award:
    """一部分的金额: one part of a claim, such as one eye, before the limits that hold for the whole of it."""
    work = Working()
    self_pay, wanted = _by_the_table(policy, facts, work)
    self_pay, wanted = round_fen(self_pay), round_fen(wanted)
    work.line("按政策表计", "By the table of the policy", wanted)
    return Award(wanted, tuple(work.lines), tuple(work.rows), self_pay, wanted)


def within_limits(policy: Policy, facts: Facts, work: Working, *, self_pay: Decimal, wanted: Decimal) -> Award:
    """限额以内: what is wanted in yuan, cut by the caps of claim, year, life and household and by what the fund has left."""
    wanted = _within_caps(policy, facts, wanted, work)
    amount, waitlist = _within_fund(policy, facts, wanted, work)
    self_pay, wanted, amount = round_fen(self_pay), round_fen(wanted), round_fen(amount)
    work.line("本次救助金额", "Grant for this claim", amount, kind="result")
    return Award(amount, tuple(work.lines), tuple(work.rows), self_pay, wanted, waitlist)


def _by_the_table(policy: Policy, facts: Facts, work: Working) -> tuple[Decimal, Decimal]:
    facts.check()
    self_pay = _self_pay(policy, facts, work)
    known = tuple(claim for claim in facts.earlier_claims if claim.self_pay is not None)
    earlier = known if _mode(policy) == "difference" else ()
    basis = _basis(self_pay, earlier, work)
    graded, cost_based = _graded(policy, facts, basis, work)
    wanted = _less_earlier(graded, earlier, policy, work)
    if cost_based:
        wanted = _within_costs(wanted, basis, earlier, work)
    return self_pay, wanted


def _self_pay(policy: Policy, facts: Facts, work: Working) -> Decimal:
    row = next((row for row in policy.award_shape if row.value.get("shape") == "self_pay"), None)
    value: Mapping[str, Any] = row.value if row else {}
    work.line("总费用", "Total cost", facts.total, kind="cost")
    left = facts.total
    if facts.excluded:
        left -= facts.excluded
        work.line("减：不计入的费用", "Less: costs that do not count", -facts.excluded, kind="minus")
    if facts.out_of_scope and not value.get("out_of_scope", False):
        left -= facts.out_of_scope
        work.line("减：目录外费用", "Less: costs outside the catalogue", -facts.out_of_scope, kind="minus")
    order = [*value.get("order", DEDUCTIONS)]
    for name in [*order, *(name for name in DEDUCTIONS if name not in order)]:
        taken = facts.deductions.get(name, ZERO)
        if taken:
            left -= taken
            work.line(f"减：{DEDUCTIONS[name][0]}", f"Less: {DEDUCTIONS[name][1]}", -taken, kind="minus")
    if left < 0:
        raise FactsFault("deductions", "个人负担算出来是负数，请核对各项金额", "the self-paid cost comes out negative")
    if row:
        work.match(row)
    work.line("个人负担", "Self-paid cost", left, row=row)
    return left


def _mode(policy: Policy) -> str:
    row = next((row for row in policy.award_shape if row.value.get("shape") == "repeat"), None)
    return str(row.value["mode"]) if row else "separate"


def _basis(self_pay: Decimal, earlier: tuple[Claim, ...], work: Working) -> Decimal:
    if not earlier:
        return self_pay
    before = sum((claim.self_pay or ZERO for claim in earlier), ZERO)
    work.line("加：本年度前次个人负担", "Plus: self-paid cost of earlier claims this year", before, kind="plus")
    work.line("累计个人负担", "Self-paid cost this year", self_pay + before)
    return self_pay + before


def _graded(policy: Policy, facts: Facts, basis: Decimal, work: Working) -> tuple[Decimal, bool]:
    """The amount of the table before limits, and whether costs bound it: flat sums look at no costs."""
    told = facts.circumstances()
    rows = [row for row in policy.award_shape if applies(row.when, told)]
    chosen = next((row for row in rows if row.value["shape"] in CHOOSING and _fits(row, basis)), None)
    amount = _chosen(chosen, basis, work) if chosen else ZERO
    adding = [row for row in rows if row.value["shape"] in ADDING]
    used = [chosen] if chosen else []
    for row in adding:
        plus = _added(row, facts, basis, work)
        if plus is not None:
            amount += plus
            used.append(row)
    if not used:
        work.line("不在任何一档内", "No row of the table applies", ZERO)
        return ZERO, True
    for row in [row for row in adding if row.value["shape"] == "extra"]:
        extra = amount_in(row.value, "amount")
        amount += extra
        used.append(row)
        work.line(_label(row, "加发")[0], _label(row, "Extra")[1], extra, row=row, kind="plus")
    amount += _uplift([row for row in adding if row.value["shape"] == "uplift"], amount, used, work)
    for row in used:
        work.match(row)
    shapes = {row.value["shape"] for row in used}
    return amount, bool(shapes & COST_BASED) or (bool(facts.total) and "item_cap" in shapes)


def _fits(row: Row, basis: Decimal) -> bool:
    return row.value["shape"] == "flat" or Range.of(row.value).contains(basis)


def _chosen(row: Row, basis: Decimal, work: Working) -> Decimal:
    value, cap = row.value, amount_or_none(row.value, "cap")
    if value["shape"] == "flat" or value.get("amount") is not None:
        amount = amount_in(value, "amount")
        zh, en = "定额", "Fixed amount"
    else:
        ratio = amount_or_none(value, "ratio")
        amount = basis if ratio is None else round_fen(basis * ratio)
        zh, en = ("据实", "Actual cost") if ratio is None else (f"按 {percent(ratio)}", f"At {percent(ratio)}")
    if value["shape"] == "band":
        stretch = Range.of(value)
        zh, en = f"个人负担{stretch.words_zh()}，{zh}", f"Self-paid {stretch.words_en()}: {en.lower()}"
    if cap is not None and amount > cap:
        amount = cap
        zh, en = f"{zh}，最高 {plain(cap)} 元", f"{en}, at most {plain(cap)}"
    zh, en = (row.note_zh or zh, row.note_en or en) if value["shape"] == "flat" else (zh, en)
    work.line(zh, en, amount, row=row)
    return amount


def _added(row: Row, facts: Facts, basis: Decimal, work: Working) -> Decimal | None:
    value = row.value
    if value["shape"] == "add_on" and Range.of(value).contains(basis):
        plus = amount_in(value, "amount")
        stretch = Range.of(value)
        zh, en = f"个人负担{stretch.words_zh()}，加发", f"Self-paid {stretch.words_en()}: add"
        work.line(zh, en, plus, row=row, kind="plus")
        return plus
    prices = facts.prices(value["item"]) if value["shape"] == "item_cap" else ()
    for price in prices:
        cap = amount_in(value, "cap")
        zh, en = _label(row, str(value["item"]))
        zh, en = f"{zh} {money(price)} 元，最高 {plain(cap)} 元", f"{en} {money(price)}, at most {plain(cap)}"
        work.line(zh, en, min(price, cap), row=row, kind="plus")
    return sum((min(price, amount_in(value, "cap")) for price in prices), ZERO) if prices else None


def _label(row: Row, default: str) -> tuple[str, str]:
    return row.note_zh or default, row.note_en or default


def _uplift(rows: list[Row], amount: Decimal, used: list[Row], work: Working) -> Decimal:
    plus = ZERO
    for row in rows:
        rate = amount_in(row.value, "percent")
        more = round_fen(amount * rate / 100)
        plus += more
        used.append(row)
        words = plain(rate)
        work.line(f"困难类别上浮 {words}%", f"Hardship uplift {words} %", more, row=row, kind="plus")
    return plus


def _less_earlier(graded: Decimal, earlier: tuple[Claim, ...], policy: Policy, work: Working) -> Decimal:
    if not earlier:
        return graded
    paid = sum((claim.granted for claim in earlier), ZERO)
    zh, en = "减：本年度前次已救助，只补差额", "Less: granted for earlier claims this year (the difference is paid)"
    work.line(zh, en, -paid, kind="minus")
    work.rows.extend(row.name for row in policy.award_shape if row.value.get("shape") == "repeat")
    return max(ZERO, graded - paid)


def _within_costs(wanted: Decimal, basis: Decimal, earlier: tuple[Claim, ...], work: Working) -> Decimal:
    room = max(ZERO, basis - sum((claim.granted for claim in earlier), ZERO))
    if wanted > room:
        work.line("不超过个人负担", "Not more than the self-paid cost", room, kind="limit", cuts=True)
    return min(wanted, room)


def _within_caps(policy: Policy, facts: Facts, wanted: Decimal, work: Working) -> Decimal:
    for room in rooms(policy, facts):
        cap, used = plain(room.cap), plain(room.used)
        zh = f"{room.zh}（限额 {cap} 元，已用 {used} 元）" if room.used else f"{room.zh}（{cap} 元）"
        en = f"{room.en} (limit {cap}, used {used})" if room.used else f"{room.en} ({cap})"
        work.line(zh, en, room.left, row=room.row, kind="limit", cuts=wanted > room.left)
        if wanted > room.left:
            work.match(room.row)
            wanted = room.left
    if policy.has("caps", "claims_per_year") and len(facts.earlier_claims) >= policy.count("claims_per_year", "caps"):
        most = policy.count("claims_per_year", "caps")
        row = policy.row("caps", "claims_per_year")
        zh, en = f"一年最多申请 {most} 次", f"At most {most} claims a year"
        work.line(zh, en, ZERO, row=row, kind="limit", cuts=True)
        work.match(row)
        return ZERO
    return wanted


def _within_fund(policy: Policy, facts: Facts, wanted: Decimal, work: Working) -> tuple[Decimal, bool]:
    if facts.fund_left is None or facts.fund_left >= wanted:
        return wanted, False
    waits = policy.setting("caps", "fund_short", "mode", "waitlist") == "waitlist"
    if policy.has("caps", "fund_short"):
        work.match(policy.row("caps", "fund_short"))
    zh, en = ("资金余额不足，轮候", "The fund is short: waiting list") if waits else ("资金余额", "Left in the fund")
    work.line(zh, en, facts.fund_left, kind="limit", cuts=True)
    return (ZERO, True) if waits else (facts.fund_left, False)


def percent(ratio: Decimal) -> str:
    """A ratio as people read it: 0.85 is 85%."""
    return f"{(ratio * 100).normalize():f}%"


__all__ = ["Award", "Claim", "Facts", "FactsFault", "Line", "award", "of_part", "within_limits"]
