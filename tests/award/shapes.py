"""The rule shapes seen in real projects, as policy rows."""

from typing import Any

from cases.policy.rules import Policy, Row


def policy(*award: dict[str, Any], **caps: Any) -> Policy:
    """A policy with these award rows in this order and these limits, e.g. per_year="12000"."""
    rows = [Row("award", f"row{at}", value, position=at, clause=f"第{at}条") for at, value in enumerate(award)]
    for name, value in caps.items():
        rows.append(Row("caps", name, value if isinstance(value, dict) else {"amount": value}))
    return Policy.from_rows(rows)


def band(amount: str | None = None, **rest: Any) -> dict[str, Any]:
    """One band; ``from_`` stands for the field ``from``."""
    if "from_" in rest:
        rest["from"] = rest.pop("from_")
    return {"shape": "band", **({"amount": amount} if amount else {}), **rest}


CLOSED_BANDS = policy(
    band("5000", over="5000", to="10000"),
    band("10000", over="10000", to="15000"),
    band("15000", over="15000", to="20000"),
    band("20000", over="20000", to="30000"),
    band("30000", over="30000"),
    per_life="30000",
)
ADD_ON = policy(
    {"shape": "add_on", "over": "10000", "amount": "4000"},
    {"shape": "add_on", "over": "20000", "amount": "4000"},
    {"shape": "repeat", "mode": "difference"},
    per_year="8000",
)
FIXED_THEN_RATIO = policy(
    band("2000", from_="2000", under="3000"),
    band(None, from_="3000", ratio="0.85", cap="10000"),
)
LENS = policy({"shape": "item_cap", "item": "lens", "cap": "1500"})
RARE_DISEASE = policy(
    band("3000", over="5000", to="20000"),
    band("6000", over="20000", to="50000"),
    band("10000", over="50000"),
    {"shape": "uplift", "percent": "20", "when": {"categories": ["H01", "H02", "H03"]}},
    {"shape": "repeat", "mode": "difference"},
    per_year="12000",
    claims_per_year={"count": 2},
    fund_short={"mode": "offer"},
)
CATARACT = policy(
    {"shape": "actual", "cap": "2000", "when": {"insured": False}},
    {"shape": "actual", "cap": "1500", "when": {"categories": ["H01", "H02", "H03", "H04", "H05"]}},
    {"shape": "actual", "cap": "800"},
)
SILICOSIS = policy(
    {"shape": "flat", "amount": "2000", "when": {"stage": "1"}},
    {"shape": "flat", "amount": "3000", "when": {"stage": "2"}},
    {"shape": "flat", "amount": "5000", "when": {"stage": "3"}},
)
CORNEA = policy(
    band("3000", over="2000", to="10000"),
    band("5000", over="10000", to="20000"),
    band("8000", over="20000"),
    {"shape": "extra", "amount": "2000", "when": {"minor": True}},
)
HOUSEHOLD = policy(
    band(None, over="1000", ratio="0.335", cap="9000"),
    {"shape": "uplift", "percent": "12.5", "when": {"categories": ["H01", "H03"]}},
    per_claim="8000",
    per_year="12000",
    household_per_year="15000",
    per_life="40000",
    fund_short={"mode": "offer"},
)
BY_CATEGORY = policy(
    {"shape": "flat", "amount": "5000", "when": {"categories": ["H01", "H02"]}},
    {"shape": "flat", "amount": "3000"},
    {"shape": "extra", "amount": "2000", "when": {"minor": True}},
    per_life="6000",
)
FLAT = ("silicosis", "by category")
ALL = {
    "closed bands": CLOSED_BANDS, "add-on": ADD_ON, "fixed then ratio": FIXED_THEN_RATIO, "rare disease": RARE_DISEASE,
    "cataract": CATARACT, "silicosis": SILICOSIS, "cornea": CORNEA, "household": HOUSEHOLD, "by category": BY_CATEGORY, "lens": LENS,
}  # fmt: skip
