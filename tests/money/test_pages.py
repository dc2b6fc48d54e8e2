"""Finance works through pages: each button is there for whom it is for, and every refusal leaves what was typed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.access.demo import PASSWORD
from cases.money import actions
from cases.money.models import BankAnswer, Fund, PaymentBatch, Payout
from cases.money.testbank import Fault, SimulatedBank
from cases.people.actions import confirm_account
from tests.money.conftest import later, make_case


@pytest.fixture
def as_(cast: Any) -> Any:
    """A browser of one of the cast."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(cast[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser


def test_a_batch_walks_through_the_pages_to_the_bank_and_back(as_: Any, fund: Any, grant: Any) -> None:
    grant(amount="3000", holder="演示乙丙"), grant(amount="1200.50")
    maker, checker, releaser = as_("fin_make"), as_("fin_check"), as_("fin_release")
    page = maker.get(reverse("money:build", args=[fund.code]))
    assert "可以拨付 2 笔" in page.text and "演**丙" in page.text and "演示乙丙" not in page.text
    assert maker.post(reverse("money:build", args=[fund.code])).status_code == 302
    batch = PaymentBatch.objects.get()
    address = {name: reverse(f"money:{name}", args=[batch.number]) for name in ("batch", "check", "release", "file")}
    page = maker.get(address["batch"])
    assert "复核员（会计）" in page.text and batch.file_sha256 in page.text
    wrong = checker.post(address["check"], {"count_retyped": "2", "total_retyped": "4200.51"})
    assert wrong.status_code == 422 and "总金额和批次不一致" in wrong.text and 'value="4200.51"' in wrong.text
    assert checker.post(address["check"], {"count_retyped": "2", "total_retyped": "4,200.50"}).status_code == 302
    assert "密码不对" in releaser.post(address["release"], {"password": "no"}).text
    assert releaser.post(address["release"], {"password": PASSWORD}).status_code == 302
    file = maker.post(address["file"])
    assert "attachment" in file["Content-Disposition"] and file["Cache-Control"].count("no-store") == 1
    bank = SimulatedBank()
    bank.take(file.content, {1: Fault.OFF_BY_A_FEN})
    data = bank.answer(batch.number, {1: Fault.OFF_BY_A_FEN})
    upload = reverse("money:upload", args=[batch.number])
    sent = maker.post(upload, {"file": SimpleUploadedFile("回盘.txt", data)})
    answer = reverse("money:answer", args=[BankAnswer.objects.get().pk])
    assert sent.status_code == 302 and sent["Location"] == answer
    page = checker.get(answer, {"only": "differences"})
    assert "金额不符" in page.text and "1,200.51" in page.text and "3,000.00" not in page.text
    assert checker.post(answer).status_code == 302
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["paid", "unknown"]
    query = maker.post(reverse("money:ask", args=[batch.number]))
    assert query.content.startswith("查询".encode("gbk"))
    for name in ("money:home",):
        assert batch.number in maker.get(reverse(name)).text
    assert "97,000.00" not in maker.get(reverse("money:home")).text


@pytest.mark.parametrize("who", ["xiji_review", "prov_review", "inspector", "publicity", "applicant1", "agent1"])
def test_finance_pages_are_not_for_others(as_: Any, fund: Any, who: str) -> None:
    for address in (reverse("money:home"), reverse("money:fund", args=[fund.code]), reverse("money:new_fund")):
        assert as_(who).get(address).status_code in (403, 404)


def test_without_sign_in_every_page_asks_for_it(db: Any) -> None:
    assert Client().get(reverse("money:home")).status_code == 302


def test_a_fund_is_opened_and_money_comes_in_through_the_pages(as_: Any, db: Any) -> None:
    maker = as_("fin_make")
    given = {
        "code": "demo-1", "name": "演示资金", "programme": "rare_disease", "kind": "donation",
        "starts_on_year": "2026", "starts_on_month": "1", "starts_on_day": "1",
    }  # fmt: skip
    page = maker.post(reverse("money:new_fund"), {**given, "code": "坏 编号"})
    assert page.status_code == 422 and "资金编号用" in page.text
    assert maker.post(reverse("money:new_fund"), given).status_code == 302
    fund = Fund.objects.get(code="DEMO-1")
    gift = reverse("money:gift", args=[fund.code])
    assert "金额应大于 0" in maker.post(gift, {"amount": "0", "source": "演示捐赠"}).text
    assert maker.post(gift, {"amount": "５0000", "source": "演示捐赠"}).status_code == 302
    page = maker.get(reverse("money:fund", args=[fund.code]))
    assert "50,000.00" in page.text and "演示捐赠" in page.text
    assert maker.get(reverse("money:fund", args=["NO"])).status_code == 404


