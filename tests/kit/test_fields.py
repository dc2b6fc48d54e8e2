"""The fields people fill in."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from project.forms import CleanCharField, DateField, MoneyField, PhotoField, Radios, ReliefForm, TickBox
from project.templatetags.ui import error_summary

TODAY = date(2026, 11, 23)


class Person(ReliefForm):
    name = CleanCharField(label="患者姓名")
    phone = CleanCharField(label="手机号", squeeze=True, help_text="用来收短信")
    born = DateField(label="出生日期", not_after=lambda: TODAY)
    spent = MoneyField(label="花费")
    who = forms.ChoiceField(
        label="谁来办？", choices=[("a", "我"), ("b", "家人")], widget=Radios(hints={"b": "带上委托书"})
    )
    agree = forms.BooleanField(label="我同意", widget=TickBox)
    paper = PhotoField(label="诊断证明", required=False)


GOOD = {
    "name": "　阿卜杜拉·买买提 ",
    "phone": "１３８ 0000-0000",
    "born_year": "１９５６",
    "born_month": "3",
    "born_day": "12",
    "spent": "１，２００．５０元",
    "who": "a",
    "agree": "on",
}


def test_spaces_full_width_digits_and_commas_are_cleaned_silently():
    form = Person(GOOD)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == "13800000000"
    assert form.cleaned_data["name"] == "阿卜杜拉·买买提"
    assert form.cleaned_data["born"] == date(1956, 3, 12)
    assert form.cleaned_data["spent"] == Decimal("1200.50")


def test_a_missing_answer_is_asked_for_by_name():
    errors = Person({}).errors
    assert errors["name"] == ["请填写患者姓名"]
    assert errors["who"] == ["请回答：谁来办？"]
    assert errors["agree"] == ["请勾选：我同意"]
    assert errors["born"] == ["请填写出生日期"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("1956", "", "12"), "请把年、月、日都填上"),
        (("1956", "2", "30"), "请填写正确的日期，比如 1956 年 3 月 12 日"),
        (("abc", "2", "3"), "请填写正确的日期，比如 1956 年 3 月 12 日"),
        (("0", "2", "3"), "请填写正确的日期，比如 1956 年 3 月 12 日"),
        (("99999", "2", "3"), "请填写正确的日期，比如 1956 年 3 月 12 日"),
        (("2026", "11", "24"), "日期不能晚于今天"),
    ],
)
def test_a_wrong_date_gets_one_clear_sentence_and_keeps_what_was_typed(typed: tuple[str, str, str], sentence: str):
    form = Person(GOOD | dict(zip(("born_year", "born_month", "born_day"), typed, strict=True)))
    assert form.errors["born"] == [sentence]
    for part in typed:
        assert f'value="{part}"' in str(form["born"]) or not part


@pytest.mark.parametrize("typed", ["-1", "1.005", "一百", "1e5x", "100000000", "NaN", "Infinity"])
def test_an_impossible_amount_is_refused(typed: str):
    form = Person(GOOD | {"spent": typed})
    assert len(form.errors["spent"]) == 1
    assert "元" in form.errors["spent"][0] or "1200.50" in form.errors["spent"][0]


def test_an_error_stands_beside_its_field_and_the_box_points_to_it():
    form = Person(GOOD | {"phone": ""})
    drawn = form["phone"].as_field_group()
    assert 'id="id_phone_error"' in drawn
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_the_summary_links_each_sentence_to_the_box_that_is_meant():
    errors = error_summary(Person({}))["errors"]
    drawn = str(Person({}))
    assert [error["words"] for error in errors][:2] == ["请填写患者姓名", "请填写手机号"]
    assert all(f'id="{error["href"].removeprefix("#")}"' in drawn for error in errors)


def test_a_hint_of_a_choice_is_read_with_it():
    drawn = str(Person()["who"])
    assert 'aria-describedby="id_who_1_hint"' in drawn
    assert "带上委托书" in drawn


def test_nothing_is_ticked_beforehand_and_the_camera_is_offered():
    drawn = str(Person())
    assert "checked" not in drawn
    assert 'accept="image/*,application/pdf"' in drawn


def test_a_field_that_may_stay_empty_says_so():
    assert "可不填" in Person()["paper"].as_field_group()
    assert "可不填" not in Person()["name"].as_field_group()


def test_the_three_boxes_of_a_date_have_names_of_their_own():
    with translation.override("zh-hans"):
        drawn = str(Person()["born"])
    for box, word in (("id_born_0", "年"), ("id_born_1", "月"), ("id_born_2", "日")):
        assert f'for="{box}"' in drawn
        assert word in drawn
