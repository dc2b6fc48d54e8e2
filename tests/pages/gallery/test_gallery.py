"""Every part of the kit in a real browser: for everybody, at every size, in both languages, with and without script."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

PAGES = [
    "/",
    "/form",
    "/form?sent=1",
    "/receipt",
    "/desk?step=a",
    "/fault/403",
    "/fault/409",
    "/fault/410",
    "/about/privacy",
    "/accounts/login/",
]
WAYS = [("zh-hans", "normal", 390), ("zh-hans", "elder", 1280), ("en", "elder", 390), ("en", "normal", 1280)]
FULLEST = ("/form?sent=1", "/desk?step=a")
PAIRS = [(path, *way) for n, path in enumerate(PAGES) for way in (WAYS if path in FULLEST else [WAYS[n % 4]])]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEAVIEST = 60 * 1024


@contextmanager
def visit(
    browser: Any, address: str, language: str, size: str, width: int, **more: Any
) -> Iterator[tuple[Any, list[str]]]:
    """A page opened as somebody with that language, letter size and screen; and what the browser complained of."""
    context = browser.new_context(viewport={"width": width, "height": 844}, **more)
    home = address.split("/", 3)[0] + "//" + address.split("/", 3)[2]
    context.add_cookies(
        [
            {"name": "django_language", "value": language, "url": home},
            {"name": "text_size", "value": size, "url": home},
        ]
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(home) else None)
    page.goto(address)
    yield page, complaints
    context.close()


@pytest.mark.parametrize(("path", "language", "size", "width"), PAIRS)
def test_axe_finds_nothing_and_the_content_policy_holds(
    browser: Any, gallery_address: str, path: str, language: str, size: str, width: int
):
    with visit(browser, gallery_address + path, language, size, width) as (page, complaints):
        found = (
            axe_playwright.Axe()
            .run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            .response["violations"]
        )
        assert not [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]
        assert not complaints


@pytest.mark.parametrize("size", ["normal", "elder", "third"])
def test_the_narrowest_phone_never_scrolls_sideways(browser: Any, gallery_address: str, size: str):
    with visit(browser, gallery_address, "zh-hans", size, 320) as (page, _complaints):
        for path in PAGES:
            page.goto(gallery_address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.parametrize(("size", "least"), [("normal", 44), ("elder", 60), ("third", 60)])
def test_buttons_and_choices_are_big_enough_for_a_thumb(browser: Any, gallery_address: str, size: str, least: int):
    with visit(browser, f"{gallery_address}/form", "zh-hans", size, 390) as (page, _complaints):
        rows = page.locator("main .choice, main .button, main select, main input[type=text]")
        heights = [rows.nth(n).bounding_box()["height"] for n in range(rows.count())]
        assert len(heights) > 10
        assert min(heights) >= least


@pytest.mark.parametrize(("size", "pixels"), [("normal", 19), ("elder", 28.5), ("third", 40)])
def test_letters_have_the_promised_size(browser: Any, gallery_address: str, size: str, pixels: float):
    with visit(browser, f"{gallery_address}/form", "zh-hans", size, 390) as (page, _complaints):
        assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main label')).fontSize)") == pixels
        leading = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).lineHeight)")
        assert leading >= 1.5 * pixels


def test_a_line_of_chinese_has_at_most_22_characters_on_a_wide_screen(browser: Any, gallery_address: str):
    with visit(browser, f"{gallery_address}/about/privacy", "zh-hans", "normal", 1280) as (page, _complaints):
        widest = page.evaluate("Math.max(...[...document.querySelectorAll('main p')].map(p => p.clientWidth))")
        assert widest <= 22 * 19 + 1


def test_the_keyboard_meets_the_skip_link_then_the_letter_size_and_sees_where_it_is(browser: Any, gallery_address: str):
    with visit(browser, f"{gallery_address}/form", "zh-hans", "normal", 1280) as (page, _complaints):
        met = []
        for _step in range(5):
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.textContent.trim()"))
            assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
        assert met == ["跳到正文", "标准", "大字", "特大", "English"]


VOICE = """
  const said = [];
  window.said = said;
  window.SpeechSynthesisUtterance = function (line) { this.line = line; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    speaking: false,
    getVoices: () => VOICES,
    speak(one) { said.push(one.line); this.speaking = true; },
    cancel() { said.length = 0; this.speaking = false; },
    addEventListener() {},
  }});
"""


def test_the_page_is_read_aloud_and_stops_when_asked(browser: Any, gallery_address: str):
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(VOICE.replace("VOICES", "[{lang: 'zh-CN'}]"))
    page = context.new_page()
    page.goto(f"{gallery_address}/receipt")
    page.get_by_role("button", name="朗读这一页").click()
    assert "提交成功" in page.evaluate("window.said")
    page.get_by_role("button", name="停下来").click()
    assert page.evaluate("window.said") == []
    context.close()


def test_without_a_voice_nothing_offers_to_read(browser: Any, gallery_address: str):
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(VOICE.replace("VOICES", "[{lang: 'fr-FR'}]"))
    page = context.new_page()
    page.goto(f"{gallery_address}/receipt")
    assert page.get_by_role("button", name="朗读这一页").count() == 0
    context.close()


def test_everything_works_without_script(browser: Any, gallery_address: str):
    with visit(browser, f"{gallery_address}/form", "zh-hans", "normal", 390, java_script_enabled=False) as (page, _c):
        with page.expect_navigation():
            page.get_by_role("button", name="继续").click()
        page.get_by_role("link", name="请填写患者姓名").click()
        page.wait_for_url("**#id_name")
        with page.expect_navigation():
            page.get_by_role("link", name="大字").click()
        assert "size-elder" in (page.locator("html").get_attribute("class") or "")
        with page.expect_navigation():
            page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"


def test_a_page_of_an_applicant_weighs_little(browser: Any, gallery_address: str):
    context = browser.new_context()
    page, weight = context.new_page(), []
    page.on("response", lambda answer: weight.append(len(gzip.compress(answer.body()))))
    page.goto(f"{gallery_address}/form?sent=1")
    page.wait_for_load_state("networkidle")
    context.close()
    assert 1 < len(weight) <= 4
    assert sum(weight) <= HEAVIEST
