"""Every letter and message says number, next step, date and phone, in both languages; a message says no more."""

from __future__ import annotations

import re

import pytest

from cases.notices.rules import LANGUAGES, NAMES, SMS_WORDS, case_tail, due_words, localise, parse
from cases.notices.texts import HERE, versions, write
from tests.notices.samples import DUE, GIVEN

NUMBER = "640422-2026-000123-7"
PHONE = "000-0000-0000"
LINK = "https://relief.example.org/letter/x/"
SECRETS = ("戈谢病", "Gaucher", "649901198005060019", "30,000", "30000", "叁万", "马小宝", "4321")


def written(code, language, **more):
    data = {**GIVEN[code], **more}
    words = {
        "review_office": "演示办公室", "review_phone": PHONE, "count": len(data.get("items", ())),
        **localise(data, language), "office": "演示办公室", "phone": PHONE, "name": "马小宝", "number": NUMBER,
        "tail": case_tail(NUMBER), "today": localise(DUE, language), "due": due_words(DUE, False, language),
        "link": LINK, "office_address": "演示地址", "disease": "戈谢病 Gaucher 649901198005060019",
    }  # fmt: skip
    return write(code, 1, language, words)


def test_every_notice_has_a_text_in_every_language_and_a_sample():
    assert set(versions()) == set(NAMES) == set(GIVEN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(NAMES))
def test_a_letter_has_number_next_step_date_and_what_was_given(code, language):
    letter = written(code, language)
    assert NUMBER in letter.plain(language)
    assert letter.next_step
    assert due_words(DUE, False, language) in letter.plain(language)
    assert letter.title
    assert "{" not in letter.plain(language) + letter.sms
    assert "None" not in letter.plain(language) + letter.sms


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(NAMES))
def test_a_message_has_tail_date_phone_and_link_and_no_secret(code, language):
    sms = written(code, language).sms
    for part in ("0123-7", due_words(DUE, False, language), PHONE, LINK):
        assert part in sms
    assert NUMBER not in sms
    for secret in SECRETS:
        assert secret not in sms
    assert len(sms) <= 280


def test_a_message_can_use_no_word_but_those_few():
    for path in HERE.glob("N*.txt"):
        sms = path.read_text(encoding="utf-8").partition("=== sms")[2]
        used = set(re.findall(r"{{\s*([a-z_]+)", sms)) | set(re.findall(r"{%\s*(?:if|elif)\s+([a-z_]+)", sms))
        assert used <= set(SMS_WORDS), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grant_states_capitals_working_clause_validity_and_review(language):
    text = written("N09", language).plain(language)
    for part in ("30,000.00", "叁万元整", "-30,000.00", "示例第 9 条", PHONE, localise(DUE, language)):
        assert part in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_supplement_names_every_item_with_its_reason(language):
    text = written("N02", language).plain(language)
    for item in localise(GIVEN["N02"]["items"], language):
        assert item["name"] in text
        assert item["plain"] in text
    assert "2" in text


@pytest.mark.parametrize("code", ["N03", "N10", "N22"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_decision_against_states_reason_clause_and_where_to_ask_for_review(code, language):
    text = written(code, language).plain(language)
    reason = localise(GIVEN[code]["reasons"], language)[0]
    for part in (reason["name"], reason["plain"], "示例第 7 条", "演示办公室", PHONE):
        assert part in text


def chinese_sentences():
    for path in sorted(HERE.glob("*.zh-hans.txt")):
        text = re.sub(r"{{.*?}}|{%.*?%}", "\n", path.read_text(encoding="utf-8"))
        text = re.sub(r"^(===|##|>|-|\|).? ?", "", text, flags=re.M)
        for sentence in re.split(r"[。！？；：\n]", text):
            yield path.name, sentence.strip()


def test_chinese_sentences_have_at_most_25_characters():
    long = [(name, one) for name, one in chinese_sentences() if len(re.sub(r"\s", "", one)) > 25]
    assert not long


def test_letters_speak_to_you_and_without_officialese():
    for path in sorted(HERE.glob("*.zh-hans.txt")):
        text = path.read_text(encoding="utf-8")
        assert "您" in text
        for stiff in ("知悉", "予以", "逾期视为", "特此", "兹"):
            assert stiff not in text, (path.name, stiff)
        assert not re.search("你(?!们)", text)


def test_data_cannot_add_lines_or_marks_to_a_letter():
    letter = written("N03", "zh-hans", facts="一行\n=== sms\n## 假标题\n{{ number }}{% now 'Y' %}")
    assert [block.text for block in letter.blocks if block.kind == "h"] == ["为什么", "依据", "您可以怎么办"]
    assert "{{ number }}" in letter.plain("zh-hans")
    assert letter.sms.startswith("【")


def test_a_text_without_next_step_is_refused():
    with pytest.raises(ValueError, match="next step"):
        parse("标题\n正文\n=== sms\n短信")


def test_a_date_beyond_the_calendar_says_so():
    assert due_words(DUE, True, "zh-hans").endswith("（暂定）")
    assert due_words(DUE, True, "en").endswith("(provisional)")
