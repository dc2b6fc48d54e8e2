"""What differs from road to road in a walk (走法): what must be there before, its own waits, its endings; found by what the road waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cases.access.models import User
from cases.programme import Programme
from workflows.walking import ears, endings, eyes
from workflows.walking.devices import enough
from workflows.walking.hospitals import hospitals

if TYPE_CHECKING:
    from workflows.walking.walk import Walk

Turn = Callable[["Walk"], None]


def _nothing(people: Mapping[str, User]) -> None:
    """No hospital and no device is needed."""


@dataclass(frozen=True)
class Ending:
    """结局: what a case ends as. It turns off at the first step that has the exit `at`: by that exit, or by `turn`."""

    title: str
    state: str
    at: str
    turn: Turn | None = None


@dataclass(frozen=True)
class Way:
    """走法: its fixtures, how the facts come about that only it waits for, its endings by name.

    `place` is the village of the case, `stranger` a clerk of another county. In Zhongning a single clerk serves the county,
    so that entrusted review (委托代审) happens; the only fitting centre is that of Guyuan, for Xiji.
    """

    prepare: Callable[[Mapping[str, User]], object] = _nothing
    facts: Mapping[str, Turn] = field(default_factory=dict)
    endings: Mapping[str, Ending] = field(default_factory=dict)
    place: str = "640521100991"
    stranger: str = "xiji_intake"


COMMON = {
    "not_accepted": Ending("不予受理", "NOT_ACCEPTED", "not_accept"),
    "lapsed": Ending("逾期未补，视为撤回", "LAPSED", "supplement"),
    "withdrawn": Ending("申请人撤回", "WITHDRAWN", "disagree", endings.withdraw),
    "terminated": Ending("办理中去世，终止", "TERMINATED", "disagree", endings.die),
    "rejected": Ending("不予救助，两人定", "REJECTED", "reject"),
    "objection": Ending("公示期异议成立", "REJECTED", "objection_upheld", endings.objection),
}
"""The endings of any road that has such an exit."""
OWN = {
    "urgent": Way(endings={"urgent": Ending("急难先行救助，集体追认，其余照常办", "CLOSED", "urgent")}),
    "treatment_done": Way(
        prepare=hospitals,
        facts={"treatment_done": eyes.treated, "claim_settled": eyes.claimed},
        endings={
            "not_suitable": Ending("术前检查不适合手术", "NOT_TREATED", "treatment_ended", eyes.not_suitable),
            "missed": Ending("两次失约，名额收回", "NOT_TREATED", "treatment_ended", eyes.missed),
            "declined": Ending("患者不做了", "NOT_TREATED", "treatment_ended", eyes.declined),
        },
    ),
    "fitted": Way(
        place="640422100991",
        stranger="zhongning_clerk",
        prepare=enough,
        facts={
            "audiogram_done": ears.tested,
            "fitted": ears.fitted,
            "check_done": ears.checked,
            "fee_due": ears.checked,
        },
        endings={
            "ear_doctor": Ending("有警示征象，转耳鼻喉科", "NOT_TREATED", "ear_referred", ears.referred),
            "refused": Ending("到了验配点，不要设备", "NOT_TREATED", "fitting_ended", ears.refused),
            "given_back": Ending("30 天内退回设备", "NOT_TREATED", "device_returned", ears.given_back),
        },
    ),
}
"""By an exit or fact of the road, what such a road has of its own."""


def way_of(card: Programme) -> Way:
    """The way of a programme's present road, with the endings that it has."""
    road: Any = card.roads[card.road]
    exits = {exit for name in road.reading_order for exit in getattr(getattr(road, name), "exits", {})}
    own = next((way for fact, way in OWN.items() if fact in exits), Way())
    return replace(own, endings={name: one for name, one in {**COMMON, **own.endings}.items() if one.at in exits})
