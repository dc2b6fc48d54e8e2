"""Pages as they look when something is full, empty, wrong or forbidden: nothing for axe, no sideways scrolling at 320 px."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.money import actions as money
from cases.publicity import actions as publicity
from cases.publicity.models import PublicList
from tests.desk.road import copies
from tests.pages.browsing import Act, Browser
from tests.pages.people import session
from workflows import actions
from workflows.desk.paging import PAGE
from workflows.desk.panel import actions as meetings
from workflows.walking import drive

WAYS = [("zh-hans", "normal", 390), ("en", "elder", 390), ("zh-hans", "elder", 1280), ("en", "normal", 1280)]
EVERY_WAY = os.environ.get("EVERY_WAY") == "yes"
LONG_NAME = "阿卜杜热合曼·𠮷䶮𬬭·买买提依明江·𡈁" * 2


@dataclass(frozen=True)
class Look:
    """A page, for whom, after doing what, with which answer."""

    who: str | None
    path: str
    act: Act | None = None
    status: int = 200


def submit(button: str) -> Act:
    """Press the first button of the page's content with that name."""
    return lambda page: page.locator(button).first.click()


def stale(page: Any) -> None:
    """Take work that somebody else touched since this page was opened."""
    page.evaluate("document.querySelector('[name=row_version]').value = '999'")
    page.locator("form[action$='/claim'] button").click()


def refuse_without_words(page: Any) -> None:
    """不予受理 with neither reason nor opinion."""
    page.locator("[name=outcome][value=not_accept]").check(force=True)
    page.locator("[name=phase][value=check]").click()


def track(number: str, tail: str) -> Act:
    """Ask for the progress of a case."""

    def ask(page: Any) -> None:
        page.fill("[name=number]", number)
        page.fill("[name=tail]", tail)
        page.locator("main button").click()

    return ask


@pytest.fixture
def nothing_is_wrong(transactional_db: Any, cast: Any, live_server: Any) -> Callable[[list[Look]], None]:
    """Looks at pages in turn in one language, size and width after the other."""

    def look(pages: list[Look]) -> None:
        cookies = {one.who: session(cast[one.who]) if one.who else {} for one in pages}
        faults: list[Any] = []
        with Browser(live_server.url) as browser:
            for place, one in enumerate(pages):
                for turn in range(len(WAYS) if EVERY_WAY else 1):
                    language, size, width = WAYS[(place + turn * 3) % len(WAYS)]
                    faults += browser.look(
                        one.path, who=one.who, cookies=cookies[one.who], language=language, size=size, width=width,
                        act=one.act, status=one.status,
                    )  # fmt: skip
        assert not faults, "\n".join(map(str, faults))

    return look


def test_full_and_empty_queues_and_what_a_reviewer_may_not_do_are_for_everybody(
    nothing_is_wrong: Any, cast: Any, published: Any
):
    published("rare_disease")
    first, second = [drive.apply(slug="rare_disease", number=n, by=cast[f"applicant{n}"]) for n in (1, 2)]
    Case.objects.filter(pk=first.pk).update(masked_name=LONG_NAME[:40])
    intake = drive.person_for(drive.open_item(first))
    copies(drive.open_item(first), PAGE)
    actions.claim(item=drive.open_item(second), by=intake)
    nothing_is_wrong(
        [
            Look(intake.username, reverse("desk:home")),
            Look(intake.username, reverse("desk:queue", args=["soon"])),
            Look("prov_review", reverse("desk:home")),
            Look(intake.username, f"/case/{second.number}/", refuse_without_words),
            Look(intake.username, f"/case/{first.number}/", stale, 409),
            Look(intake.username, reverse("case:terminate", args=[first.number]), None, 403),
            Look("fin_make", f"/case/{first.number}/", None, 404),
        ]
    )


def test_wrong_answers_a_supplement_and_tracking_are_for_everybody(nothing_is_wrong: Any, cast: Any, published: Any):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=2, by=cast["applicant2"])
    draft = dossier.new_draft(programme="rare_disease", by=cast["applicant1"], channel="phone")
    missing = {"kind": "material", "key": "D02", "reason": "S01", "note": "看不清"}
    drive.step(case, "supplement", data={"items": [missing]}, reasons=["S01"])
    tail = str(case.patient.id_no)[-4:]
    nothing_is_wrong(
        [
            Look("applicant1", f"/draft/{draft.token}/patient_name", submit("main form button"), 422),
            Look("applicant1", f"/draft/{draft.token}/applicant_kind", submit("main form button"), 422),
            Look("applicant2", f"/track/{case.number}/fix"),
            Look(None, "/track", track(case.number, tail)),
            Look(None, "/track", track(case.number, "0000"), 422),
            Look(None, "/nowhere", None, 404),
        ]
    )


def test_the_pages_of_panel_money_notice_and_inspection_are_for_everybody(
    nothing_is_wrong: Any, cast: Any, published: Any, funded: Any
):
    published("rare_disease")
    purse = funded("rare_disease", "90000")
    paid, listed, meeting = [
        drive.apply(slug="rare_disease", number=n, by=cast[f"applicant{n}"]) for n in (1, 2, 3)
    ]  # fmt: skip
    drive.to(paid, "PANEL")
    drive.to(listed, "PANEL")
    head, members = cast["prov_head"], [cast[f"panel{n}"] for n in range(1, 6)]
    ended = drive.panel([paid, listed], head=head, members=members)
    drive.give_notice([paid], by=cast["publicity"])
    drive.end_notice(by=head)
    drive.step(paid, "grant")
    batch = money.build_batch(fund=purse, by=cast["fin_make"])
    drive.give_notice([listed], by=cast["publicity"])
    objection = publicity.file_objection(entry=listed.public_entries.get(), text="名单上这户人家有两辆车，请核查。")
    drive.to(meeting, "PANEL")
    called = meetings.call_meeting(held_on=clock.today(), items=[drive.open_item(meeting).pk], by=head)
    meetings.sign_in(meeting=called, by=members[0])
    item = called.items.get()
    nothing_is_wrong(
        [
            Look("fin_make", reverse("money:batch", args=[batch.number])),
            Look("panel1", reverse("panel:item", args=[called.number, item.pk])),
            Look("panel1", reverse("panel:meeting", args=[ended.number])),
            Look("panel1", reverse("panel:print_minutes", args=[ended.number])),
            Look("prov_head", reverse("publicity:one_objection", args=[objection.token])),
            Look(None, reverse("publicity:page", args=[PublicList.objects.get(state="open").token])),
            Look("inspector", reverse("inspection:case", args=[paid.number])),
        ]
    )
