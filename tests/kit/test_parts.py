"""The parts pages are built from."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from project.templatetags import ui


def draw(source: str, **given: object) -> str:
    request = RequestFactory().get("/desk", given.pop("query", {}))  # type: ignore[arg-type]
    return Template("{% load ui %}" + source).render(Context({"request": request, **given}))


@pytest.mark.parametrize(
    ("days", "near", "words", "colour"),
    [
        (3, False, "剩 3 天", "grey"), (3, True, "剩 3 天", "blue"), (0, True, "今天到期", "yellow"),
        (-2, True, "超 2 天", "orange"),
    ],
)  # fmt: skip
def test_days_left_are_a_word_and_a_colour(days: int, near: bool, words: str, colour: str):
    assert ui.due(days, near=near) == f'<strong class="tag tag--{colour}">{words}</strong>'


def test_a_stopped_clock_and_a_provisional_date_say_so():
    assert "暂停" in ui.due(3, paused=True)
    assert "暂定" in ui.due(3, provisional=True)
    assert ui.due(None) == "—"


def test_dates_are_said_in_the_language_of_the_reader():
    assert "2026 年 12 月 1 日" in ui.date_zh(date(2026, 12, 1))
    with translation.override("en"):
        assert ">1 December 2026<" in ui.date_zh(date(2026, 12, 1))


def test_a_moment_is_said_in_local_time():
    assert ">2026 年 12 月 2 日 00:30<" in ui.date_zh(datetime(2026, 12, 1, 16, 30, tzinfo=UTC), time=True)


def test_money_is_grouped_and_written_out():
    assert ui.money(Decimal("30000")) == "30,000.00 元"
    assert draw("{% money amount capitals=True %}", amount=Decimal("30000")) == "30,000.00 元（叁万元整）"
    assert draw("{{ amount|money }}", amount=None) == "—"
    with translation.override("en"):
        assert draw("{% money amount capitals=True %}", amount=Decimal("30000")) == "30,000.00 yuan"


def test_what_people_typed_is_escaped_in_every_part():
    bad = "<b onclick=x>"
    for source in (
        "{% button bad name=bad %}",
        "{% link_button bad bad %}",
        "{% row bad bad href=bad %}",
        "{% tag bad %}",
        "{% task bad bad bad hint=bad %}",
        "{% masked bad href=bad what=bad %}",
        "{% file_thumb bad bad note=bad kind=bad %}",
        "{% notification bad %}{{ bad }}{% endnotification %}",
        "{% panel bad %}{{ bad }}{% endpanel %}",
        "{% table bad %}{% endtable %}",
        "{% details bad %}{{ bad }}{% enddetails %}",
        "{% tabs items bad %}",
        "{% steps items %}",
        "{% qr bad bad %}",
    ):
        items = [{"label": bad, "href": bad, "name": bad, "note": bad, "state": "done"}]
        assert bad not in draw(source, bad=bad, items=items), source


def test_a_state_has_one_word_for_the_applicant_and_one_for_the_office():
    state = SimpleNamespace(applicant="请补材料", staff="待补正", tag="yellow")
    assert draw("{% tag state %}", state=state) == '<strong class="tag tag--yellow">请补材料</strong>'
    assert "待补正" in draw("{% tag state staff=True %}", state=state)


def test_red_is_no_colour_of_a_tag():
    with pytest.raises(ValueError, match="no tag is red"):
        ui.tag("超期", "red")


def test_the_pager_keeps_the_filters_and_replaces_the_cursor():
    drawn = draw("{% keyset_pager after='9' %}", query={"step": "a", "after": "5"})
    assert 'href="?step=a&amp;after=9"' in drawn
    assert "上一页" not in drawn
    assert draw("{% keyset_pager %}").strip() == ""


def test_a_pill_takes_its_filter_away_and_starts_from_the_first_page():
    class Filters(forms.Form):
        step = forms.ChoiceField(label="环节", choices=[("", "全部"), ("a", "初审")], required=False)
        county = forms.CharField(label="县", required=False)

    drawn = draw("{% filters form %}", form=Filters(), query={"step": "a", "county": "1", "after": "5"})
    assert "环节：初审" in drawn
    assert 'href="?county=1"' in drawn


def test_a_qr_code_is_drawn_in_the_page_with_words_beside():
    drawn = draw("{% qr 'https://example.org/t' '查进度' %}")
    assert "<svg" in drawn
    assert 'aria-label="查进度"' in drawn
    assert "style=" not in drawn
