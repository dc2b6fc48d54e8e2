"""The pages of plans: made and tried out from the case's page, signed by another, carried out, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from workflows.engine import clockwork
from workflows.models import Plan
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "误点了同意，材料还缺一份，要回到县级受理。"


def test_a_case_is_put_back_by_two_people_through_their_pages(new_case, cast, signed_in):
    case = new_case(1, "COUNTY")
    maker, signer = signed_in(cast["prov_review2"]), signed_in(cast["prov_head"])
    assert "干预这一件" in maker.get(reverse("case:home", args=[case.number])).content.decode()
    address = reverse("operations:plan_case", args=[case.number])
    form = maker.get(address).content.decode()
    assert "县级初审" in form and "核实（同时进行）" in form
    assert maker.post(address, {"kind": "restart", "step": "county_review", "reason": WHY}).status_code == 422
    sent = {"kind": "restart", "step": "county_review", "to_step": "intake", "reason": WHY}
    page = maker.post(address, sent, follow=True).content.decode()
    assert "待签批" in page and "可以执行" in page and 'name="digest"' not in page
    seen = signer.get(reverse("operations:plan", args=[Plan.objects.get().pk])).content.decode()
    digest = re.search(r'name="digest" value="(\w{64})"', seen)[1]
    assert WHY in seen and "县级受理" in seen
    signer.post(reverse("operations:sign", args=[Plan.objects.get().pk]), {"digest": digest})
    clockwork.one_pass()
    assert drive.open_item(case).step == "intake"
    assert "已执行" in signer.get(reverse("operations:plans")).content.decode()
    done = signer.get(reverse("operations:plan", args=[Plan.objects.get().pk]), headers={"accept-language": "en"})
    assert done.status_code == 200


def test_a_closed_case_offers_to_be_reopened_alone(new_case, cast, signed_in):
    case = new_case(1, "INTAKE")
    drive.step(case, "not_accept")
    form = signed_in(cast["prov_review"]).get(reverse("operations:plan_case", args=[case.number])).content.decode()
    assert "重新办理" in form and "移到另一步" not in form


def test_a_change_of_versions_is_made_with_what_lost_steps_become(cast, published, funded, signed_in):
    published("two_step")
    funded("two_step", "10000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "agree")
    maker, route = signed_in(cast["prov_review"]), "two_step/v1>two_step/v3"
    address = reverse("operations:plan_road")
    assert 'name="map_grant"' in maker.get(address + "?route=" + route).content.decode()
    sent: dict[str, Any] = {"route": route, "map_grant": "confirm", "reason": WHY}
    page = maker.post(address, sent, follow=True).content.decode()
    assert "可以执行" in page and str(case.number) in page
    assert maker.post(address, {**sent, "place": "11"}).status_code == 422
    form = maker.get(address).content.decode()
    assert '<option value="640422">西吉县</option>' in form and "地区代码" not in form
    assert maker.post(address, {**sent, "place": "6405"}).status_code == 422, "no case of that city"
