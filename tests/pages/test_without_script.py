"""Forms of applicants and reviewers work in a browser that runs no script, and their pages are light and keep to this host."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cases.calendar import clock
from cases.dossier import actions
from cases.dossier.queries import answers
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.evidence.queries import papers
from tests.pages.browsing import Browser
from tests.pages.people import session
from workflows.models import Decision
from workflows.walking import drive
from workflows.walking.papers import picture

HEAVIEST = 60 * 1000


@pytest.fixture
def open_programme(transactional_db: Any, cast: Any, published: Any) -> None:
    """The rare-disease programme takes applications."""
    published("rare_disease")


@contextmanager
def plain_page(browser: Browser, cookies: dict[str, str], **more: Any) -> Iterator[Any]:
    """A new phone that has nothing stored."""
    context = browser.chromium.new_context(viewport={"width": 390, "height": 844}, **more)
    context.add_cookies([{"name": key, "value": value, "url": browser.home} for key, value in cookies.items()])
    yield context.new_page()
    context.close()


def go(page: Any, words: str) -> None:
    """Press the button of the content with exactly these words, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator("#main button, aside button").get_by_text(words, exact=True).first.click()


def follow(page: Any, words: str) -> None:
    """Follow the first link with these words to its page."""
    with page.expect_navigation():
        page.get_by_role("link", name=words).first.click()


def test_an_applicant_answers_and_uploads_without_any_script(open_programme: None, cast: Any, live_server: Any):
    case = actions.new_draft(programme="rare_disease", by=cast["applicant1"], channel="phone")
    cookies, home = session(cast["applicant1"]), f"{live_server.url}/draft/{case.token}"
    with Browser(live_server.url) as browser, plain_page(browser, cookies, java_script_enabled=False) as page:
        page.goto(f"{live_server.url}/apply")
        page.fill("[name=illness]", "戈谢")
        page.fill("[name=age]", "40")
        page.select_option("[name=place]", "640422")
        go(page, "看结果")
        assert page.locator("a[href='/apply/rare_disease']").count() == 1
        page.goto(f"{home}/patient_name")
        go(page, "继续")
        assert page.locator(".error-summary").count() == 1
        page.fill("[name=value]", "马秀兰")
        go(page, "继续")
        assert page.url == f"{home}/patient_id_no"
        page.goto(f"{home}/hukou_in_ningxia")
        page.locator("[name=value][value=yes]").check(force=True)
        go(page, "继续")
        page.select_option("[name=area]", "640422")
        go(page, "下一步")
        page.select_option("[name=area]", "640422100")
        go(page, "下一步")
        page.select_option("[name=value]", "640422100991")
        go(page, "继续")
        page.goto(f"{home}/disease_code")
        page.fill("[name=q]", "gexie")
        with page.expect_navigation():
            page.locator("[name=q]").press("Enter")
        page.locator("[name=value][value='1-31']").check(force=True)
        go(page, "继续")
        page.goto(f"{home}/materials/D02")
        page.set_input_files(
            "[name=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture("D02").read()}
        )
        go(page, "上传")
        assert page.get_by_text("第 1 张").count()
    given = answers(case)
    assert (given["patient_name"], given["hukou_division"], given["disease_code"]) == ("马秀兰", "640422100991", "1-31")
    assert MaterialFile.objects.filter(material__case=case).count() == 1


