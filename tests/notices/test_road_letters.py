"""The letters that a real case gets on its road are whole: reasons, working, dates, and nothing secret by phone."""

from __future__ import annotations

import pytest

from cases.dossier.queries import answers
from cases.notices import queries
from cases.notices.models import Notice
from cases.policy.queries import policy_of
from cases.text import capitals, money
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def letter(case, code, language="zh-hans"):
    page = Notice.objects.filter(case=case, code=code, channel="page", to_whom="applicant").latest("pk")
    sheet = queries.sheet_of(page, language)
    parts = [sheet.title, sheet.next_step]
    for block in sheet.blocks:
        parts += [block["text"], *block["points"], *(" ".join(row) for row in block["rows"])]
    return "\n".join(parts)


def nothing_secret(case):
    facts = answers(case)
    for notice in Notice.objects.filter(case=case, channel="sms"):
        text = str(notice.body)
        for key in ("patient_name", "patient_id_no", "account_no", "diagnosis_hospital", "address"):
            assert str(facts[key]) not in text, (notice.code, key)
        if case.award:
            assert money(case.award) not in text
        assert "罕见" not in text
        assert "%" not in text


def test_the_supplement_letter_names_each_paper_and_answer_with_its_reason(cast, version):
    case = drive.apply(slug="rare_disease", number=3, by=cast["applicant1"])
    policy = policy_of(case)
    paper = next(row for row in policy.section("checklist") if row.key == "D06")
    reasons = policy.reasons("supplement")
    items = [
        {"kind": "material", "key": paper.key, "reason": reasons[5].code, "note": "请盖医院公章"},
        {"kind": "answer", "key": "household_income", "reason": reasons[0].code, "note": ""},
    ]
    drive.step(case, "supplement", data={"items": items})
    text = letter(case, "N02")
    assert "还差 2 样" in text
    assert policy.document("D06").name_zh in text
    assert (reasons[5].plain_zh or reasons[5].name_zh) in text
    assert "请盖医院公章" in text
    assert (reasons[0].plain_zh or reasons[0].name_zh) in text
    assert policy.document("D06").name_en in letter(case, "N02", "en")
    assert letter(case, "N01")
    nothing_secret(case)


def test_the_grant_letter_prints_the_working_and_the_refusal_its_reason(cast, version):
    head, members = cast["prov_head"], [cast[f"panel{n}"] for n in range(1, 6)]
    drive.fund(slug="rare_disease", yuan="200000", by=cast["fin_make"])
    yes = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    no = drive.to(drive.apply(slug="rare_disease", number=2, by=cast["applicant2"]), "PANEL")
    drive.panel([yes], head=head, members=members)
    drive.panel([no], head=head, members=members, choice="reject")
    assert "受理回执" in letter(yes, "N01")
    assert "村里和乡镇会核实" in letter(yes, "N01")
    before = letter(yes, "N08")
    assert capitals(yes.award) in before
    assert "不同意" in before
    drive.give_notice([yes], by=cast["publicity"])
    drive.end_notice(by=head)
    yes.refresh_from_db()
    drive.step(yes, "grant")
    text = letter(yes, "N09")
    for part in (
        money(yes.award),
        capitals(yes.award),
        "总费用",
        "本次救助金额",
        "示例第",
        "有效期到",
        "000-0000-0000",
    ):
        assert part in text
    assert "Total cost" in letter(yes, "N09", "en")
    refusal = letter(no, "N10")
    reason = policy_of(no).reasons("reject")[0]
    assert reason.name_zh in refusal
    assert "申请复核" in refusal
    assert "宁夏救助中心（演示）" in refusal
    for case in (yes, no):
        nothing_secret(case)
