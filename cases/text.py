"""Words and figures as people write them: cleaned input, money in figures and capitals, search keys."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, override

CENT = Decimal("0.01")
MIDDLE_DOT = "\u00b7"

_MIDDLE_DOTS = "\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\u16eb\u2e31\u2e33\u25cf\u2981"
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD, *range(0x20), 0x7F]
)
_MARKS_OF_NUMBERS = "＃％＋－．／＝＠＿"
_HALF_WIDTH = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, _MARKS_OF_NUMBERS))
} | {0x3000: 0x20, 0x00A0: 0x20}
_VARIATION = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def in_chinese(words: Any) -> str:
    """Words of our own as they are kept: in Chinese, whatever language the page was in; what a person typed stays as it is."""
    with override("zh-hans"):
        return str(words)


def is_key(text: str) -> bool:
    """Whether a part of an address is a row's number: digits of a keyboard, and no more than the database counts."""
    return re.fullmatch(r"[0-9]{1,18}", text) is not None


def is_storable(value: Any) -> bool:
    """Whether every text in it, at any depth, can be stored: no NUL and no lone half of a character (surrogate)."""
    if isinstance(value, str):
        return not re.search("[\x00\ud800-\udfff]", value)
    if isinstance(value, Mapping):
        return all(is_storable(part) for pair in value.items() for part in pair)
    if isinstance(value, Sequence):
        return all(is_storable(part) for part in value)
    return True


def clean(text: str) -> str:
    """One line as it was meant: full-width letters and digits made half-width, odd spaces and invisible characters out.

    Chinese characters and punctuation are never changed (no NFKC: it would replace rare forms of a name).
    """
    line = text.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    line = line.translate(_HALF_WIDTH).translate(_INVISIBLE)
    return re.sub(r"\s+", " ", line).strip()


def clean_paragraphs(text: str) -> str:
    """Free text of several lines, each line cleaned, at most one empty line between two."""
    lines = [clean(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_number(text: str) -> str:
    """A number as it is printed on a paper, without blanks and dashes, letters upper case."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", clean(text)).upper()


def clean_name(text: str) -> str:
    """A person's name (姓名): blanks out between Chinese characters, every kind of middle dot made U+00B7."""
    name = clean(text).translate({ord(dot): MIDDLE_DOT for dot in _MIDDLE_DOTS})
    if any(is_han(char) for char in name):
        name = name.replace(" ", "").replace(".", MIDDLE_DOT).replace("\u3002", MIDDLE_DOT)
    return name


def is_han(char: str) -> bool:
    """A Chinese character of any block of Unicode, rare ones of extensions A to J and 〇 included."""
    code = ord(char)
    return (
        code == 0x3007
        or 0x3400 <= code <= 0x4DBF
        or 0x4E00 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_private_use(char: str) -> bool:
    """A made-up character (自造字) of an old system: no other computer can show it."""
    code = ord(char)
    return 0xE000 <= code <= 0xF8FF or 0xF0000 <= code <= 0x10FFFD


def glyphs(text: str) -> list[str]:
    """The characters as a reader counts them: a variation selector stays with the character before it."""
    out: list[str] = []
    for char in text:
        if out and any(ord(char) in block for block in _VARIATION):
            out[-1] += char
        else:
            out.append(char)
    return out


def round_fen(amount: Decimal) -> Decimal:
    """Rounded half up to the fen (分), as an accountant rounds."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def money(amount: Decimal) -> str:
    """Yuan with two decimals and thousands: 12,000.00."""
    return f"{round_fen(amount):,.2f}"


def listed(words: Iterable[Any]) -> str:
    """Names in a row, as the reader's language parts them: 甲、乙, in English A, B."""
    return gettext("、").join(str(word) for word in words)


def strung(words: Iterable[Any]) -> str:
    """Whole sayings in a row: 甲；乙, in English A; B."""
    return gettext("；").join(str(word) for word in words)


def named(name: Any, said: Any) -> str:
    """What is said of something: 甲：乙, in English A: B."""
    return f"{name}{gettext('：')}{said}"


def with_aside(words: Any, aside: Any) -> str:
    """Words with others in brackets: 甲（乙）, in English A (B)."""
    return f"{words}{gettext('（')}{aside}{gettext('）')}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def _group_in_capitals(group: int) -> str:
    out, zero = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[digit] + _UNITS[place]
            zero = False
        else:
            zero = True
    return out


def capitals(amount: Decimal) -> str:
    """An amount in capitals (大写金额) as notices and vouchers print it: 叁万元整, 壹仟零贰元伍角整.

    Raises ValueError for a negative amount or one of 10 quadrillion yuan and more.
    """
    fen = int(round_fen(amount) * 100)
    if not 0 <= fen < 10**18:
        raise ValueError("capitals: an amount from 0 to under 10,000,000,000,000,000 yuan")
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    groups = [yuan // 10_000**index % 10_000 for index in range(4)]
    out, gap = "", False
    for index in (3, 2, 1, 0):
        if not groups[index]:
            gap = bool(out)
            continue
        out += ("零" if out and (gap or groups[index] < 1000) else "") + _group_in_capitals(groups[index])
        out += _GROUPS[index]
        gap = False
    out = f"{out}元" if out else ""
    if jiao:
        out += _DIGITS[jiao] + "角"
    elif cent and out:
        out += "零"
    if cent:
        return out + _DIGITS[cent] + "分"
    return (out or "零元") + "整"


def pinyin_keys(name: str) -> list[str]:
    """How a name may be typed in Latin letters: full pinyin and first letters, such as ``mahaiyan`` and ``mhy``."""
    from pypinyin import Style, lazy_pinyin

    whole = "".join(lazy_pinyin(name.replace(MIDDLE_DOT, ""))).lower()
    first = "".join(lazy_pinyin(name.replace(MIDDLE_DOT, ""), style=Style.FIRST_LETTER)).lower()
    return sorted({whole, first} - {""})


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a reference table shipped with the product (CSV, UTF-8, header row)."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
