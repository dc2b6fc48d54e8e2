"""Keyed marks of a person (检索键): what can be compared and searched without a name, a date or an address in the database.

A mark is an HMAC of a piece: two characters of a name or address, two syllables, two parts of a birth date. Without the key
of this installation a dump shows numbers alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from pypinyin import lazy_pinyin

from cases.duplicates.match import Marks, Side
from cases.people.queries import account_key, id_key, name_key, phone_key
from cases.people.rules import surname
from cases.text import MIDDLE_DOT, clean, clean_name, glyphs

SURNAMES = {
    "单": "shan", "仇": "qiu", "区": "ou", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "华": "hua", "乐": "yue",
    "盖": "ge", "缪": "miao", "朴": "piao", "燕": "yan", "员": "yun", "折": "she", "种": "chong", "翟": "zhai", "祭": "zhai",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "宓": "fu", "洗": "xian", "秘": "bi", "繁": "po",
    "覃": "qin", "召": "shao", "冼": "xian", "黑": "he", "乜": "nie", "哈": "ha", "撒": "sa", "纪": "ji", "令狐": "ling hu",
}  # fmt: skip
"""Surnames that are read differently from the same character elsewhere."""
MOST = 400
"""More marks of one text than this say nothing more."""


def mark(piece: str, purpose: str) -> int:
    """检索键 of one piece: 64 bits of its HMAC under the key of this installation, kept apart by purpose."""
    digest = hmac.digest(settings.INDEX_KEY, f"{purpose}\0{piece}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big", signed=True)


def marks(pieces: Iterable[str], purpose: str) -> Marks:
    """检索键 of several pieces."""
    return frozenset(mark(piece, purpose) for piece in list(dict.fromkeys(pieces))[:MOST])


def syllables(name: str) -> list[str]:
    """拼音 of a name by syllables, without tones; surnames in their own reading, characters without one as they are.

    What the speech of many counties does not tell apart (zh and z, eng and en) counts as the same.
    """
    plain = clean_name(name)
    first = surname(plain) if MIDDLE_DOT not in plain else ""
    read = SURNAMES.get(first, "")
    rest = plain[len(first) :] if read else plain
    runs = lazy_pinyin(rest.replace(MIDDLE_DOT, ""))
    spoken = [one for run in runs for one in ([run] if run.isascii() else run)]
    return [_as_heard(one) for one in (*read.split(), *spoken)]


def _as_heard(syllable: str) -> str:
    heard = re.sub(r"^([zcs])h", r"\1", syllable.lower())
    return re.sub(r"(en|in)g$", r"\1", heard)


def pieces(parts: list[str]) -> list[str]:
    """Single pieces and neighbouring pairs, so that another order of the same parts still resembles."""
    return [*parts, *(f"{left}+{right}" for left, right in zip(parts, parts[1:], strict=False))]


def letters(text: str) -> list[str]:
    """The characters that count in a name or address: no dots, blanks or marks."""
    return [char for char in glyphs(clean(text).casefold()) if char[0].isalnum()]


def birth_pieces(born: date | None) -> list[str]:
    """出生日期: each two of year, month and day, so that one wrong part leaves one of them; then month and day swapped."""
    if born is None:
        return []
    year, month, day = f"{born:%Y}", f"{born:%m}", f"{born:%d}"
    return [f"{year}-{month}-", f"{year}--{day}", f"-{month}-{day}", f"{year}:{'.'.join(sorted((month, day)))}"]


def side(
    *, name: str = "", id_no: str = "", born: date | None = None, phones: Iterable[str] = (), accounts: Iterable[str] = (), address: str = ""
) -> Side:  # fmt: skip
    """比对的一方 from what is known of a person; what is empty is left out."""
    return Side(
        id_key=id_key(id_no) if id_no else "",
        name_key=name_key(name) if name else "",
        glyphs=marks(pieces(letters(clean_name(name))), "match.glyph") if name else frozenset(),
        sounds=marks(pieces(syllables(name)), "match.sound") if name else frozenset(),
        births=marks(birth_pieces(born), "match.birth"),
        phones=marks((phone_key(phone) for phone in phones if phone), "match.phone"),
        accounts=marks((account_key(account) for account in accounts if account), "match.account"),
        home=marks(pieces(letters(address)), "match.home") if address else frozenset(),
    )
