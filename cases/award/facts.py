"""What the calculator is told about a claim: costs, deductions, categories, earlier grants, money left."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.policy.shapes import DEDUCTIONS

ZERO = Decimal(0)
LARGEST = Decimal("1000000000")
AMOUNTS = ("total", "excluded", "out_of_scope", "granted_this_year", "granted_total", "household_this_year")


class FactsFault(ValueError):
    """A fact that cannot be right; names the field, and says in both languages what is wrong."""

    def __init__(self, field: str, message_zh: str, message_en: str) -> None:
        super().__init__(f"{field}: {message_en}")
        self.field = field
        self.message_zh = message_zh
        self.message_en = message_en


@dataclass(frozen=True, slots=True)
class Claim:
    """An earlier claim of the same year under the same programme: its self-paid cost and what was granted for it.

    ``self_pay`` is None for an imported past grant, whose costs nobody here knows: it counts for limits and for how
    often one may claim, never for the difference that a second claim is paid.
    """

    self_pay: Decimal | None
    granted: Decimal


@dataclass(frozen=True, kw_only=True)
class Facts:
    """核算依据: everything the amount depends on, in yuan with two decimals.

    ``excluded`` are costs that never count (donated drugs, premium lens difference), ``out_of_scope`` those outside
    the insurance catalogue. ``granted_*`` are earlier grants from any fund, past aid included; ``fund_left`` is None
    when the fund is not looked at. An item may be billed more than once, for two eyes for example: then its prices stand
    in a list and each is held against the item's limit by itself.
    """

    total: Decimal = ZERO
    excluded: Decimal = ZERO
    out_of_scope: Decimal = ZERO
    deductions: Mapping[str, Decimal] = field(default_factory=dict)
    items: Mapping[str, Decimal | tuple[Decimal, ...]] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    insured: bool = True
    minor: bool = False
    stage: str = ""
    earlier_claims: tuple[Claim, ...] = ()
    granted_this_year: Decimal = ZERO
    granted_total: Decimal = ZERO
    household_this_year: Decimal = ZERO
    fund_left: Decimal | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    def prices(self, item: str) -> tuple[Decimal, ...]:
        """What an item was billed at, once for each time it was billed."""
        return _each(self.items.get(item, ()))

    def circumstances(self) -> dict[str, Any]:
        """What the conditions of policy rows may ask about."""
        return {
            **self.other,
            "categories": self.categories,
            "insured": self.insured,
            "minor": self.minor,
            "stage": self.stage,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Facts":
        """Read from JSON, amounts as text. Raises FactsFault naming the first field that is wrong."""
        unknown = sorted(set(data) - {one.name for one in fields(cls)})
        if unknown:
            raise FactsFault(unknown[0], "没有这个字段", "no such field")
        made = cls(
            **{name: money_in(data, name) for name in AMOUNTS},
            deductions=_amounts_in(data, "deductions", known=DEDUCTIONS),
            items=_prices_in(data),
            categories=_texts_in(data, "categories"),
            insured=_yes_or_no(data, "insured", True),
            minor=_yes_or_no(data, "minor", False),
            stage=_text_in(data, "stage"),
            earlier_claims=_claims_in(data),
            fund_left=None if data.get("fund_left") is None else money_in(data, "fund_left"),
            other=_conditions_in(data, "other"),
        )
        made.check()
        return made

    def check(self) -> None:
        """Raises FactsFault for amounts that are negative, finer than a fen, or do not fit together."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Decimal):
                check_money(one.name, value)
        for name, value in self.deductions.items():
            check_money(name, value)
        for name, prices in self.items.items():
            for price in _each(prices):
                check_money(name, price)
        for name in self.deductions:
            if name not in DEDUCTIONS:
                raise FactsFault(f"deductions.{name}", "没有这种扣减项", "no such deduction")
        for claim in self.earlier_claims:
            if claim.self_pay is not None:
                check_money("earlier_claims.self_pay", claim.self_pay)
            check_money("earlier_claims.granted", claim.granted)
        taken = sum(self.deductions.values(), self.excluded)
        if taken > self.total:
            raise FactsFault(
                "deductions", "报销、救助和不计费用加起来超过了总费用", "insurance and aid exceed the total cost"
            )
        billed = sum((price for prices in self.items.values() for price in _each(prices)), ZERO)
        if self.total and billed > self.total:
            raise FactsFault("items", "各单项加起来超过了总费用", "the items exceed the total cost")
        if self.out_of_scope > self.total:
            raise FactsFault("out_of_scope", "目录外费用超过了总费用", "exceeds the total cost")

    def to_json(self) -> dict[str, Any]:
        """The same facts as JSON with amounts as text, so that the amount can be worked out again years later."""
        out: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Decimal):
                out[one.name] = str(value)
            elif one.name == "deductions":
                out[one.name] = {name: str(amount) for name, amount in value.items()}
            elif one.name == "items":
                out[one.name] = {name: _prices_out(prices) for name, prices in value.items()}
            elif one.name == "earlier_claims":
                out[one.name] = [_claim_out(claim) for claim in value]
            else:
                out[one.name] = list(value) if isinstance(value, tuple) else value
        return out


