"""The demonstration's screenings (演示筛查): one campaign for each programme that has them and a policy, a hundredth of a year's people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from cases.access.models import User
from cases.access.queries import current_posts
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import policies_in_force
from cases.people.rules import check_character
from cases.screening import actions
from cases.screening.models import Campaign, Registration, Session
from cases.screening.outcomes import EARS, EYES
from cases.screening.queries import screened_programmes
from cases.screening.rules import COLUMNS
from cases.screening.seen import operable
from cases.sheets import digest

COUNTY, TOWN = "640422", "640422100"
VILLAGES = ("640422100991", "640422100992")
PEOPLE = {EYES: 120, EARS: 60}
LEFT_FOR_THE_PAGE = 6
"""So many of today's session wait for somebody to enter them."""
DRAFTS = 3
HELPER = "agent1"
"""Who helps in the village of a screening that is walked on from."""
STANDARD = {EYES: "GB11533", EARS: "WHO1997"}
TEAM = {EYES: "HOS", EARS: "FIT"}
SURNAMES, GIVEN = "马杨李王张田海白金丁", ("秀英", "玉兰", "生福", "桂花", "文明", "存义", "翠莲", "占海", "凤琴")


def screenings(cast: Mapping[str, User], say: Callable[[str], None]) -> int:
    """Plan, register from a spreadsheet, examine, and help a few on to drafts; answers how many were examined."""
    in_force, seen = policies_in_force(clock.today()), 0
    for place, card in enumerate(screened_programmes()):
        if card.slug in in_force:
            seen += _campaign(cast, card, place)
    if seen:
        say(f"{seen} 人已筛查")
    return seen


def _campaign(cast: Mapping[str, User], card: Any, place: int) -> int:
    team = _team(card.screening)
    if team is None:
        return 0
    campaign, session = _begun(cast, card, team, f"{clock.today().year} 年筛查 {card.name}")
    _register(campaign, session, cast["xiji_intake"], PEOPLE[card.screening], place)
    seen = _examine(session, team, card.screening)
    for row in operable(cast["xiji_intake"], campaign)[0][:DRAFTS]:
        actions.refer_into_cases(registration=row, by=cast["xiji_intake"])
    return seen


def screened(cast: Mapping[str, User], card: Any, given: Mapping[str, Any]) -> Case:
    """筛查转来: a campaign in which the village's helper registers one person, who is examined and helped on to a draft."""
    team = _team(card.screening)
    if team is None:
        raise LookupError(f"nobody examines {card.screening} in {COUNTY}")
    title = f"{clock.today().year} 年筛查 {card.name}：{given['patient_id_no'][-6:]}"
    campaign, session = _begun(cast, card, team, title)
    told = (
        given["patient_name"],
        given["patient_id_no"],
        given["patient_phone"],
        VILLAGES[0],
        "本人签字",
        clock.today().isoformat(),
    )
    row = actions.register_person(
        campaign=campaign, given=dict(zip(COLUMNS, told, strict=True)), session=session, by=cast[HELPER]
    )
    found = FOUND[card.screening](0)
    actions.record_result(registration=row, findings=found, examined_on=clock.today(), by=team)
    return actions.refer_into_cases(registration=row, by=cast["xiji_intake"])


def _begun(cast: Mapping[str, User], card: Any, team: User, title: str) -> tuple[Campaign, Session]:
    """A campaign that the county has announced, and a session of today."""
    today = clock.today()
    campaign = actions.plan_campaign(
        programme=card.slug, title=title, starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=60), standard=STANDARD[card.screening], by=cast["prov_review"],
    )  # fmt: skip
    actions.set_quota(campaign=campaign, county_code=COUNTY, places=20, by=cast["prov_head"])
    actions.announce_campaign(campaign=campaign, county_code=COUNTY, by=cast["xiji_intake"])
    session = actions.arrange_session(
        campaign=campaign, division_code=TOWN, site="吉强镇卫生院（演示）", on_day=today, team=team.posts.get().office,
        capacity=200, by=cast["xiji_intake"],
    )  # fmt: skip
    return campaign, session


def _team(kind: str) -> User | None:
    posts = list(current_posts().filter(role__in=set(TEAM.values()), office__division_code=COUNTY[:4]))
    posts.sort(key=lambda post: post.role_id != TEAM[kind])
    return posts[0].user if posts else None


def _register(campaign: Campaign, session: Session, by: User, many: int, place: int) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([list(COLUMNS), *_people(many, place)])
    data = out.getvalue().encode()
    made = actions.begin_import(campaign=campaign, data=data, tried_sha256=digest(data), session=session, by=by)
    while actions.carry_on(source=made.pk, by=None):
        pass


def _people(many: int, place: int) -> Iterator[list[str]]:
    agreed = clock.today().isoformat()
    for number in range(many):
        born = date(1940 + number % 24, number % 12 + 1, number % 28 + 1)
        first = f"64994{place}{born:%Y%m%d}{number:03d}"
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
        phone = f"1990003{place}{number:03d}"
        yield [name, first + check_character(first), phone, VILLAGES[number % 2], "本人签字", agreed]


def _examine(session: Session, team: User, kind: str) -> int:
    found = FOUND[kind]
    rows = list(Registration.objects.filter(session=session).order_by("serial"))[:-LEFT_FOR_THE_PAGE]
    for number, row in enumerate(rows):
        actions.record_result(registration=row, findings=found(number), examined_on=clock.today(), by=team)
    return len(rows)


def _eyes(number: int) -> dict[str, Any]:
    """A tenth operable, some clouded, a few with another disease or not to be operated now, the others well."""
    well = {"right_bare": "4.9", "right_lens": "none", "left_bare": "1.0", "left_lens": "none"}
    if number % 10 == 0:
        graded = {"right_nc": "4.0", "right_no": "4.0", "right_c": "2.5", "right_p": "1.0", "right_pressure": "15"}
        return (
            well
            | graded
            | {"right_bare": ("0.2", "指数/30cm", "4.2", "手动")[number // 10 % 4], "right_lens": "marked"}
        )
    if number % 10 == 3:
        return well | {"left_bare": "0.5", "left_lens": "some"}
    if number % 40 == 7:
        return well | {"left_bare": "0.1", "left_lens": "some", "against": ["sugar"]}
    if number % 20 == 14:
        return well | {"right_others": ["pterygium"]}
    return well


def _ears(number: int) -> dict[str, Any]:
    """A twelfth in the range of a aid, a few too severe or with something for the ear doctor, the others lighter."""
    better = 58 if number % 12 == 0 else 96 if number % 30 == 7 else 32 if number % 3 == 1 else 18
    levels = {"right": better, "left": better + 6}
    found = {
        f"{side}_{hertz}": str(db + step)
        for side, db in levels.items()
        for step, hertz in enumerate((500, 1000, 2000, 4000))
    }
    return found | ({"flags": ["discharge"]} if number % 25 == 11 else {})


FOUND: dict[str, Callable[[int], dict[str, Any]]] = {EYES: _eyes, EARS: _ears}
"""What is found, by the number of the person; the first one may be helped."""
