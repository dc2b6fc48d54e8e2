"""Every page that people reach by links: nothing for axe to find, no sideways scrolling, nothing the content policy stops."""

import os
from itertools import product
from typing import Any

import pytest
from django.conf import settings

from cases.calendar import clock
from cases.outgoing.models import Outgoing
from tests.pages.browsing import Browser, Fault
from tests.pages.crawl import kind_of, reachable
from workflows.engine import incidents
from workflows.reports.counting import count
from workflows.walking import drive

WAYS = [("zh-hans", "normal", 390), ("en", "elder", 390), ("zh-hans", "elder", 1280), ("en", "normal", 1280)]
EVERY_WAY = os.environ.get("EVERY_WAY") == "yes"
PRODUCT = list(product(("zh-hans", "en"), ("normal", "elder"), (390, 1280)))
MAIN = {
    "dossier:home", "dossier:guide", "dossier:draft", "dossier:question", "dossier:materials", "dossier:consents",
    "dossier:case", "desk:home", "case:home", "case:tab", "panel:meeting", "publicity:list", "money:home",
    "policy:version", "inspection:case", "running:home", "running:group",
}  # fmt: skip
"""Looked at in the whole product of language, letter size and width when `EVERY_WAY` is set (`make axe`)."""
PEOPLE: dict[str | None, list[str]] = {
    None: ["/", "/apply", "/apply/rare_disease", "/track", "/accounts/login/", "/accounts/login/code/"],
    "applicant1": ["/my", "/"],
    "xiji_intake": ["/desk/", "/desk/mine"],
    "xiji_review": ["/desk/"],
    "panel1": ["/panel/", "/desk/"],
    "prov_head": ["/panel/", "/desk/", "/reports/"],
    "prov_review": ["/past-grants/", "/lists/", "/screening/"],
    "publicity": ["/public/desk/"],
    "fin_make": ["/money/"],
    "policy_edit": ["/policy/"],
    "inspector": ["/inspect/"],
    "auditadmin": ["/account-log/"],
    "sysadmin": ["/operations/"],
}


@pytest.fixture
def office(transactional_db: Any, cast: Any, published: Any, funded: Any) -> None:
    """An office at work: cases at several steps, a meeting, a public list, a payment batch and a draft."""
    published("rare_disease")
    funded("rare_disease", "90000")
    people = [cast[f"applicant{n}"] for n in range(1, 5)]
    listed, meeting, review, _intake = [
        drive.apply(slug="rare_disease", number=n, by=person) for n, person in enumerate(people, 1)
    ]
    drive.apply(slug="rare_disease", number=9, by=cast["applicant1"], submit=False)
    drive.to(listed, "PANEL")
    drive.panel([listed], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([listed], by=cast["publicity"])
    drive.to(meeting, "PANEL")
    drive.to(review, "COUNTY")
    clock.move_demo_clock(days=2, by=cast["prov_head"])
    assert count() == 1
    now = clock.now()
    Outgoing.objects.create(
        topic="notice", key="x", created_at=now, available_at=now, parked_at=now, error="TimeoutError"
    )
    incidents.sweep()


@pytest.mark.skipif(not EVERY_WAY, reason="make axe goes to every page; what a room shows is looked at by its own test")
@pytest.mark.timeout(3600)
def test_axe_finds_nothing_on_any_page_that_people_reach(office: None, live_server: Any):
    known: set[str] = set()
    found = {who: reachable(who, starts, known=known) for who, starts in PEOPLE.items()}
    faults = [Fault("link", dead) for reach in found.values() for dead in reach.dead]
    place, looks, met = 0, 0, set[str]()
    with Browser(live_server.url) as browser:
        for who, reach in found.items():
            for path in reach.paths:
                is_main = kind_of(path).split("/")[0] in MAIN
                ways = PRODUCT if EVERY_WAY and is_main else [WAYS[place % len(WAYS)]]
                met |= {kind_of(path).split("/")[0]}
                place, looks = place + 1, looks + len(ways)
                for language, size, width in ways:
                    cookies = {settings.SESSION_COOKIE_NAME: reach.session} if reach.session else {}
                    faults += browser.look(path, who=who, cookies=cookies, language=language, size=size, width=width)
                print(f"{who or 'nobody'} {path}: {len(ways)} looks, {len(faults)} faults so far", flush=True)
    print(f"{place} pages, looked at {looks} times")
    assert not faults, "\n".join(map(str, faults))
    assert place > 30 and not MAIN - met
