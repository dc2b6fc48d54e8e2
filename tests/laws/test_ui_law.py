"""Law: pages keep to the one style sheet, the one content policy, plain sentences and no protected emblem."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cases.states import STATES
from project.templatetags import ui
from tools import messages

ROOT = messages.ROOT
TEMPLATES = [path for path in messages.template_files() if path.suffix == ".html"]
SHEET = ROOT / "project" / "static" / "relief.css"
DRAWINGS = sorted(path for path in (ROOT / "project" / "static").rglob("*.svg"))
EMBLEMS = "✚✙✛✜✠☦☩➕☪☫☽☾🌙✝†⛑🏥⊕⨁🞡🞢🞣🞤🞥🞦🞧"
BANNED = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "an event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>", re.I),
    "a style block": re.compile(r"<style", re.I),
    "the safe filter": re.compile(r"\|\s*(safe|safeseq)\b"),
    "autoescape off": re.compile(r"autoescape\s+off"),
    "another host": re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "a data address": re.compile(r"(?:src|href)\s*=\s*[\"']data:", re.I),
    "an htmx expression": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:"),
}
LONGEST_SENTENCE = 25
WAIVER = re.compile(r"{# long: \S[^#]*#}")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_holds_nothing_the_content_policy_forbids(path: Path):
    source = path.read_text("utf-8")
    assert not [what for what, pattern in BANNED.items() if pattern.search(source)]


def test_markup_is_called_safe_only_where_parts_and_diagrams_are_drawn():
    callers = [
        _name(path)
        for path in messages.python_files()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("mark_safe", "SafeString")
    ]
    assert set(callers) <= {"project/templatetags/ui.py", "workflows/engine/diagram.py"}


def test_the_style_sheet_asks_no_other_address():
    assert "@import" not in SHEET.read_text("utf-8")
    assert "url(" not in SHEET.read_text("utf-8")


# --- no protected emblem --------------------------------------------------------------------------------------------
def _is_cross(corners: list[tuple[float, float]]) -> bool:
    """Twelve corners, each edge level or upright: the outline of a Greek cross."""
    if corners and corners[0] == corners[-1]:
        corners = corners[:-1]
    edges = zip(corners, corners[1:] + corners[:1], strict=True)
    return len(corners) == 12 and all((a[0] == b[0]) != (a[1] == b[1]) for a, b in edges)


def _crossing(one: dict[str, float], other: dict[str, float]) -> bool:
    """Two bars with one centre, one lying and one standing."""
    same = all(
        abs(one[edge] + one[size] / 2 - other[edge] - other[size] / 2) < 0.01
        for edge, size in (("x", "width"), ("y", "height"))
    )
    return same and (one["width"] - one["height"]) * (other["width"] - other["height"]) < 0


def crosses(svg: str) -> list[str]:
    """What in a drawing looks like a cross."""
    found, bars = [], []
    for node in ElementTree.fromstring(svg).iter():
        kind = node.tag.rsplit("}", 1)[-1]
        if kind == "rect":
            bars.append({key: float(node.get(key, "0")) for key in ("x", "y", "width", "height")})
        if kind == "polygon":
            numbers = [float(part) for part in re.findall(r"-?[\d.]+", node.get("points", ""))]
            if _is_cross(list(zip(numbers[::2], numbers[1::2], strict=True))):
                found.append("polygon")
        if kind == "path" and len(re.findall("[hv]", node.get("d", ""), re.I)) >= 11:
            found.append("path")
    found += ["bars" for n, one in enumerate(bars) for other in bars[n + 1 :] if _crossing(one, other)]
    return found


def test_no_drawing_shows_a_cross_a_crescent_or_a_crystal():
    assert DRAWINGS
    for path in DRAWINGS:
        assert not crosses(path.read_text("utf-8")), path


def test_the_search_for_crosses_finds_one():
    frame = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
    bars = '<rect x="4" y="0" width="2" height="10"/><rect x="0" y="4" width="10" height="2"/>'
    outline = '<path d="M4 0h2v4h4v2h-4v4h-2v-4h-4v-2h4z"/>'
    assert crosses(frame.format(bars)) == ["bars"]
    assert crosses(frame.format(outline)) == ["path"]


def test_no_emblem_is_written_as_a_letter():
    sources = [*TEMPLATES, SHEET, *messages.python_files(), *(ROOT / "templates" / "letters").glob("*.typ")]
    for path in sources:
        assert not set(path.read_text("utf-8")) & set(EMBLEMS), path


# --- colours --------------------------------------------------------------------------------------------------------
def _tokens() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", SHEET.read_text("utf-8")))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def light(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("token", "least"), [("brand", 7.1), ("link", 6.0), ("error", 5.1), ("success", 5.3), ("muted", 7.0), ("ink", 15.0)]
)
def test_words_stand_out_from_white_paper(token: str, least: float):
    assert contrast(_tokens()[token], "#fff") >= least


def test_every_tag_can_be_read():
    rules = re.findall(r"\.tag(?:--\w+)? {[^}]*background: (#\w+); color: (#\w+)", SHEET.read_text("utf-8"))
    assert len(rules) == len(ui.TAG_COLOURS)
    assert all(contrast(paper, ink) >= 4.5 for paper, ink in rules)


def test_red_is_for_the_header_strip_and_for_errors_only():
    sheet = re.sub(r"/\*.*?\*/", "", SHEET.read_text("utf-8"), flags=re.S)
    for selector, body in re.findall(r"([^{}]+){([^{}]*)}", sheet):
        if "var(--brand)" in body:
            assert selector.strip() == ".strip", selector
        if "var(--error)" in body:
            assert re.search(r"error|wrong", selector), selector


def test_no_state_is_red():
    assert "red" not in ui.TAG_COLOURS
    assert {state.tag for state in STATES.values()} <= set(ui.TAG_COLOURS)


# --- plain sentences ------------------------------------------------------------------------------------------------
def sentences(words: str) -> list[str]:
    """The sentences of a text without its blanks, spaces and stops."""
    bare = re.sub(r"%\(\w+\)[sd]|[\s“”《》（）、，：]", "", words)
    return [part for part in re.split(r"[。！？；\n]", bare) if part]


def _for_applicants(path: Path) -> bool:
    return "base_applicant.html" in path.read_text("utf-8") or "fault.html" in path.read_text("utf-8")


@pytest.mark.parametrize("path", [path for path in TEMPLATES if _for_applicants(path)], ids=_name)
def test_applicants_read_short_sentences(path: Path):
    lines = path.read_text("utf-8").splitlines()
    for message in messages.from_template(path):
        line = int(message.where.rsplit(":", 1)[1])
        if WAIVER.search(lines[line - 1]):
            continue
        long = [part for part in sentences(message.text) if len(messages.CHINESE.findall(part)) > LONGEST_SENTENCE]
        assert not long, f"{message.where}: {long}"


def test_a_long_sentence_is_noticed():
    assert (
        len(
            messages.CHINESE.findall(
                sentences("我们会在三个工作日内告诉您这一件申请到底能不能受理以及为什么不能受理。")[0]
            )
        )
        > 25
    )
