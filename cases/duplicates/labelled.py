"""A labelled set of pairs (标注样本): made from the demonstration's own names, each pair one person or two, with the reason why."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cases.duplicates.marks import side
from cases.duplicates.match import Match, compare
from cases.people.rules import check_character, surname
from cases.programme import programmes
from cases.text import MIDDLE_DOT

HOMOPHONES = dict(zip("马建秀兰玉梅军志桂花英文燕福国生", "玛健绣岚钰玫均智贵华瑛纹雁富帼升", strict=True))
MANY = 600


@dataclass(frozen=True, slots=True)
class Known:
    """One invented person as a form or a list states him."""

    name: str
    id_no: str
    born: date
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with its truth and the kind of trouble it shows."""

    kind: str
    one: Known
    other: Known
    same: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """查准率、查全率 at one threshold: how many hits were right, how many of the right ones were found."""

    threshold: int
    precision: float
    recall: float


def _id(born: date, serial: int) -> str:
    first = f"649901{born:%Y%m%d}{serial % 1000:03d}"
    return first + check_character(first)


def people(many: int = MANY, seed: int = 640) -> list[Known]:
    """Invented people of area 6499 whose names are those of the demonstration and mixtures of them."""
    luck = random.Random(seed)
    shown = [str(one.demo_answers(n)["patient_name"]) for one in programmes() if one.demo_answers for n in range(20)]
    dotted = [name for name in shown if MIDDLE_DOT in name]
    plain = [name for name in shown if MIDDLE_DOT not in name]
    first, last = [surname(name) for name in plain], [name[len(surname(name)) :] for name in plain]
    found = []
    for number in range(many):
        name = luck.choice(dotted) if number % 12 == 0 else luck.choice(first) + luck.choice(last)
        born = date(1935, 1, 1) + timedelta(days=luck.randrange(25_000))
        address = f"演示{luck.choice('东西南北')}村{luck.randrange(1, 12)}组{luck.randrange(1, 120)}号"
        found.append(Known(name, _id(born, number), born, f"199{number:08d}", address))
    return found


def _homophone(one: Known, luck: random.Random) -> Known:
    return replace(one, name="".join(HOMOPHONES.get(char, char) for char in one.name), id_no="")


def _no_dot(one: Known, luck: random.Random) -> Known:
    return replace(one, name=one.name.replace(MIDDLE_DOT, luck.choice(["", "•", "."])), id_no="")


def _turned(one: Known, luck: random.Random) -> Known:
    parts = (
        one.name.split(MIDDLE_DOT)
        if MIDDLE_DOT in one.name
        else [surname(one.name), one.name[len(surname(one.name)) :]]
    )
    return replace(one, name="".join(reversed(parts)), id_no="")


def _typo(one: Known, luck: random.Random) -> Known:
    """Two digits of the birth date exchanged; the list has no ID number but a phone."""
    year = f"{one.born:%Y}"
    wrong = date(int(year[:2] + year[3] + year[2]), one.born.month, min(one.born.day, 28))
    return replace(one, born=wrong if 1930 < wrong.year < 2010 else one.born + timedelta(days=9), id_no="")


def _old_id(one: Known, luck: random.Random) -> Known:
    return replace(one, id_no=one.id_no[:6] + one.id_no[8:17], name=_homophone(one, luck).name, phone="")


def _bare(one: Known, luck: random.Random) -> Known:
    return replace(one, id_no="", phone="", address="")


def _second_id(one: Known, luck: random.Random) -> Known:
    return replace(one, id_no=_id(one.born, luck.randrange(1000)))


def _twin(one: Known, luck: random.Random) -> Known:
    other = luck.choice([char for char in "明亮平安宁静" if char != one.name[-1]])
    return replace(one, name=one.name[:-1] + other, id_no=_id(one.born, luck.randrange(1000)))


def _child(one: Known, luck: random.Random) -> Known:
    born = one.born + timedelta(days=9000 + luck.randrange(2000))
    return replace(
        one, name=surname(one.name) + luck.choice(["小明", "婷", "子轩", "海涛"]), born=born, id_no=_id(born, 7)
    )


def _namesake(one: Known, luck: random.Random) -> Known:
    born = one.born + timedelta(days=400 + luck.randrange(4000))
    return Known(one.name, _id(born, 9), born, f"1990000{luck.randrange(10_000):04d}", "演示新城八区")


def _same_day(one: Known, luck: random.Random) -> Known:
    """The same name and birthday, another number, phone and home: it happens in a province of few surnames."""
    return Known(
        one.name, _id(one.born, luck.randrange(1000)), one.born, f"1990001{luck.randrange(10_000):04d}", "演示新城九区"
    )


Change = Callable[[Known, random.Random], Known]
SAME: dict[str, Change] = {
    "homophone": _homophone, "dot": _no_dot, "turned": _turned, "typo": _typo, "old_id": _old_id, "bare": _bare, "second_id": _second_id,
}  # fmt: skip
OTHER: dict[str, Change] = {"twin": _twin, "child": _child, "namesake": _namesake, "same_day": _same_day}


def pairs(many: int = MANY, seed: int = 640) -> list[Pair]:
    """标注样本: for each person one pair of each kind that his name allows, and one with a stranger."""
    luck, found = random.Random(seed), []
    everybody = people(many, seed)
    for number, one in enumerate(everybody):
        for same, changes in ((True, SAME), (False, OTHER)):
            for kind, change in changes.items():
                other = change(one, luck)
                if kind != "dot" or MIDDLE_DOT in one.name:
                    found.append(Pair(kind, one, other, same))
        found.append(Pair("stranger", one, everybody[(number + 1) % many], False))
    return found


def judged(pair: Pair) -> Match:
    """One pair compared as the product compares."""
    sides = [
        side(name=known.name, id_no=known.id_no, born=known.born, phones=[known.phone], address=known.address)
        for known in (pair.one, pair.other)
    ]
    return compare(*sides)


def measure(found: Sequence[tuple[bool, int]], thresholds: Sequence[int]) -> list[Measured]:
    """查准率、查全率 of truths with their scores, at each threshold."""
    measured = []
    for threshold in thresholds:
        hits = [same for same, score in found if score >= threshold]
        right = sum(hits)
        true = sum(same for same, _score in found)
        measured.append(Measured(threshold, right / len(hits) if hits else 1.0, right / true if true else 1.0))
    return measured
