"""Lists, pages, files and the API agree on what somebody may see, also a moment after a post has moved."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.models import Office, Post, User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.evidence.models import MaterialFile
from cases.evidence.queries import BANK_PAPER
from tests.matrix.world import World, nothing_stays

NUMBER = re.compile(r"\b\d{6}-\d{4}-\d{6}-\d\b")


@dataclass(frozen=True)
class List:
    """A list, who reads it, and whether it names what is not a case file of its own, such as a payout that is reserved."""

    who: str
    name: str
    args: tuple[str, ...] = ()
    query: str = ""
    names_more: bool = False
    is_empty: bool = False

    def __str__(self) -> str:
        return "-".join([self.who, self.name, *self.args, self.query])

    def address(self, world: World) -> str:
        """Its address, with the rows of the world in its blanks."""
        args = [world.rows[part[1:]] if part.startswith("@") else part for part in self.args]
        return (
            reverse(self.name, args=[getattr(part, "number", getattr(part, "code", part)) for part in args])
            + self.query
        )


LISTS = [
    List("xiji_intake", "desk:queue", ("done",)),
    List("xiji_review", "desk:queue", ("open",)),
    List("guyuan_city", "desk:queue", ("done",)),
    List("xiji_review", "desk:queue", ("soon",), is_empty=True),
    List("xiji_review", "desk:queue", ("waiting",)),
    List("xiji_review2", "desk:queue", ("mine",), is_empty=True),
    List("xiji_village", "desk:queue", ("done",)),
    List("xiji_review", "staffing:steps"),
    List("prov_head", "staffing:steps", query="?state=claimed", is_empty=True),
    List("xiji_review", "api:tasks"),
    List("xiji_intake", "api:tasks", query="?queue=done"),
    List("inspector", "inspection:search"),
    List("publicity", "publicity:board", is_empty=True),
    List("publicity", "publicity:objections"),
    List("panel1", "panel:meetings", is_empty=True),
    List("panel1", "panel:meeting", ("@meeting",)),
    List("prov_head", "panel:meeting", ("@meeting",)),
    List("prov_head", "panel:call", is_empty=True),
    List("fin_make", "money:fund", ("@fund",), names_more=True),
    List("fin_make", "money:build", ("@fund",), names_more=True),
    List("fin_check", "money:batch", ("@batch",), names_more=True),
    List("fin_release", "money:home", is_empty=True),
    List("prov_review", "past_grants:home", is_empty=True),
    List("prov_review", "operations:plan", ("@plan_key",)),
    List("prov_head", "api:plan_cases", ("@plan_key",)),
    List("xiji_review", "operations:suspensions", is_empty=True),
    List("prov_head", "operations:stuck", is_empty=True),
    List("applicant1", "dossier:my"),
]


@pytest.fixture
def undone(world: World) -> Iterator[World]:
    """The world; what a test does in it is undone."""
    with nothing_stays():
        yield world


def browser_of(name: str) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def named(browser: Client, address: str) -> set[str]:
    """The numbers of cases that a list names; none where it is refused."""
    answer = browser.get(address)
    assert answer.status_code in (200, 403, 404), answer.status_code
    if answer.status_code != 200:
        return set()
    return set(
        NUMBER.findall(json.dumps(answer.json()) if "json" in answer["Content-Type"] else answer.content.decode())
    )


def is_open_to(browser: Client, who: User, number: str) -> bool:
    """Whether page, API and a file of a case open; all of them or none."""
    case = Case.objects.get(number=number)
    page = (
        reverse("case:home", args=[number])
        if who.is_office or who.posts.exists()
        else reverse("dossier:case", args=[number])
    )
    paper = MaterialFile.objects.filter(case=case).exclude(material__code=BANK_PAPER).latest("pk")
    asked = [page, reverse("api:case", args=[number])]
    if not {"FM", "FC", "FR", "PUB"} & set(who.posts.values_list("role_id", flat=True)):  # they open no such paper
        asked.append(reverse("evidence:file", args=[paper.token]))
    found: Any = {browser.get(address).status_code for address in asked}
    assert found in ({200}, {404}), (asked, found)
    return found == {200}


ELSEWHERE = {"city": "6405", "county": "640521", "town": "640521100", "village": "640521100991"}


def move(who: User) -> None:
    """To the same post in another county or city; a post of the province, beside which there is none, ends."""
    for post in who.posts.select_related("role"):
        place = ELSEWHERE.get(post.role.level)
        if place is None:
            Post.objects.filter(pk=post.pk).update(ends_on=clock.today() - timedelta(days=1))
        else:
            office = (
                Office.objects.filter(division_code=place)
                .exclude(kind__in=["grassroots", "hospital", "fitting", "warehouse"])
                .first()
            )
            Post.objects.filter(pk=post.pk).update(office=office)


@pytest.mark.parametrize("one", LISTS, ids=str)
def test_a_list_names_what_its_reader_can_open_and_after_his_post_moved_nothing_of_the_old_area(
    undone: World, one: List
):
    who, browser, address = User.objects.get(username=one.who), browser_of(one.who), one.address(undone)
    before = named(browser, address)
    assert bool(before) is not one.is_empty
    opened = {number for number in before if is_open_to(browser, who, number)}
    assert one.names_more or opened == before
    if one.who == "applicant1":
        return
    move(who)
    after = named(browser, address)
    assert {number for number in after if is_open_to(browser, who, number)} == after
    assert not {number for number in after if Case.objects.get(number=number).handling_code.startswith("640422")}
    assert not [number for number in before if number not in after and is_open_to(browser, who, number)]
