"""Letters as PDF: words go in as data, never as markup; rare characters are found before they are printed wrongly.

`data` of the template `letter` (all words already translated; only `title` must be given):

    title        "救助通知书"                      number       "649900-2026-000123-7"
    facts        [["申请人", "王某某"], …]           addressee    "王某某："
    body         ["您的申请已经批准。", …]           table        {"title": …, "head": […], "rows": [[…]], "total": […]}
    items_title, items   numbered things            after        paragraphs below the table
    clauses      the rules it rests on              next         what to do;  due: a day or words
    review       how to ask for a review            qr, qr_words an address as QR code
    seal_words, seal_qr  the day's root of history, and the address of its page
    office, date, stamp  who signs, the day, True leaves room for the office's own stamp
    large        True prints in large letters
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from cases import text
from project.values import day_words

FONT_FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
FONT_FILES = ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf")
LETTERS = Path(settings.BASE_DIR) / "templates" / "letters"
NORMAL_POINTS, LARGE_POINTS = 12, 18


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])


@cache
def _printable() -> frozenset[int]:
    """The code points that at least one of our two faces can draw."""
    points: set[int] = set()
    for name in FONT_FILES:
        with TTFont(FONT_FOLDER / name, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def unprintable(words: str) -> list[str]:
    """生僻字 that neither face has, each once, in the order met: printed as code points, to be written in by hand."""
    known = _printable()
    return list(dict.fromkeys(letter for letter in words if letter not in "\n\t" and ord(letter) not in known))


def _spelled(words: str) -> str:
    for letter in unprintable(words):
        words = words.replace(letter, f"〔U+{ord(letter):04X}〕")
    return words


def _plain(value: Any) -> Any:
    """Data as JSON knows it: days in words, amounts grouped, lazy words spoken, rare characters spelled."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, Decimal):
        return text.money(value)
    if isinstance(value, str | Promise):
        return _spelled(str(value))
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str | Promise):
        yield str(value)


def _words() -> dict[str, str]:
    """The fixed words of the sheet in the reader's language."""
    return {
        "number": _("编号"),
        "phone": _("电话"),
        "page": _("第 {n} 页，共 {all} 页"),
        "demo": _("演示"),
        "clauses": _("依据"),
        "next": _("接下来怎么办"),
        "due": _("最晚："),
        "review": _("不同意怎么办"),
        "ask": _("有问题问谁"),
        "qr": _("扫码查进度"),
        "code": _("纸质查询码"),
        "code_use": _("有了它，不用手机号也能看材料和通知。"),
        "stamp": _("（盖章处）"),
        "handwrite": _("这些字印不出来，请手写：") + " ",
    }


def _qr_svg(address: str) -> str:
    drawing = BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", border=4, omitsize=True)
    return drawing.getvalue().decode()


def render_pdf(template_name: str, data: Mapping[str, Any]) -> bytes:
    """The letter `templates/letters/<template_name>.typ` filled with `data`; the same data give the same bytes.

    Adds brand, help line, 演示 watermark and page numbers; screen readers can read it (PDF/UA-1). Raises FileNotFoundError for an unknown template.
    """
    source = LETTERS / f"{template_name}.typ"
    if source.parent != LETTERS or not source.is_file():
        raise FileNotFoundError(template_name)
    rare = unprintable("".join(_texts(data)))
    given: dict[str, Any] = {
        "brand": settings.BRAND_NAME,
        "demo": settings.RELIEF_DEMO,
        "phone": settings.HELP_PHONE,
        "hours": settings.HELP_HOURS,
        **data,
    }
    filled = _plain(given) | {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "size": LARGE_POINTS if data.get("large") else NORMAL_POINTS,
        "words": _words(),
        "handwrite": "  ".join(f"U+{ord(letter):04X}" for letter in rare),
    }
    for name in ("qr", "seal_qr"):
        if data.get(name):
            filled[f"{name}_svg"] = _qr_svg(str(data[name]))
    compiler = typst.Compiler(
        source, root=LETTERS, font_paths=_fonts(), sys_inputs={"data": json.dumps(filled, ensure_ascii=False)}
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1")
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__} for {template_name}")
    return made
