"""Letters as PDF."""

import io
from datetime import date
from decimal import Decimal

import pikepdf
import pytest
from django.utils import translation

from project.pdf import render_pdf, unprintable

LETTER = {
    "title": "救助通知书",
    "number": "649900-2026-000123-7",
    "addressee": "王某某：",
    "body": ["您的申请已经批准。"],
    "table": {"head": ["项目", "金额"], "rows": [["个人支付", Decimal("80000")]], "total": ["救助", Decimal("30000")]},
    "next": ["不用您做什么。"],
    "due": date(2026, 12, 14),
    "review": ["60 日内可以申请复核。"],
    "qr": "https://example.org/track",
    "stamp": True,
    "date": date(2026, 11, 23),
}


def words_of(made: bytes) -> str:
    """The words a reader can copy from the pages, through each font's own table of characters."""
    with pikepdf.open(io.BytesIO(made)) as document:
        return "".join(_page_words(page) for page in document.pages)


def _page_words(page: pikepdf.Page) -> str:
    tables = {name: _table(font) for name, font in page.Resources.Font.items()}
    words, table = [], {}
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) == "Tf":
            table = tables[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else [operands[0]]
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    words += [table.get(raw[n : n + 2], "") for n in range(0, len(raw), 2)]
    return "".join(words)


def _table(font: pikepdf.Object) -> dict[bytes, str]:
    """The character table (ToUnicode) of a font: glyph number -> characters."""
    table: dict[bytes, str] = {}
    kept = font.ToUnicode.read_bytes().decode("ascii")
    for block in kept.split("beginbfchar")[1:]:
        for line in block.split("endbfchar")[0].strip().splitlines():
            glyph, letters = line.replace("<", " ").replace(">", " ").split()
            table[bytes.fromhex(glyph)] = bytes.fromhex(letters).decode("utf-16-be")
    for block in kept.split("beginbfrange")[1:]:
        for line in block.split("endbfrange")[0].strip().splitlines():
            first, last, start = (int(part, 16) for part in line.replace("<", " ").replace(">", " ").split())
            table |= {(first + n).to_bytes(2, "big"): chr(start + n) for n in range(last - first + 1)}
    return table


def test_a_letter_has_number_next_step_date_phone_and_the_demo_mark(settings):
    words = words_of(render_pdf("letter", LETTER))
    for wanted in (
        "救助通知书",
        "649900-2026-000123-7",
        "接下来怎么办",
        "2026 年 12 月 14 日",
        settings.HELP_PHONE,
        "演示",
    ):
        assert wanted.replace(" ", "") in words.replace(" ", "")


def test_an_office_prints_no_demo_mark(settings):
    settings.RELIEF_DEMO, settings.BRAND_NAME = False, "某某救助"
    assert "演示" not in words_of(render_pdf("letter", LETTER))


def test_what_a_person_typed_is_never_read_as_markup():
    typed = '#read("letter.typ") $x$ *粗* = 题 #panic() <a> "'
    assert typed.replace(" ", "") in words_of(render_pdf("letter", LETTER | {"body": [typed]})).replace(" ", "")


def test_the_same_data_give_the_same_bytes():
    assert render_pdf("letter", LETTER) == render_pdf("letter", LETTER)


def test_a_character_that_no_face_has_is_printed_as_code_point_and_flagged():
    assert unprintable("王𠮷·买买提") == ["𠮷"]
    words = words_of(render_pdf("letter", LETTER | {"addressee": "王𠮷："}))
    assert words.count("U+20BB7") == 2
    assert "请手写" in words


def test_a_character_that_one_face_lacks_is_taken_from_the_other():
    assert unprintable("𰻝") == []
    assert "𰻝" in words_of(render_pdf("letter", LETTER | {"title": "𰻝"}))


def test_a_long_letter_numbers_its_pages():
    made = render_pdf("letter", LETTER | {"body": ["一段话。"] * 80})
    with pikepdf.open(io.BytesIO(made)) as document:
        pages = len(document.pages)
    assert pages > 2
    assert f"第{pages}页，共{pages}页" in words_of(made).replace(" ", "")


def test_an_english_letter_says_its_dates_in_english():
    with translation.override("en"):
        assert "14 December 2026".replace(" ", "") in words_of(render_pdf("letter", LETTER)).replace(" ", "")


def test_a_letter_brings_its_own_fonts():
    with pikepdf.open(io.BytesIO(render_pdf("letter", LETTER))) as document:
        names = {str(font.BaseFont) for page in document.pages for font in page.Resources.Font.values()}
    assert names
    assert all("Noto" in name for name in names)


def test_a_screen_reader_is_told_language_title_and_structure():
    with pikepdf.open(io.BytesIO(render_pdf("letter", LETTER))) as document:
        assert str(document.Root.Lang).startswith("zh")
        assert document.Root.MarkInfo.Marked
        assert document.docinfo["/Title"] == LETTER["title"]
        assert "/StructTreeRoot" in document.Root


@pytest.mark.parametrize("name", ["nothing", "../letters/letter", "../../manage"])
def test_only_templates_of_letters_are_printed(name: str):
    with pytest.raises(FileNotFoundError):
        render_pdf(name, LETTER)
