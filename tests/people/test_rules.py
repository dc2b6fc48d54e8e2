"""Names, numbers, ages and masks of people."""

from datetime import date

import pytest

from cases.people import rules
from cases.people.rules import Sex

TODAY = date(2026, 11, 23)
AREAS = frozenset({"640104", "640422"})
ABOLISHED = {"642223": "西吉县"}


def id_no(area: str = "649901", born: str = "19780214", tail: str = "301") -> str:
    first = f"{area}{born}{tail}"
    return first + rules.check_character(first)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 马　海燕 ", "马海燕"),
        ("吐尔逊•阿尤甫", "吐尔逊·阿尤甫"),
        ("吐尔逊・阿尤甫", "吐尔逊·阿尤甫"),
        ("吐尔逊.阿尤甫", "吐尔逊·阿尤甫"),
        ("吐尔逊．阿尤甫", "吐尔逊·阿尤甫"),
        ("𠮷野", "𠮷野"),
        ("〇一", "〇一"),
        ("ＡＮＮＡ  SMITH", "ANNA SMITH"),
        ("\ufeff李\u200b玉梅", "李玉梅"),
        ("䶮", "䶮"),
    ],
)
def test_a_name_is_cleaned_without_touching_its_characters(typed: str, kept: str) -> None:
    verdict = rules.check_name(typed)
    assert (verdict.ok, verdict.value) == (True, kept)


@pytest.mark.parametrize(
    "wrong", ["", "  ", "马" * 31, "马3", "·马", "马·", "马··燕", "马<b>", "马\ue001", "马，燕", "🙂"]
)
def test_what_is_no_name_gets_a_sentence(wrong: str) -> None:
    verdict = rules.check_name(wrong)
    assert not verdict.ok
    assert str(verdict.message).endswith("。")


def test_thirty_rare_characters_make_a_name() -> None:
    assert rules.check_name("𠮷" * 30).ok
    assert not rules.check_name("𠮷" * 31).ok


def test_an_id_number_states_birth_date_sex_and_first_place() -> None:
    verdict = rules.check_id(" ６49901 19780214 301" + id_no()[-1].lower(), today=TODAY)
    assert verdict.ok and verdict.value == id_no()
    assert (verdict.birth_date, verdict.sex, verdict.area) == (date(1978, 2, 14), Sex.MALE, "649901")
    assert rules.check_id(id_no(tail="302"), today=TODAY).sex is Sex.FEMALE


def test_known_numbers_have_the_check_character_of_the_standard() -> None:
    assert rules.check_character("11010519491231002") == "X"
    assert rules.check_character("44052418800101001") == "4"


def test_one_wrong_digit_anywhere_is_found() -> None:
    right = id_no()
    for place in range(17):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert not rules.check_id(wrong, today=TODAY).ok, wrong


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "请填写"),
        ("64990119780214", "18 位"),
        (id_no(born="19780230"), "日期"),
        (id_no(born="20261124"), "还没有到"),
        (id_no(born="18000101"), "太早"),
        (id_no()[:17] + ("0" if id_no()[17] != "0" else "1"), "校验码"),
        ("649901780230301", "日期"),
        ("6499017802143", "18 位"),
        ("٦" * 18, "18 位"),
    ],
)
def test_a_wrong_id_number_is_refused_with_what_to_do(number: str, words: str) -> None:
    verdict = rules.check_id(number, today=TODAY)
    assert not verdict.ok
    assert words in str(verdict.message)


def test_somebody_born_today_may_be_entered() -> None:
    assert rules.check_id(id_no(born="20261123"), today=TODAY).ok


def test_an_unknown_or_abolished_area_code_warns_and_never_refuses() -> None:
    unknown = rules.check_id(id_no(), today=TODAY, areas=AREAS, abolished=ABOLISHED)
    old = rules.check_id(id_no(area="642223"), today=TODAY, areas=AREAS, abolished=ABOLISHED)
    known = rules.check_id(id_no(area="640422"), today=TODAY, areas=AREAS, abolished=ABOLISHED)
    assert [len(verdict.warnings) for verdict in (unknown, old, known)] == [1, 1, 0]
    assert unknown.ok and old.ok
    assert "西吉县" in str(old.warnings[0])


