"""A screening in these tests: a campaign of the programme that lives only in tests, and villagers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.access.models import User
from cases.calendar import clock
from cases.screening import actions
from cases.screening.models import Campaign, Registration, Session
from cases.screening.rules import AGREED, COLUMNS, CONSENT, ID, NAME, PHONE, PLACE
from tests.people import person

XIJI, ZHONGNING, VILLAGE = "640422", "640521", "640422100991"
OLD = date(1950, 5, 20)
SEEN_WELL = {"right_bare": "1.0", "right_lens": "none", "left_bare": "4.9", "left_lens": "none"}
CLOUDED = SEEN_WELL | {"left_bare": "０．２", "left_lens": "some"}


def plan(
    cast: Any,
    title: str = "秋季筛查",
    *,
    programme: str = "two_step",
    standard: str = "GB11533",
    county: str = XIJI,
    places: int = 10,
) -> Campaign:
    """A campaign that the county has announced."""
    today = clock.today()
    made = actions.plan_campaign(
        programme=programme, title=title, starts_on=today - timedelta(days=3), ends_on=today + timedelta(days=30),
        standard=standard, by=cast["prov_review"],
    )  # fmt: skip
    actions.set_quota(campaign=made, county_code=county, places=places, by=cast["prov_head"])
    by = cast["xiji_intake"] if county == XIJI else cast["zhongning_clerk"]
    actions.announce_campaign(campaign=made, county_code=county, by=by)
    return made


def day_of(campaign: Campaign, team: User, cast: Any, *, capacity: int = 200, site: str = "镇卫生院") -> Session:
    """A session of today in the town."""
    return actions.arrange_session(
        campaign=campaign, division_code="640422100", site=site, on_day=clock.today(), team=team.posts.get().office,
        capacity=capacity, by=cast["xiji_intake"],
    )  # fmt: skip


def told(number: int = 1, *, born: date = OLD, place: str = VILLAGE, **changes: Any) -> dict[str, Any]:
    """A villager by the columns of the register."""
    name, id_no = person(number, born=born)
    return {
        NAME: name, ID: id_no, PHONE: f"1990002{number:04d}", PLACE: place, CONSENT: "本人签字",
        AGREED: changes.get(AGREED) or clock.today().isoformat(),
    } | changes  # fmt: skip


def rows(*people: dict[str, Any]) -> list[list[Any]]:
    """The cells of a register."""
    return [list(COLUMNS), *([one[name] for name in COLUMNS] for one in people)]


def register(
    campaign: Campaign, by: Any, number: int = 1, *, session: Session | None = None, **more: Any
) -> Registration:
    """Register one villager."""
    return actions.register_person(campaign=campaign, given=told(number, **more), session=session, by=by)


def examine(row: Registration, by: Any, findings: Any = CLOUDED) -> Any:
    """Enter what was found today."""
    return actions.record_result(registration=row, findings=findings, examined_on=clock.today(), by=by)
