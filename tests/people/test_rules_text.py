"""Words and figures: cleaning, money in capitals, search keys."""

from decimal import Decimal

import pytest

from cases import text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("30000", "叁万元整"),
        ("1002.50", "壹仟零贰元伍角整"),
        ("12000", "壹万贰仟元整"),
        ("10001", "壹万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100010000.01", "壹亿零壹万元零壹分"),
        ("7200.05", "柒仟贰佰元零伍分"),
        ("0.35", "叁角伍分"),
        ("0.05", "伍分"),
        ("110", "壹佰壹拾元整"),
        ("2550.555", "贰仟伍佰伍拾元伍角陆分"),
        ("1000200030", "壹拾亿零贰拾万零叁拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10000.05", "壹万元零伍分"),
        ("100200.30", "壹拾万零贰佰元叁角整"),
        ("10.07", "壹拾元零柒分"),
        ("10100", "壹万零壹佰元整"),
        ("1000000.50", "壹佰万元伍角整"),
        ("100001000", "壹亿零壹仟元整"),
        ("10000000", "壹仟万元整"),
    ],
)
def test_an_amount_is_written_in_capitals_as_vouchers_want_it(amount: str, words: str) -> None:
    assert text.capitals(Decimal(amount)) == words


def test_a_negative_amount_has_no_capitals() -> None:
    with pytest.raises(ValueError):
        text.capitals(Decimal("-1"))


def test_money_has_thousands_and_two_decimals() -> None:
    assert text.money(Decimal("12000")) == "12,000.00"
    assert text.round_fen(Decimal("0.005")) == Decimal("0.01")


def test_free_text_keeps_its_lines() -> None:
    assert text.clean_paragraphs("  第一行 \r\n\r\n\r\n\r\n第二　行１ ") == "第一行\n\n第二 行1"
    assert text.clean_number(" 6217－0000 ") == "62170000"


def test_a_text_is_found_by_pinyin() -> None:
    assert text.pinyin_keys("马海燕") == ["mahaiyan", "mhy"]
    assert text.glyphs("葛\U000e0100城") == ["葛\U000e0100", "城"]


def test_chinese_punctuation_stays_as_it_was_written() -> None:
    assert text.clean("第８条：先保险，后救助（示例）。") == "第8条：先保险，后救助（示例）。"