def test_an_applicant_consents_submits_and_tracks_without_any_script(open_programme: None, cast: Any, live_server: Any):
    person = cast["applicant1"]
    case = drive.apply(slug="rare_disease", number=1, by=person, submit=False)
    for paper in papers(case, today=clock.today()):
        if paper.required:
            evidence.add_file(case=case, material_code=paper.code, upload=picture(paper.code, seed=1), by=person)
    cookies, home, tail = (
        session(person),
        f"{live_server.url}/draft/{case.token}",
        str(answers(case)["patient_id_no"])[-4:],
    )
    with Browser(live_server.url) as browser:
        with plain_page(browser, cookies, java_script_enabled=False) as page:
            page.goto(f"{home}/consents")
            assert page.locator("input:checked").count() == 0
            for kind, chosen in (("processing", "yes"), ("economic", "yes"), ("publicity", "no")):
                page.locator(f"[name={kind}][value={chosen}]").check(force=True)
            go(page, "继续")
            page.goto(f"{home}/check")
            go(page, "提交申请")
            assert page.locator(".error-summary").count() == 1
            page.locator("[name=truth]").check(force=True)
            go(page, "提交申请")
            number = page.url.rsplit("/", 1)[1]
            assert number.startswith("640422-")
        with plain_page(browser, {}, java_script_enabled=False) as page:
            page.goto(f"{live_server.url}/track")
            page.fill("[name=number]", number)
            page.fill("[name=tail]", tail)
            go(page, "查一查")
            assert page.locator(".road > .current").count() == 1
    case.refresh_from_db()
    assert (case.state, case.number) == ("INTAKE", number)


def test_an_applicant_supplies_what_was_asked_for_without_any_script(open_programme: None, cast: Any, live_server: Any):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    items = [
        {"kind": "material", "key": "D02", "reason": "S02", "note": ""},
        {"kind": "answer", "key": "address", "reason": "S30", "note": ""},
    ]
    drive.step(case, "supplement", data={"items": items}, reasons=["S02", "S30"])
    cookies, home = session(cast["applicant1"]), f"{live_server.url}/track/{case.number}"
    with Browser(live_server.url) as browser, plain_page(browser, cookies, java_script_enabled=False) as page:
        page.goto(home)
        follow(page, "去补材料")
        go(page, "补好了，交上去")
        assert page.locator(".error-summary").count() == 1
        follow(page, "去补这一样")
        page.set_input_files(
            "[name=file]", {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": picture("D02", seed=77).read()}
        )
        go(page, "再交一张")
        page.goto(f"{home}/fix")
        follow(page, "去补这一样")
        page.fill("[name=value]", "演示村3组18号")
        go(page, "继续")
        assert page.url == f"{home}/fix"
        go(page, "补好了，交上去")
        assert page.url == home and page.get_by_text("补好了。").count()
    case.refresh_from_db()
    assert case.state == "INTAKE" and answers(case)["address"] == "演示村3组18号"


def test_a_reviewer_takes_and_decides_without_any_script(open_programme: None, cast: Any, live_server: Any):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    cookies = session(drive.person_for(drive.open_item(case)))
    with Browser(live_server.url) as browser, plain_page(browser, cookies, java_script_enabled=False) as page:
        page.goto(f"{live_server.url}/desk/")
        go(page, "领取下一件")
        go(page, "核对")
        assert page.locator(".error-summary").count() == 1
        page.locator("[name=outcome][value=accept]").check(force=True)
        page.fill("[name=opinion]", "材料齐全，予以受理。")
        go(page, "核对")
        go(page, "返回修改")
        assert page.input_value("[name=opinion]") == "材料齐全，予以受理。"
        go(page, "核对")
        go(page, "确认")
        assert page.get_by_text("已办结").count()
    assert Decision.objects.get(case=case).outcome == "accept"


def test_pages_of_applicants_are_light_and_ask_nobody_else(open_programme: None, cast: Any, live_server: Any):
    case = actions.new_draft(programme="rare_disease", by=cast["applicant1"], channel="phone")
    cookies = session(cast["applicant1"])
    with Browser(live_server.url) as browser:
        for path in ("/", "/apply", "/apply/rare_disease", f"/draft/{case.token}/patient_name", "/track"):
            weights: list[int] = []
            others: list[str] = []
            with plain_page(browser, cookies if "draft" in path else {}) as page:
                page.on("response", lambda answer, into=weights: into.append(len(gzip.compress(answer.body()))))
                page.on(
                    "request",
                    lambda asked, into=others: (
                        None if asked.url.startswith(live_server.url) else into.append(asked.url)
                    ),
                )
                page.goto(live_server.url + path, wait_until="networkidle")
            assert not others
            assert len(weights) >= 2
            assert sum(weights) <= HEAVIEST, path
