"""What each kind of answer may be, and the number of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from cases.dossier import lacks, rules
from cases.programme import Question

TODAY = date(2026, 11, 23)


def ask(kind: str, raw: Any, **more: Any) -> Any:
    return rules.clean_answer(Question("it", kind, "这一项", **more), raw, {}, today=TODAY)


def fault(kind: str, raw: Any, **more: Any) -> str:
    with pytest.raises(rules.Fault) as found:
        ask(kind, raw, **more)
    return str(found.value.sentence)


def test_a_case_number_names_county_year_and_serial_and_ends_with_a_check_digit() -> None:
    number = rules.case_number("640422", 2026, 123)
    assert number.startswith("640422-2026-000123-")
    assert mod_11_10.is_valid(number.replace("-", ""))


@given(st.integers(1, 999_999), st.integers(2000, 2099), st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_in_a_case_number_is_noticed(serial: int, year: int, place: int, shift: int) -> None:
    digits = rules.case_number("640422", year, serial).replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert rules.clean_case_number(digits)
    assert rules.clean_case_number(wrong) == ""


def test_a_case_number_may_be_typed_without_dashes_in_full_width_figures() -> None:
    number = rules.case_number("640422", 2026, 7)
    typed = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else " " for char in number)
    assert rules.clean_case_number(typed) == number


@pytest.mark.parametrize("county,serial", [("6404", 1), ("640422", 0), ("640422", 1_000_000), ("64042X", 1)])
def test_no_number_is_made_of_what_cannot_be_one(county: str, serial: int) -> None:
    with pytest.raises(ValueError, match="no case number"):
        rules.case_number(county, 2026, serial)


@pytest.mark.parametrize(
    "typed,kept",
    [
        ("1200", "1200.00"), ("１２００．５", "1200.50"), (" 1,200.50 元", "1200.50"), ("0", "0.00"), ("¥3", "3.00"),
    ],
)  # fmt: skip
def test_amounts_are_kept_with_two_decimals_however_they_were_typed(typed: str, kept: str) -> None:
    assert ask("money", typed) == kept


@pytest.mark.parametrize(
    "typed,words",
    [
        ("-1", "负数"), ("1.005", "分"), ("abc", "1200.50"), ("NaN", "1200.50"), ("1e99", "太大"), ("99999999", "太大"),
        ("Infinity", "1200.50"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_right_gets_a_sentence(typed: str, words: str) -> None:
    assert words in fault("money", typed)


def test_an_id_number_is_cleaned_and_checked_digit_by_digit() -> None:
    good = "64991019700101001" + _check("64991019700101001")
    assert ask("id_no", f" ６４９９１０ {good[6:].lower()}") == good
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert "校验码" in fault("id_no", wrong)
    assert ask("id_no", "640422 700101001") == "640422700101001"
    assert "18 位" in fault("id_no", "6404227001010010")
    future = "64991020990101001"
    assert "还没有到" in fault("id_no", future + _check(future))
    no_day = "64991019700230001"
    assert "真实的日期" in fault("id_no", no_day + _check(no_day))


def _check(first: str) -> str:
    from cases.people.rules import check_character

    return check_character(first)


@pytest.mark.parametrize(
    "typed,kept", [("丁𬬭", "丁𬬭"), ("买买提・艾力", "买买提·艾力"), (" 马 秀 兰 ", "马秀兰"), ("马䶮", "马䶮")]
)
def test_rare_characters_and_middle_dots_stay_as_they_are_written(typed: str, kept: str) -> None:
    assert ask("name", typed) == kept


@pytest.mark.parametrize(
    "typed,words", [("马" * 31, "最多 30"), ("·马", "间隔点"), ("马<script>", "不能有"), ("", "请填写")]
)
def test_a_name_that_cannot_be_one_gets_a_sentence(typed: str, words: str) -> None:
    assert words in fault("name", typed)


def test_phones_lose_prefix_and_blanks_and_must_be_eleven_digits() -> None:
    assert ask("phone", "+86 199-0000-0001") == "19900000001"
    assert "11 位" in fault("phone", "1990000")


@pytest.mark.parametrize(
    "raw,kept", [("2026年3月5日", "2026-03-05"), (date(2026, 3, 5), "2026-03-05"), ("20260305", "2026-03-05")]
)
def test_dates_are_kept_in_one_form(raw: Any, kept: str) -> None:
    assert ask("date", raw) == kept


@pytest.mark.parametrize(
    "raw,words", [("2026-02-30", "正确的日期"), ("2026-11-24", "晚于今天"), ("1899-01-01", "太早")]
)
def test_a_date_that_cannot_be_right_gets_a_sentence(raw: str, words: str) -> None:
    assert words in fault("date", raw)


def test_only_listed_choices_are_taken() -> None:
    choices = (("a", "甲"), ("b", "乙"))
    assert ask("choice", "a", choices=choices) == "a"
    assert "选一个" in fault("choice", "c", choices=choices)
    assert ask("yes_no", "no") is False
    assert "是" in fault("yes_no", "maybe")


def test_not_knowing_is_an_answer_only_where_it_may_be() -> None:
    assert ask("money", "?", may_be_unknown=True) == "?"
    assert "金额" in fault("money", "?")


def test_an_optional_answer_may_be_empty_and_a_needed_one_is_asked_for_by_name() -> None:
    assert ask("text", "  ", required=False) is None
    assert "这一项" in fault("text", "  ")
    assert "最多写 120" in fault("text", "字" * 121)


@given(st.sampled_from(sorted(rules._KINDS)), st.text(max_size=60))
def test_whatever_is_typed_is_kept_clean_or_answered_with_a_sentence(kind: str, typed: str) -> None:
    question = Question("it", kind, "这一项", choices=(("a", "甲"),))
    try:
        kept = rules.clean_answer(question, typed, {}, today=TODAY)
    except rules.Fault as found:
        assert str(found.sentence)
    else:
        again = rules.clean_answer(question, kept, {}, today=TODAY)
        assert again == kept


def test_a_minor_does_not_apply_alone() -> None:
    first = "64991020150101001"
    facts = {"applicant_kind": "self", "patient_id_no": first + _check(first)}
    assert [lack.key for lack in lacks.wrong_applicant(facts, today=TODAY)] == ["applicant_kind"]
    assert not lacks.wrong_applicant({**facts, "applicant_kind": "guardian"}, today=TODAY)


def test_the_id_number_never_says_where_somebody_lives() -> None:
    first = "64042219700101001"
    facts = {"patient_id_no": first + _check(first), "hukou_division": "640521100991"}
    assert rules.handling_code(facts) == "640521100991"
    assert rules.handling_code({"patient_id_no": first + _check(first)}) == ""


def test_a_paper_code_has_no_letters_that_look_like_figures() -> None:
    code = rules.paper_code(bytes(range(12)))
    assert len(code) == 14
    assert not set(code) & set("01OIL")
