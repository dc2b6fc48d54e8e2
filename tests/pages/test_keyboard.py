"""The whole way of an applicant and of a reviewer with Tab, arrows, Space and Enter, never a pointer."""

import re
from typing import Any
from urllib.request import urlopen

import pytest

from cases.access.demo import PASSWORD
from cases.apply.forms import FEW
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.programme import programme
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
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


def answer(keys: Keyboard, question: Any, value: Any) -> None:
    """Answers the question of this page as its kind is asked; what need not be answered stays open."""
    if question.kind == "division":
        for length in (6, 9):
            keys.pick("area", value[:length]).to("^下一步$").enter()
        keys.pick("value", value)
    elif question.kind == "yes_no":
        keys.choose("value", "yes" if value else "no")
    elif question.kind == "choice":
        if len(question.choices) > FEW:
            keys.to(name="q").type(str(dict(question.choices)[value])).enter()
        keys.choose("value", value)
    elif question.kind == "date":
        for part, number in zip(("year", "month", "day"), value.split("-"), strict=True):
            keys.to(name=f"value_{part}").type(number)
    elif value is not None:
        keys.to(name="value").type(str(value))
    keys.to(GO_ON).enter()


def fill_in(keys: Keyboard, draft: str, parts: list[str]) -> list[str]:
    """Every question of every part of the task list, each page by 继续 to the next; the keys of the questions."""
    card, given, met = programme("rare_disease"), programme("rare_disease").demo_answers(1), []
    for part in parts:
        keys.open(draft).to(href=part).enter()
        while keys.path != draft:
            met.append(keys.path.split("?")[0].rsplit("/", 1)[1])
            answer(keys, card.question(met[-1]), given.get(met[-1]))
    return met


def give_papers(keys: Keyboard, draft: str, codes: list[str]) -> None:
    """Each paper from the list: choose the file, 上传, back to the list."""
    for code in codes:
        keys.open(f"{draft}/materials").to(href=f"{draft}/materials/{code}").enter()
        keys.attach("file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(code, seed=1).read()})
        keys.to("^上传$").enter()
        assert "第 1 张" in keys.words


@pytest.mark.timeout(600)
def test_an_applicant_files_a_whole_application_by_keyboard(open_programme: None, live_server: Any):
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
        links = keys.page.locator(".tasks a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        met = fill_in(
            keys, draft, [href for href in links if not href.endswith(("/materials", "/consents", "/invoices"))]
        )
        assert len(met) == len(set(met)) > 25
        keys.open(f"{draft}/materials")
        papers = keys.page.locator(".tasks a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        give_papers(keys, draft, [href.rsplit("/", 1)[1] for href in papers])
        keys.open(draft).to(href=f"{draft}/consents").enter()
        keys.choose("processing", "yes").choose("economic", "yes").choose("publicity", "no").to(GO_ON).enter()
        keys.to("^核对并提交", href=f"{draft}/check").enter()
        keys.to("^提交申请$").enter()
        assert keys.page.locator(".error-summary").count() == 1
        keys.to(name="truth").press("Space").to("^提交申请$").enter()
        assert keys.path.startswith("/done/640422-")
        assert keys.faults == []
    case = Case.objects.get()
    assert case.state == "INTAKE" and answers(case)["account_no"]


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
        assert keys.path == f"/case/{case.number}/?from=queue%3Dopen"
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
