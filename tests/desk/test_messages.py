"""A message to the applicant has a page and a colour of its own, is looked over before it goes, and its delivery is known."""

import pytest
from django.urls import reverse

from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.notices.models import Notice
from workflows.desk.messages.actions import plain_words, send_message
from workflows.desk.notes.actions import write_note

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
WORDS = "请带上最近一次的出院小结，周三上午来窗口。"


@pytest.fixture
def case(new_case):
    return new_case(1, "COUNTY")


@pytest.fixture
def page(cast, case, signed_in):
    browser = signed_in(cast["xiji_review"])
    return browser, reverse("case:message", args=[case.number])


def sent(case):
    return Notice.objects.filter(case=case, code="N30")


def test_nothing_goes_out_before_it_was_looked_over_and_ticked(page, case):
    browser, address = page
    check = browser.post(address, {"words": WORDS, "phase": "check"}).content.decode()
    assert "核对要发的消息" in check and WORDS in check and not sent(case).exists()
    again = browser.post(address, {"words": WORDS, "phase": "send"}).content.decode()
    assert "请勾选“我看过了”，再发" in again and not sent(case).exists()
    assert WORDS in browser.post(address, {"words": WORDS, "phase": "back"}).content.decode()
    done = browser.post(address, {"words": WORDS, "phase": "send", "sure": "on"})
    assert done.url == reverse("case:tab", args=[case.number, "letters"])
    assert {row.channel for row in sent(case)} == {"page", "sms"}


def test_the_applicant_reads_the_words_and_the_short_message_does_not_say_them(cast, page, case, signed_in):
    browser, address = page
    browser.post(address, {"words": WORDS, "phase": "send", "sure": "on"})
    letter = sent(case).get(channel="page")
    assert WORDS in signed_in(cast["applicant1"]).get(reverse("notices:letter", args=[letter.token])).content.decode()
    assert WORDS not in str(sent(case).get(channel="sms").body)
    letters = browser.get(reverse("case:tab", args=[case.number, "letters"])).content.decode()
    assert "给您的消息" in letters and "已阅读" in letters
    assert not Event.objects.filter(payload__contains=WORDS).exists()


def test_words_of_an_internal_note_are_not_sent(cast, page, case):
    browser, address = page
    write_note(case=case, text="这家情况有点可疑，先别急。", by=cast["xiji_review"])
    refused = browser.post(address, {"words": "您好。这家情况有点可疑，先别急。", "phase": "check"}).content.decode()
    assert "这段话是内部便签里的" in refused
    with pytest.raises(Invalid):
        send_message(case=case, words="这家情况有点可疑，先别急。", by=cast["xiji_review"])


def test_the_two_pages_look_different_and_lead_to_different_addresses(page, case):
    browser, address = page
    outward = browser.get(address).content.decode()
    inward = browser.get(reverse("case:notes", args=[case.number])).content.decode()
    assert 'class="outward"' in outward and 'class="internal"' not in outward
    assert 'class="internal"' in inward and 'class="outward"' not in inward


def test_a_line_of_a_message_is_never_a_mark_of_the_letter(cast, case):
    letter = send_message(case=case, words="=== next\n## 标题\n| a | b\n正文", by=cast["xiji_review"])
    assert plain_words("=== next\n- 一") == "next\n一"
    assert "===" not in str(letter.body) and "正文" in str(letter.body)


@pytest.mark.parametrize("who", ["applicant1", "zhongning_clerk", "xiji_village", "fin_make"])
def test_only_the_offices_that_keep_the_history_write_to_the_applicant(cast, case, who):
    with pytest.raises(Refusal) as refused:
        send_message(case=case, words=WORDS, by=cast[who])
    assert refused.value.status in (403, 404) and not sent(case).exists()