def check_money(name: str, amount: Decimal) -> None:
    """Raises FactsFault unless this is an amount from 0 to under a thousand million yuan with at most two decimals."""
    if not amount.is_finite():
        raise FactsFault(name, "不是金额", "not an amount")
    if amount < 0:
        raise FactsFault(name, "金额不能是负数", "an amount cannot be negative")
    if amount < LARGEST and amount != amount.quantize(Decimal("0.01")):
        raise FactsFault(name, "金额最多两位小数", "an amount has at most two decimals")
    if amount >= LARGEST:
        raise FactsFault(name, "金额太大，请核对小数点", "the amount is too large: check the decimal point")


def money_in(data: Mapping[str, Any], name: str) -> Decimal:
    """An amount given as text or whole number; a missing one is zero. Raises FactsFault."""
    raw = data.get(name, "0")
    if isinstance(raw, (bool, float)) or not isinstance(raw, (str, int, Decimal)):
        raise FactsFault(name, '金额应写成文字，例如 "1200.50"', 'write amounts as text, for example "1200.50"')
    try:
        amount = Decimal(raw)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_nan() or not str(raw).isascii() or set(str(raw)) & set("_ "):
        raise FactsFault(name, f"“{raw}”不是金额", f"{raw!r} is not an amount")
    check_money(name, amount)
    return amount


def _each(prices: Decimal | tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    return prices if isinstance(prices, tuple) else (prices,)


def _prices_out(prices: Decimal | tuple[Decimal, ...]) -> str | list[str]:
    return [str(price) for price in prices] if isinstance(prices, tuple) else str(prices)


def _prices_in(data: Mapping[str, Any]) -> dict[str, Decimal | tuple[Decimal, ...]]:
    made: dict[str, Decimal | tuple[Decimal, ...]] = {}
    for item, told in _mapping_in(data, "items").items():
        if isinstance(told, (list, tuple)):
            named = {f"items.{item}[{at}]": price for at, price in enumerate(told)}
            made[item] = tuple(money_in(named, name) for name in named)
        else:
            made[item] = money_in({f"items.{item}": told}, f"items.{item}")
    return made


def _mapping_in(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, Mapping):
        raise FactsFault(name, "应是“名称: 取值”的形式", "must be an object of names and values")
    return found


def _conditions_in(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Further circumstances that a row's condition may ask for: text, whole numbers, yes or no, or a list of texts."""
    found = _mapping_in(data, name)
    for key, told in found.items():
        plain = isinstance(told, (str, bool, int)) or told is None
        if not plain and not (isinstance(told, (list, tuple)) and all(isinstance(one, str) for one in told)):
            raise FactsFault(
                f"{name}.{key}", "应是文字、整数、是否或文字的列表", "must be text, a whole number, yes or no, or texts"
            )
    return found


def _amounts_in(data: Mapping[str, Any], name: str, *, known: Mapping[str, Any] | None = None) -> dict[str, Decimal]:
    found = _mapping_in(data, name)
    for key in found:
        if known is not None and key not in known:
            raise FactsFault(f"{name}.{key}", "没有这种扣减项", "no such deduction")
    try:
        return {key: money_in(found, key) for key in found}
    except FactsFault as fault:
        raise FactsFault(f"{name}.{fault.field}", fault.message_zh, fault.message_en) from None


def _texts_in(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = data.get(name, [])
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) for one in found):
        raise FactsFault(name, "应是代码的列表", "must be a list of codes")
    return tuple(found)


def _text_in(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name, "")
    if not isinstance(found, str):
        raise FactsFault(name, "应是文字", "must be text")
    return found


def _yes_or_no(data: Mapping[str, Any], name: str, default: bool) -> bool:
    found = data.get(name, default)
    if not isinstance(found, bool):
        raise FactsFault(name, "应是 true 或 false", "must be true or false")
    return found


def _claims_in(data: Mapping[str, Any]) -> tuple[Claim, ...]:
    found = data.get("earlier_claims", [])
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, Mapping) for one in found):
        raise FactsFault("earlier_claims", "应是历次申请的列表", "must be a list of claims")
    return tuple(_claim_in(one) for one in found)


def _claim_in(told: Mapping[str, Any]) -> Claim:
    for key in sorted(set(told) - {"self_pay", "granted"}):
        raise FactsFault(f"earlier_claims.{key}", "没有这个字段", "no such field")
    try:
        return Claim(
            None if told.get("self_pay", "0") is None else money_in(told, "self_pay"), money_in(told, "granted")
        )
    except FactsFault as fault:
        raise FactsFault(f"earlier_claims.{fault.field}", fault.message_zh, fault.message_en) from None


def _claim_out(claim: Claim) -> dict[str, str | None]:
    return {"self_pay": None if claim.self_pay is None else str(claim.self_pay), "granted": str(claim.granted)}