def test_a_fifteen_digit_number_matches_the_person_it_belonged_to() -> None:
    new = rules.id_for_matching("649901780214301")
    assert new == id_no()
    assert rules.id_for_matching(" 64990119780214301" + id_no()[-1]) == id_no()


def test_a_fifteen_digit_number_is_taken_as_typed_and_says_what_the_full_one_says() -> None:
    old, full = rules.check_id("649901 780214 301", today=TODAY), rules.check_id(id_no(), today=TODAY)
    assert (old.ok, old.value) == (True, "649901780214301")
    assert (old.birth_date, old.sex, old.area) == (full.birth_date, full.sex, full.area)
    assert "15 位" in str(old.warnings[0]) and not full.warnings


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 11, 23), date(2026, 11, 23), 17),
        (date(2008, 11, 23), date(2026, 11, 24), 18),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(1966, 1, 1), date(2026, 1, 1), 59),
    ],
)
def test_a_year_of_age_is_full_on_the_day_after_the_birthday(born: date, on: date, years: int) -> None:
    assert rules.age(born, on) == years


def test_minors_and_children_whose_guardian_consents() -> None:
    assert rules.is_minor(date(2008, 11, 23), TODAY) and not rules.is_minor(date(2008, 11, 22), TODAY)
    assert rules.needs_guardian_consent(date(2012, 11, 23), TODAY)
    assert not rules.needs_guardian_consent(date(2012, 11, 22), TODAY)


@pytest.mark.parametrize(
    ("name", "masked", "minor"),
    [
        ("张明", "张*", "张某"),
        ("张小明", "张*明", "张某"),
        ("欧阳小明", "欧**明", "欧阳某"),
        ("吐尔逊·阿尤甫", "吐*", "吐某"),
        ("𠮷野家", "𠮷*家", "𠮷某"),
        ("欧阳", "欧*", "欧某"),
        ("马", "马*", "马某"),
        ("阿卜杜热合曼江阿卜", "阿**卜", "阿某"),
        ("", "", ""),
    ],
)
def test_names_are_masked_for_lists_and_minors_are_somebody(name: str, masked: str, minor: str) -> None:
    assert rules.mask_name(name) == masked
    assert rules.mask_name(name, minor=True) == minor


def test_numbers_show_their_last_four_at_most() -> None:
    assert rules.mask_id("649901197802143012") == "*" * 14 + "3012"
    assert rules.mask_account("6217001234567890123") == "**** 0123"
    assert rules.mask_phone("13800005678") == "138****5678"
    assert rules.mask_id("123") == "***"


@pytest.mark.parametrize("typed", ["１３８ 0000 5678", "+86 138-0000-5678", "13800005678"])
def test_a_phone_may_be_typed_in_any_usual_way(typed: str) -> None:
    assert rules.check_phone(typed).value == "13800005678"


@pytest.mark.parametrize("wrong", ["", "23800005678", "1380000567", "138000056789", "1380000567a"])
def test_a_phone_that_is_no_mobile_number_is_refused(wrong: str) -> None:
    assert not rules.check_phone(wrong).ok


def test_an_account_that_fails_luhn_is_kept_with_a_warning() -> None:
    card = rules.check_account("6222 0200 0000 0000 007")
    assert card.ok
    good = "621700000000000000"
    digits = [good + str(last) for last in range(10)]
    warned = [bool(rules.check_account(number).warnings) for number in digits]
    assert warned.count(False) == 1
    assert all(rules.check_account(number).ok for number in digits)
    assert not rules.check_account("6217-abc").ok and not rules.check_account("1234567").ok


def test_a_passbook_account_is_not_measured_by_luhn() -> None:
    assert rules.check_account("105500012345").warnings == ()


def test_numbers_of_bank_branches() -> None:
    assert rules.check_cnaps("313871000007").ok and not rules.check_cnaps("31387100000").ok
