"""The draw of a sample (抽样): pure, with whole numbers and SHA-256 alone, so that every machine draws the same.

The frame is text: one line a case, `number<TAB>stratum<TAB>tickets`, in the order of the numbers. A case with n tickets has
the lots SHA-256(seed:number:1) to SHA-256(seed:number:n), in hexadecimal, and stands where its smallest one stands. Of each
stratum the first ones are drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

STRATA = ("none", "county", "amount", "risk", "county_amount")
COUNTY = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """What the draw knows of one case: where it is handled, what was granted, and which risks it shows."""

    number: str
    place: str
    award: Decimal | None
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a frame."""

    number: str
    stratum: str
    tickets: int = 1


@dataclass(frozen=True, slots=True)
class Stratum:
    """层: how many cases it holds, and how many of them are drawn."""

    name: str
    size: int
    drawn: int


def points(risks: Iterable[str], rule: Mapping[str, Any]) -> int:
    """风险分: the weights of the risks that a case shows, added up."""
    return sum(int(rule["weights"].get(risk, 0)) for risk in risks)


def amount_risks(award: Decimal | None, rule: Mapping[str, Any]) -> list[str]:
    """整数金额、贴近限额: what the amount alone shows."""
    if award is None:
        return []
    found = ["round_amount"] if award % int(rule["round_to"]) == 0 else []
    low = Decimal(100 - int(rule["near_percent"])) / 100
    is_near = any(one * low <= award <= one for one in map(Decimal, rule["thresholds"]))
    return [*found, "near_threshold"] if is_near else found


def stratum_of(fact: Fact, way: str, rule: Mapping[str, Any]) -> str:
    """层的名字 of a case: its county, the band of its amount, its risk, or county and band."""
    award = fact.award
    band = "a-" if award is None else f"a{sum(award > int(edge) for edge in rule['bands'])}"
    score = points(fact.risks, rule)
    level = next((name for name in ("high", "middle") if score >= int(rule["levels"][name])), "low")
    county = fact.place[:COUNTY]
    return {"county": county, "amount": band, "risk": level, "county_amount": f"{county}/{band}"}.get(way, "all")


def frame(facts: Iterable[Fact], way: str, rule: Mapping[str, Any], *, by_risk: bool) -> list[Entry]:
    """抽样框: a line for each case in the order of the numbers; by risk, each has a ticket more for each point."""
    return [
        Entry(fact.number, stratum_of(fact, way, rule), 1 + points(fact.risks, rule) * by_risk)
        for fact in sorted(facts, key=lambda one: one.number)
    ]


def written(entries: Iterable[Entry]) -> str:
    """The frame as text: what is kept, given out and hashed."""
    return "".join(f"{one.number}\t{one.stratum}\t{one.tickets}\n" for one in entries)


def read(text: str) -> list[Entry]:
    """A written frame again."""
    rows = (line.split("\t") for line in text.splitlines())
    return [Entry(number, stratum, int(tickets)) for number, stratum, tickets in rows]


def fingerprint(text: str) -> str:
    """抽样框指纹: SHA-256 of the written frame in UTF-8."""
    return sha256(text.encode()).hexdigest()


def lot(seed: str, number: str, tickets: int = 1) -> str:
    """签: the smallest of a case's lots."""
    return min(sha256(f"{seed}:{number}:{ticket}".encode()).hexdigest() for ticket in range(1, tickets + 1))


def strata(entries: Sequence[Entry], *, percent: int, each: int | None, least: int) -> list[Stratum]:
    """各层抽多少: `each` of every stratum, or so many of a hundred, rounded up, at least `least`; never more than there are."""
    sizes: dict[str, int] = {}
    for one in entries:
        sizes[one.stratum] = sizes.get(one.stratum, 0) + 1
    wanted = {name: each if each is not None else max(least, -(-size * percent // 100)) for name, size in sizes.items()}
    return [Stratum(name, size, min(size, wanted[name])) for name, size in sorted(sizes.items())]


def draw(entries: Iterable[Entry], seed: str, sizes: Mapping[str, int]) -> list[Entry]:
    """抽样: of each stratum the first so many in the order of their lots."""
    order = sorted(entries, key=lambda one: (one.stratum, lot(seed, one.number, one.tickets)))
    taken: dict[str, int] = {}
    drawn = []
    for one in order:
        if taken.get(one.stratum, 0) < sizes.get(one.stratum, 0):
            taken[one.stratum] = taken.get(one.stratum, 0) + 1
            drawn.append(one)
    return drawn


def is_same(text: str, digest: str, seed: str, sizes: Mapping[str, int], numbers: Collection[str]) -> bool:
    """复抽一致: the frame is the one that was hashed, and the same cases come out of it."""
    return fingerprint(text) == digest and {one.number for one in draw(read(text), seed, sizes)} == set(numbers)
