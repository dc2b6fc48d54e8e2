"""The whole way of an applicant and of a reviewer with Tab, arrows, Space and Enter, never a pointer."""

import re
from typing import Any
from urllib.request import urlopen

import pytest

from cases.access.demo import PASSWORD
from cases.calendar import clock
from cases.consent import actions as consent
from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.evidence.queries import papers
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session
from workflows.walking import drive
from workflows.walking.papers import picture

PHONE = "19900000001"
GO_ON = "^继续$"


LAME = """<main id="main"><style>*:focus { outline: none; box-shadow: none }</style>
<p><a href="/x" tabindex="2">upper</a></p><p><a href="/y" tabindex="1">lower</a></p></main>"""


@pytest.fixture
def open_programme(transactional_db: Any, cast: Any, published: Any) -> None:
    """The rare-disease programme takes applications."""
    published("rare_disease")


def code_for(home: str, phone: str) -> str:
    """The six digits that came to the demonstration phone."""
    page = urlopen(f"{home}/accounts/demo-phone/?phone={phone}").read().decode()
    found = re.search(r"\b\d{6}\b", page.split(f'data-phone="{phone}"', 1)[1].split("<p>", 1)[1])
    assert found
    return found[0]


def test_an_applicant_signs_in_answers_and_gives_a_paper_by_keyboard(open_programme: None, live_server: Any):
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=390).open("/apply/rare_disease")
        keys.to("^开始申请$").enter()
        keys.to(name="phone").type(PHONE).enter()
        keys.to(name="code").type(code_for(live_server.url, PHONE)).enter()
        assert keys.path == "/apply/rare_disease/start"
        keys.to("^开始$").enter()
        draft = keys.path
        assert draft.startswith("/draft/")
        keys.tab()
        keys.press("Enter")
        assert keys.page.evaluate("document.activeElement.id") == "main"
        keys.open(draft).to("^谁来办").enter()
        keys.choose("value", "self").to(GO_ON).enter()
        keys.to("^患者").enter()
        keys.to(name="value").type("马秀兰").enter()
        keys.to(name="value").type(str(drive.programme("rare_disease").demo_answers(1)["patient_id_no"])).enter()
        keys.to(name="value").type(PHONE)
        assert keys.page.locator(".error-summary").count() == 0
        keys.to(GO_ON).enter()
        keys.open(f"{draft}/hukou_in_ningxia").choose("value", "yes").to(GO_ON).enter()
        keys.pick("area", "640422").to("^下一步$").enter()
        keys.pick("area", "640422100").to("^下一步$").enter()
        keys.pick("value", "640422100991").to(GO_ON).enter()
        assert keys.path.startswith(draft) and "hukou_division" not in keys.path
        keys.open(f"{draft}/materials/D02")
        keys.attach("file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture("D02").read()})
        keys.to("^上传$").enter()
        assert "第 1 张" in keys.page.content()
        assert keys.faults == []


def test_an_applicant_checks_and_submits_by_keyboard(open_programme: None, cast: Any, live_server: Any):
    person = cast["applicant1"]
    case = drive.apply(slug="rare_disease", number=1, by=person, submit=False)
    for paper in papers(case, today=clock.today()):
        if paper.required:
            evidence.add_file(case=case, material_code=paper.code, upload=picture(paper.code, seed=1), by=person)
    consent.give(case=case, answers=drive.AGREE, by=person)
    cookies = session(person)
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=390, cookies=cookies).open(f"/draft/{case.token}")
        keys.to("^核对并提交", href=f"/draft/{case.token}/check").enter()
        keys.to("^提交申请$").enter()
        assert keys.page.locator(".error-summary").count() == 1
        keys.to(name="truth").press("Space").to("^提交申请$").enter()
        assert keys.path.startswith("/done/640422-")
        assert keys.faults == []
    assert Case.objects.get(pk=case.pk).state == "INTAKE"


def test_a_reviewer_signs_in_takes_the_next_and_accepts_it_by_keyboard(
    open_programme: None, cast: Any, live_server: Any
):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    person = drive.person_for(drive.open_item(case))
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser).open("/accounts/login/?next=/desk/")
        keys.to(name="login").type(person.username).to(name="password").type(PASSWORD).to("^登录$").enter()
        assert keys.path == "/desk/"
        keys.to("^领取下一件$").enter()
        assert keys.path == f"/case/{case.number}/"
        keys.choose("outcome", "accept").to(name="opinion").type("材料齐全，予以受理。").to("^核对$").enter()
        assert "请核对，确认后不能修改" in keys.words
        keys.to("^确认$").enter()
        assert "已办结" in keys.words
        assert keys.faults == []
    case.refresh_from_db()
    assert case.state == "VERIFY"


def test_the_keyboard_notices_a_hidden_focus_a_jump_back_and_a_missing_skip_link(live_server: Any):
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser)
        keys.page.set_content(LAME)
        keys.to("^upper$")
        said = " ".join(keys.faults)
        assert "not the skip link" in said and "nothing shows the focus" in said and "comes after" in said
