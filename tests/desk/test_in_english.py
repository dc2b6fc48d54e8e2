"""Offices and changed columns are called by their English names on English pages, and by their Chinese ones on Chinese pages."""

import pytest
from django.conf import settings
from django.urls import reverse

from cases.access.models import Office
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def page(browser, address, language):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_record_and_who_looked_name_offices_in_the_language_of_the_page(cast, new_case, signed_in):
    case = new_case(1, "COUNTY")
    office = Office.objects.get(kind="redcross", division_code=drive.open_item(case).division_code)
    browser = signed_in(drive.person_for(drive.open_item(case)))
    address = reverse("case:tab", args=[case.number, "record"])
    chinese, english = page(browser, address, "zh-hans"), page(browser, address, "en")
    assert office.name in chinese and office.name_en not in chinese
    assert office.name_en in english and office.name not in english


def test_the_timeline_names_what_changed_in_words(cast, new_case, signed_in):
    case = new_case(1, "VERIFY")
    browser = signed_in(cast["inspector"])
    address = reverse("inspection:case", args=[case.number]) + "?kind=decision"
    chinese, english = page(browser, address, "zh-hans"), page(browser, address, "en")
    assert "结果：" in chinese and "outcome：" not in chinese
    assert "Result: " in english and "outcome: " not in english
    assert Office.objects.get(kind="redcross", division_code="640422").name_en in english
