"""Everybody who was seen gets one of five results, by thresholds that are data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.policy.rules import Policy, Row
from cases.screening import ears, sight
from cases.screening.outcomes import (
    CONTRA,
    CONTRA_EYE,
    EARS,
    EYES,
    NORMAL,
    OBSERVE,
    OPERABLE,
    OTHER_EYE,
    OUTCOMES,
    REFER,
    SHIPPED,
    Eye,
    Found,
    of_ears,
    of_eyes,
    thresholds,
)

CLEAR = Eye(sight.read("1.0"))


def eyes(right: Eye, left: Eye = CLEAR, *, age: int = 70, against: tuple[str, ...] = (), **limits: str) -> Found:
    return of_eyes({"right": right, "left": left}, age=age, against=against, limits=SHIPPED[EYES] | limits)


def cloudy(text: str, best: str = "", **more: Any) -> Eye:
    return Eye(sight.read(text), sight.read(best) if best else None, "some", **more)


@pytest.mark.parametrize(
    ("found", "outcome", "sides"),
    [
        (eyes(CLEAR), NORMAL, ()),
        (eyes(cloudy("0.3")), OPERABLE, ("right",)),
        (eyes(cloudy("4.5"), cloudy("指数")), OPERABLE, ("right", "left")),
        (eyes(cloudy("0.4")), OBSERVE, ()),
        (eyes(cloudy("0.2", "0.5")), OBSERVE, ()),
        (eyes(cloudy("0.5", is_needed=True)), OPERABLE, ("right",)),
        (eyes(cloudy("0.2"), age=59), REFER, ()),
        (eyes(cloudy("0.2"), against=("sugar",)), CONTRA, ("right",)),
        (eyes(cloudy("无光感")), CONTRA, ("right",)),
        (eyes(cloudy("无光感"), cloudy("手动")), OPERABLE, ("left",)),
        (eyes(Eye(sight.read("0.8"), others=("glaucoma",))), REFER, ()),
        (eyes(Eye(sight.read("0.2"), grades={"c": Decimal("2.0")})), OPERABLE, ("right",)),
        (eyes(Eye(sight.read("0.2"), grades={"c": Decimal("1.9")})), REFER, ()),
        (eyes(cloudy("0.2", pressure=Decimal("21"))), OPERABLE, ("right",)),
        (eyes(cloudy("0.2", pressure=Decimal("21.1"))), REFER, ()),
        (eyes(cloudy("0.2"), cloudy("0.1", pressure=Decimal("30"))), OPERABLE, ("right",)),
        (eyes(Eye(sight.read("1.0"), pressure=Decimal("25"))), REFER, ()),
        (eyes(Eye(sight.read("0.1"))), REFER, ()),
    ],
)
def test_each_finding_has_its_result(found: Found, outcome: str, sides: tuple[str, ...]) -> None:
    assert (found.outcome, found.sides) == (outcome, sides)
    assert found.reasons and (outcome != REFER or found.refer_for)


def test_another_disease_beside_an_operable_eye_is_referred_as_well() -> None:
    found = eyes(cloudy("0.2", others=("pterygium",)))
    assert found.outcome == OPERABLE and found.refer_for == ("pterygium",)


def test_the_thresholds_are_data() -> None:
    assert eyes(cloudy("0.3"), vision_at_most="0.2").outcome == OBSERVE
    assert eyes(cloudy("0.3"), age=56, age_from="55").outcome == OPERABLE


def test_a_policys_own_rows_count_before_the_examples() -> None:
    policy = Policy.from_rows(
        [Row("eligibility", "age_from", {"count": 65}), Row("eligibility", "vision_at_most", {"amount": "0.2"})]
    )
    assert thresholds(EYES, policy) == SHIPPED[EYES] | {"age_from": "65", "vision_at_most": "0.2"}
    assert thresholds(EYES, None) == SHIPPED[EYES] and thresholds(EARS, policy)["age_from"] == "65"


SEEN = st.sampled_from(["无光感", "光感", "手动", "指数", "0.02", "0.1", "0.3", "0.4", "4.9", "1.0"]).map(sight.read)
ANY_EYE = st.builds(
    Eye, SEEN, st.none() | SEEN, st.sampled_from(["none", "some", "marked"]),
    st.lists(st.sampled_from(sorted(OTHER_EYE)), max_size=2).map(tuple), st.booleans(), st.just({}),
    st.none() | st.decimals(1, 80, places=1),
)  # fmt: skip


@given(ANY_EYE, ANY_EYE, st.integers(0, 110), st.lists(st.sampled_from(sorted(CONTRA_EYE)), max_size=2).map(tuple))
def test_nobody_is_operated_who_may_not_be(right: Eye, left: Eye, age: int, against: tuple[str, ...]) -> None:
    found = eyes(right, left, age=age, against=against)
    assert found.outcome in OUTCOMES and found.reasons
    if found.outcome == OPERABLE:
        assert found.sides and age >= 60 and not against
        for side, eye in (("right", right), ("left", left)):
            if side in found.sides:
                assert eye.lens != "none" and not eye.bare.is_blind and not eye.is_high(Decimal(21))
                assert eye.is_needed or eye.seen.is_at_most(Decimal("0.3"))


# --- ears -------------------------------------------------------------------------------------------------------------
def heard(
    right: int, left: int, *, age: int = 70, flags: tuple[str, ...] = (), wears_one: bool = False, **limits: str
) -> Found:
    both = {
        side: {hertz: ears.read(str(db)) for hertz in ears.FREQUENCIES}
        for side, db in (("right", right), ("left", left))
    }
    return of_ears(
        both, age=age, flags=flags, wears_one=wears_one, standard="WHO1997", limits=SHIPPED[EARS] | limits
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "outcome", "sides"),
    [
        (heard(15, 20), NORMAL, ()),
        (heard(30, 35), OBSERVE, ()),
        (heard(31, 60), OBSERVE, ()),
        (heard(30, 60), REFER, ()),
        (heard(40, 40), OBSERVE, ()),
        (heard(41, 70), OPERABLE, ("right", "left")),
        (heard(41, 80), REFER, ()),
        (heard(41, 80, ear_difference="40"), OPERABLE, ("right", "left")),
        (heard(75, 100), OPERABLE, ("right",)),
        (heard(90, 95), OPERABLE, ("right",)),
        (heard(91, 91), REFER, ()),
        (heard(60, 60, flags=("vertigo",)), REFER, ()),
        (heard(60, 60, flags=("wax",)), REFER, ()),
        (heard(60, 60, age=59), REFER, ()),
        (heard(60, 60, wears_one=True), OBSERVE, ()),
        (heard(60, 60, loss_from="61"), OBSERVE, ()),
    ],
)
def test_each_loss_has_its_result(found: Found, outcome: str, sides: tuple[str, ...]) -> None:
    assert (found.outcome, found.sides) == (outcome, sides)
    assert set(found.averages) == {"right", "left"} and found.grade is not None


def test_a_frequency_that_was_not_measured_is_asked_for() -> None:
    both = {side: {500: ears.read("40")} for side in ("right", "left")}
    with pytest.raises(ears.EarsFault):
        of_ears(both, age=70, flags=(), wears_one=False, standard="WHO1997", limits=SHIPPED[EARS])


@given(st.integers(-10, 120), st.integers(-10, 120), st.integers(0, 110), st.booleans())
def test_nobody_gets_an_aid_who_may_not(right: int, left: int, age: int, wears_one: bool) -> None:
    found = heard(right, left, age=age, wears_one=wears_one)
    assert found.outcome in OUTCOMES
    if found.outcome == OPERABLE:
        assert 41 <= min(right, left) <= 90 and age >= 60 and not wears_one and found.sides