def test_the_ledger_says_why_in_the_language_of_the_page_and_people_in_their_own_words(
    as_: Any, fund: Any, grant: Any, desk: Any, cast: Any
) -> None:
    grant(amount="700"), grant(amount="600")
    gone = grant(amount="500").case
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {2: Fault.ACCOUNT})
    desk.answered(batch, bank.answer(batch.number, {2: Fault.ACCOUNT}))
    desk.answered(batch, bank.send_back(batch.number, [f"{batch.number}0001"]))
    actions.release_reservation(case=gone, cause="ended", ref="TERMINATED", by=cast["prov_head"])
    number = batch.number
    said = {
        "zh-hans": [
            "演示捐赠", "集体研究通过，预留", f"拨付批次 {number}", f"退汇，拨付批次 {number}", "退汇后重新预留",
            "案卷不再办理：终止",
        ],
        "en": [
            "演示捐赠", "Set aside by the panel", f"Paid in batch {number}", f"Returned by the bank, batch {number}",
            "Set aside again after the return", "The case has ended: Terminated",
        ],
    }  # fmt: skip
    browser = as_("fin_make")
    for language, words in said.items():
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = browser.get(reverse("money:fund", args=[fund.code])).text
        shown = re.findall(r'<td data-label="(?:说明|Note)">([^<]*)</td>', page)
        assert len(shown) == 9 and set(shown) == set(words), language


def test_why_a_batch_was_refused_is_the_banks_words_in_a_sentence_of_the_page(
    as_: Any, fund: Any, grant: Any, desk: Any
) -> None:
    grant()
    batch, data = desk.sent(fund)
    bank = SimulatedBank()
    bank.take(data, {0: Fault.FILE_REFUSED})
    desk.answered(batch, bank.answer(batch.number))
    words, browser = PaymentBatch.objects.get().void_reason, as_("fin_make")
    for language, before in (("zh-hans", "银行拒收："), ("en", "Refused by the bank: ")):
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert f"{before}{words}" in browser.get(reverse("money:batch", args=[batch.number])).text


def test_a_list_asks_the_same_number_of_questions_for_one_and_many(
    as_: Any, fund: Any, grant: Any, desk: Any, django_assert_num_queries: Any
) -> None:
    maker = as_("fin_make")
    grant()
    batch = desk.built(fund)
    pages = [reverse("money:home"), reverse("money:fund", args=[fund.code])]
    counts = [_queries(maker, page) for page in [*pages, reverse("money:batch", args=[batch.number])]]
    for number in range(6):
        grant(amount=str(100 + number))
    more = desk.built(fund)
    again = [_queries(maker, page) for page in [*pages, reverse("money:batch", args=[more.number])]]
    assert counts == again


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_no_page_shows_a_whole_account_number(as_: Any, fund: Any, grant: Any, desk: Any) -> None:
    grant(account="6228480000055555555")
    before = as_("fin_make").get(reverse("money:build", args=[fund.code])).text
    batch = desk.built(fund)
    for text in (before, as_("fin_make").get(reverse("money:batch", args=[batch.number])).text):
        assert "5555" in text and not re.search(r"\d{12,}", text.replace(batch.file_sha256, ""))


def test_the_page_of_a_batch_asks_as_often_for_ten_as_for_one_and_says_why_one_is_held_back(
    as_: Any, fund: Any, grant: Any, cast: Any
) -> None:
    address, maker = reverse("money:build", args=[fund.code]), as_("fin_make")

    def asked() -> int:
        with CaptureQueriesContext(connection) as said:
            assert maker.get(address).status_code == 200
        return len(said)

    grant()
    held = make_case(cast)
    payout = actions.reserve(case=held, amount=Decimal(3000), fund=fund, by=cast["prov_head"])
    confirm_account(case=held, by=cast["xiji_review"])
    actions.make_payable(case=held, not_before=later(5), by=cast["prov_head"])
    asked()
    once = asked()
    for _number in range(9):
        grant()
    assert asked() == once
    page = maker.get(address)
    [(one, reason, remark)] = page.context["out"]
    assert (one.payout, str(reason)) == (payout, "还没到最早拨付日：公示未结束") and remark is not None
    assert len(page.context["ready"]) == 10
